import { Suspense } from 'react';
import { BreakersPage } from '@/features/breakers/breakers-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <BreakersPage />
    </Suspense>
  );
}
