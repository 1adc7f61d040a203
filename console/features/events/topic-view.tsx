'use client';
import type { Topic } from '@faultline/server/contract';
import { ArrowLeft } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { EmptyState } from '@/components/states.tsx';
import { formatCount, formatRate, plural } from '@/lib/format.ts';
import { choice } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { DeadLetters } from './dead-letters.tsx';
import { MessageBrowser } from './message-browser.tsx';
import { Readers } from './readers.tsx';

const VIEWS = choice('readers', 'messages', 'dead');

/** One topic: who reads it, what is on it, what was given up. */
export function TopicView({ name, topic }: { name: string; topic: Topic | undefined }) {
  const [view, setView] = useUrlState('view', VIEWS);
  const back = () => setUrl({ topic: null, view: null, msg: null, key: null, type: null }, 'push');
  useKeys([{ keys: 'escape', label: 'All topics', group: 'This page', run: back }]);
  if (!topic) {
    return (
      <EmptyState
        title={`There is no topic ${name}`}
        action={<Button onClick={back}>All topics</Button>}
      >
        It may come with the first event of its service.
      </EmptyState>
    );
  }
  const choose = (next: typeof view) => {
    setUrl({ msg: null }, 'replace');
    setView(next);
  };
  const waiting = topic.deadLetters?.waiting ?? 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3.5 py-2">
        <Button tone="ghost" className="-ml-2" icon={<ArrowLeft size={14} />} onClick={back}>
          Topics
        </Button>
        <h1 className="min-w-0 truncate text-lg font-semibold text-strong">{topic.name}</h1>
        <span className="text-muted tabular-nums">
          {formatCount(topic.messages)} messages in {plural(topic.partitions.length, 'partition')}
          {topic.inPerS !== null && `, ${formatRate(topic.inPerS)} /s in`}
        </span>
        <div role="group" aria-label="View" className="flex gap-1 md:ml-auto">
          <Button pressed={view === 'readers'} onClick={() => choose('readers')}>
            Readers
          </Button>
          <Button pressed={view === 'messages'} onClick={() => choose('messages')}>
            Messages
          </Button>
          {topic.deadLetters !== null && (
            <Button pressed={view === 'dead'} onClick={() => choose('dead')}>
              Dead letters
              {waiting > 0 && <b className="text-warn">{formatCount(waiting)}</b>}
            </Button>
          )}
        </div>
      </div>
      {view === 'messages' ? (
        <MessageBrowser topic={topic} />
      ) : view === 'dead' && topic.deadLetters !== null ? (
        <DeadLetters topic={topic} />
      ) : (
        <Readers topic={topic} />
      )}
    </div>
  );
}
