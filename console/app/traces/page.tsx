import { Suspense } from 'react';
import { TracesPage } from '@/features/traces/traces-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <TracesPage />
    </Suspense>
  );
}
