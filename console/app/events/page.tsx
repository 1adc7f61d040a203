import { Suspense } from 'react';
import { EventsPage } from '@/features/events/events-page.tsx';

export default function Page() {
  return (
    <Suspense>
      <EventsPage />
    </Suspense>
  );
}
