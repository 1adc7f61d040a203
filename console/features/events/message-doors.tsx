'use client';
import type { Topics } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { getJson } from '@/lib/api.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { withoutDeadLetters } from './lag-words.ts';

/** Links to what is on the topics under one key, for instance an order's id; nothing while no broker answers. */
export function MessageDoors({ aggregate }: { aggregate: string }) {
  const href = usePageHref();
  const { data } = useQuery({
    queryKey: queryKeys.topics,
    queryFn: ({ signal }) => getJson<Topics>('/topics', {}, signal),
    staleTime: 30_000,
    retry: false,
  });
  const topics = withoutDeadLetters(data?.topics ?? []).filter(({ messages }) => messages > 0);
  if (topics.length === 0) return null;
  return (
    <p className="mt-2 flex flex-wrap gap-x-3 text-muted">
      Messages on
      {topics.map(({ name }) => (
        <Link
          key={name}
          className="text-accent hover:underline"
          href={href('/events', { topic: name, view: 'messages', key: aggregate })}
        >
          {name}
        </Link>
      ))}
    </p>
  );
}
