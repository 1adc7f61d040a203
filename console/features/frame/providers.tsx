'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError } from '@/lib/api.ts';

/** The query cache of the page. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            refetchOnWindowFocus: false,
            // A refusal is an answer: only silence is worth asking again.
            retry: (failures, error) =>
              failures < 3 &&
              (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
            retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4000),
          },
        },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
