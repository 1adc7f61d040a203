'use client';
import { Mails } from 'lucide-react';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { ApiError } from '@/lib/api.ts';
import { optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { withoutDeadLetters } from './lag-words.ts';
import { TopicList } from './topic-list.tsx';
import { useTopics } from './topic-queries.ts';
import { TopicView } from './topic-view.tsx';

/** The event backbone: topics, who reads them and how far behind, messages, dead letters. */
export function EventsPage() {
  const [topic] = useUrlState('topic', optional);
  const answer = useTopics();
  if (answer.isPending) return <SkeletonRows rows={8} />;
  if (answer.error instanceof ApiError && answer.error.code === 'fleet-not-running') {
    return (
      <EmptyState icon={<Mails size={22} />} title="No broker runs">
        Launch the fleet on the Map: services write to topics as soon as orders are placed.
      </EmptyState>
    );
  }
  if (!answer.data) {
    return (
      <ErrorState
        what="The topics could not be loaded"
        error={answer.error}
        onRetry={() => void answer.refetch()}
      />
    );
  }
  const topics = withoutDeadLetters(answer.data.topics);
  return (
    <div className="flex h-full min-h-0 flex-col">
      {answer.isError && (
        <p role="alert" className="border-b border-line bg-warn-soft px-3.5 py-1.5 text-warn">
          {answer.error instanceof ApiError ? answer.error.detail : String(answer.error)}
        </p>
      )}
      {topic !== null ? (
        <TopicView name={topic} topic={topics.find(({ name }) => name === topic)} />
      ) : topics.length === 0 ? (
        <EmptyState icon={<Mails size={22} />} title="No topics yet">
          Services make them with their first events; place an order, or turn the load on.
        </EmptyState>
      ) : (
        <TopicList topics={topics} />
      )}
    </div>
  );
}
