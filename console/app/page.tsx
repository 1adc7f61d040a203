import { Suspense } from 'react';
import { MapPage } from '@/features/map/map-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <MapPage />
    </Suspense>
  );
}
