import { Suspense } from 'react';

export default function Page() {
  return <Suspense>{null}</Suspense>;
}
