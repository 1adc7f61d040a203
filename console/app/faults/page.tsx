import { Suspense } from 'react';
import { FaultsPage } from '@/features/faults/faults-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <FaultsPage />
    </Suspense>
  );
}
