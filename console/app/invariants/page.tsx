import { Suspense } from 'react';
import { InvariantsPage } from '@/features/invariants/invariants-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <InvariantsPage />
    </Suspense>
  );
}
