'use client';
import type { Message, Topic } from '@faultline/server/contract';
import { Mails } from 'lucide-react';
import { useState } from 'react';
import { LiveList } from '@/components/live-list.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState } from '@/components/states.tsx';
import { Button } from '@/components/button.tsx';
import { formatCount } from '@/lib/format.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { number, optional, text } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { inline, placeOf } from './lag-words.ts';
import { MessageList } from './message-list.tsx';
import { MessagePanel } from './message-panel.tsx';
import { useMessages } from './topic-queries.ts';

/** The messages of a topic, newest first, filtered by type, key and partition. */
export function MessageBrowser({ topic }: { topic: Topic }) {
  const [key] = useUrlState('key', text);
  const [type] = useUrlState('type', text);
  const [partition] = useUrlState('partition', number);
  const [chosen, setChosen] = useUrlState('msg', optional);
  const filter = { key, type, partition };
  const answer = useMessages(topic.name, 'messages', filter);
  const pages = answer.data?.pages ?? [];
  const latest = pages.flatMap(({ messages }) => messages);
  const [over, setOver] = useState(false);
  const held = useHeldRows<Message>(
    latest,
    placeOf,
    over || chosen !== null,
    JSON.stringify([topic.name, filter, pages.length]),
  );
  const message = held.rows.find((candidate) => placeOf(candidate) === chosen);
  const filtered = key !== '' || type !== '' || partition !== null;
  const older = {
    more: answer.hasNextPage,
    busy: answer.isFetchingNextPage,
    load: () => void answer.fetchNextPage(),
  };
  return (
    <PageWithPanel
      panel={
        message && (
          <MessagePanel topic={topic.name} message={message} onClose={() => setChosen(null)} />
        )
      }
    >
      <Filters topic={topic} />
      <LiveList
        answer={answer}
        held={held}
        failed="The messages could not be read"
        onOver={setOver}
      >
        {held.rows.length === 0 ? (
          <EmptyState
            icon={<Mails size={22} />}
            title={filtered ? 'No message matches' : 'The topic is empty'}
            action={
              older.more && (
                <Button busy={older.busy} onClick={older.load}>
                  Look further back
                </Button>
              )
            }
          >
            {filtered
              ? `${formatCount(pages.reduce((sum, { scanned }) => sum + scanned, 0))} messages were read.`
              : 'A service writes to it when something happened that others should know of.'}
          </EmptyState>
        ) : (
          <MessageList
            label={`Messages of ${topic.name}`}
            messages={held.rows}
            selected={chosen}
            onSelect={setChosen}
            older={older}
          >
            {(row) => <Words message={row} />}
          </MessageList>
        )}
      </LiveList>
    </PageWithPanel>
  );
}

function Words({ message: { event, key, value } }: { message: Message }) {
  return (
    <>
      <span className="w-44 shrink-0 truncate font-semibold text-strong max-md:w-32">
        {event?.type ?? <span className="font-normal text-warn">no event</span>}
      </span>
      <span className="w-36 shrink-0 truncate font-mono text-muted max-md:hidden">
        {inline(key)}
      </span>
      <span className="min-w-0 truncate font-mono text-faint">{inline(value)}</span>
    </>
  );
}

function Filters({ topic }: { topic: Topic }) {
  const [key, setKey] = useUrlState('key', text);
  const [type, setType] = useUrlState('type', text);
  const [partition, setPartition] = useUrlState('partition', number);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
      <SearchField
        className="w-60 max-md:w-full"
        label="Search by type"
        placeholder="Type: order.confirmed, order.*"
        value={type}
        onChange={setType}
      />
      <input
        type="search"
        aria-label="Key"
        placeholder="Key"
        defaultValue={key}
        key={key}
        onBlur={(event) => setKey(event.target.value.trim())}
        onKeyDown={(event) => {
          if (event.key === 'Enter') setKey(event.currentTarget.value.trim());
        }}
        className="h-7 w-52 rounded-md border border-line-strong bg-raised px-2.5 outline-none placeholder:text-faint focus:border-accent max-md:w-40"
      />
      <select
        aria-label="Partition"
        value={partition ?? ''}
        onChange={(event) =>
          setPartition(event.target.value === '' ? null : Number(event.target.value))
        }
        className="h-7 rounded-md border border-line-strong bg-raised px-1.5 text-normal"
      >
        <option value="">every partition</option>
        {topic.partitions.map((each) => (
          <option key={each.partition} value={each.partition}>
            partition {each.partition}
          </option>
        ))}
      </select>
    </div>
  );
}
