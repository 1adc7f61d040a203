import { Suspense } from 'react';
import { PatternsPage } from '@/features/patterns/patterns-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <PatternsPage />
    </Suspense>
  );
}
