import { Suspense } from 'react';
import { SagasPage } from '@/features/sagas/sagas-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <SagasPage />
    </Suspense>
  );
}
