'use client';
import type { MetricSeries } from '@faultline/collector/contract';
import type { MessagePage, RedriveProgress, Topics } from '@faultline/server/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getJson, type Params } from '@/lib/api.ts';
import { useLive, usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useTimeRange } from '@/lib/url-state.ts';
import { stepFor } from '../strip/scale.ts';

const TOPICS_POLL_MS = 2000;
const MESSAGES_POLL_MS = 2000;
const LAG_POLL_MS = 5000;
const PAGE_SIZE = 100;
const LAST_MS = 10 * 60_000;
const POINTS = 120;

/** Every topic; the broker is asked only while somebody looks. */
export function useTopics() {
  return useQuery({
    queryKey: queryKeys.topics,
    queryFn: ({ signal }) => getJson<Topics>('/topics', {}, signal),
    refetchInterval: usePolling(TOPICS_POLL_MS),
    retry: false,
  });
}

/** Messages or dead letters, newest first; older pages come when asked for, and then stand still. */
export function useMessages(topic: string, of: 'messages' | 'deadletters', filter: Params) {
  const polling = usePolling(MESSAGES_POLL_MS);
  return useInfiniteQuery({
    queryKey: queryKeys.messages(topic, { of, ...filter }),
    queryFn: ({ pageParam, signal }) =>
      getJson<MessagePage>(
        `/topics/${encodeURIComponent(topic)}/${of}`,
        { ...filter, limit: PAGE_SIZE, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : polling),
    placeholderData: (previous, query) => (query?.queryKey[1] === topic ? previous : undefined),
    retry: false,
  });
}

/** How far the readers of a topic were behind, over the chosen range or the last ten minutes. */
export function useLag(topic: string) {
  const [range] = useTimeRange();
  const { skewMs } = useLive();
  const polling = usePolling(LAG_POLL_MS);
  return useQuery({
    queryKey: queryKeys.metrics({ lag: topic, ...range }),
    queryFn: ({ signal }) => {
      const stepMs = range ? stepFor(range, POINTS) : LAST_MS / POINTS;
      // Steps lie on round moments, so that points do not wander between two answers.
      const to = range ? range.to : Math.floor((Date.now() - skewMs) / stepMs) * stepMs;
      const from = range ? range.from : to - LAST_MS;
      const query = { name: 'kafka_consumer_lag', 'label.topic': topic, aggregate: 'max' };
      return getJson<MetricSeries>('/metrics', { ...query, from, to, stepMs }, signal);
    },
    placeholderData: (previous) => previous,
    refetchInterval: range ? false : polling,
  });
}

/** The redrive under way or the last one (live); null before the first. */
export function useRedriveProgress(): RedriveProgress | null {
  return (
    useQuery<RedriveProgress | null>({
      staleTime: Infinity,
      queryKey: queryKeys.redrive,
      queryFn: () => null,
    }).data ?? null
  );
}
