import { Suspense } from 'react';
import { ExperimentsPage } from '@/features/experiments/experiments-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <ExperimentsPage />
    </Suspense>
  );
}
