'use client';
import type { Message, Topic } from '@faultline/server/contract';
import { MailCheck } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/chip.tsx';
import { LiveList } from '@/components/live-list.tsx';
import { PageWithPanel, Section } from '@/components/panel.tsx';
import { RelativeTime, useServerNow } from '@/components/relative-time.tsx';
import { EmptyState } from '@/components/states.tsx';
import { formatAbsolute, formatRelative, NOTHING, plural } from '@/lib/format.ts';
import { useHeldRows } from '@/lib/held-rows.ts';
import { list, optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { placeOf } from './lag-words.ts';
import { MessageList } from './message-list.tsx';
import { Facts, MessagePanel } from './message-panel.tsx';
import { RedriveBar } from './redrive-bar.tsx';
import { useMessages } from './topic-queries.ts';

/** What consumers of a topic gave up on: why, since when, and the way back. */
export function DeadLetters({ topic }: { topic: Topic }) {
  const [chosen, setChosen] = useUrlState('msg', optional);
  const [picked, setPicked] = useUrlState('sel', list);
  const answer = useMessages(topic.name, 'deadletters', {});
  const latest = answer.data?.pages.flatMap(({ messages }) => messages) ?? [];
  const [over, setOver] = useState(false);
  const pages = answer.data?.pages.length ?? 0;
  const held = useHeldRows<Message>(
    latest,
    placeOf,
    over || chosen !== null,
    JSON.stringify([topic.name, pages]),
  );
  // The place of a row is held, not what became of it.
  const current = new Map(latest.map((message) => [placeOf(message), message]));
  const rows = held.rows.map((message) => current.get(placeOf(message)) ?? message);
  const message = rows.find((candidate) => placeOf(candidate) === chosen);
  const toggle = (place: string) =>
    setPicked(
      picked.includes(place) ? picked.filter((other) => other !== place) : [...picked, place],
    );
  return (
    <PageWithPanel
      panel={
        message && (
          <MessagePanel
            topic={topic.deadLetters?.topic ?? topic.name}
            message={message}
            onClose={() => setChosen(null)}
          >
            <WhySection message={message} />
          </MessagePanel>
        )
      }
    >
      <RedriveBar topic={topic} picked={picked} shown={rows} onPick={setPicked} />
      <LiveList
        answer={answer}
        held={held}
        failed="The dead letters could not be read"
        onOver={setOver}
      >
        {rows.length === 0 ? (
          <EmptyState icon={<MailCheck size={22} />} title="No dead letters">
            A consumer that fails at a message again and again puts it here and goes on with the
            next.
          </EmptyState>
        ) : (
          <MessageList
            label={`Dead letters of ${topic.name}`}
            messages={rows}
            selected={chosen}
            onSelect={setChosen}
            older={{
              more: answer.hasNextPage,
              busy: answer.isFetchingNextPage,
              load: () => void answer.fetchNextPage(),
            }}
            before={(row) => (
              <Tick message={row} checked={picked.includes(placeOf(row))} onToggle={toggle} />
            )}
          >
            {(row) => <Words message={row} />}
          </MessageList>
        )}
      </LiveList>
    </PageWithPanel>
  );
}

function Tick({
  message,
  checked,
  onToggle,
}: {
  message: Message;
  checked: boolean;
  onToggle: (place: string) => void;
}) {
  const sent = message.deadLetter?.redrivenAt !== null;
  return (
    <input
      type="checkbox"
      aria-label={`Choose ${placeOf(message)}`}
      checked={checked && !sent}
      disabled={sent}
      title={sent ? 'It was sent again' : undefined}
      onChange={() => onToggle(placeOf(message))}
      className="block accent-accent"
    />
  );
}

function Words({ message }: { message: Message }) {
  const now = useServerNow();
  const { deadLetter, event } = message;
  if (!deadLetter) return null;
  return (
    <>
      <span className="w-24 shrink-0 text-muted max-md:hidden" title={formatAbsolute(message.at)}>
        {formatRelative(Math.min(message.at, now), now)}
      </span>
      <span className="w-36 shrink-0 truncate font-semibold text-strong max-md:w-28">
        {event?.type ?? <span className="font-normal text-warn">no event</span>}
      </span>
      <span className="w-24 shrink-0 text-muted tabular-nums max-md:hidden">
        {deadLetter.attempts === null ? NOTHING : plural(deadLetter.attempts, 'attempt')}
      </span>
      {deadLetter.redrivenAt !== null && (
        <Badge data-testid={`redriven-${placeOf(message)}`} tone="ok">
          sent again
        </Badge>
      )}
      {deadLetter.formerly !== null && (
        <Badge title={`It was ${deadLetter.formerly} and came back`}>came back</Badge>
      )}
      <span className="min-w-0 truncate text-bad" title={deadLetter.reason}>
        {deadLetter.reason}
      </span>
    </>
  );
}

function WhySection({ message: { deadLetter, at } }: { message: Message }) {
  if (!deadLetter) return null;
  const { reason, attempts, group, source, redrivenAt, formerly } = deadLetter;
  return (
    <Section title="Why it was given up">
      <p className="mb-2 break-words text-bad">{reason}</p>
      <Facts
        rows={[
          ['Attempts', attempts === null ? null : String(attempts)],
          ['By group', group],
          ['Came from', source && `${source.topic} ${source.partition}:${source.offset}`],
          ['Redriven before', formerly],
        ]}
      />
      <p className="mt-2 text-muted">
        Given up <RelativeTime at={at} />
        {redrivenAt === null ? (
          ', waits since.'
        ) : (
          <>
            , sent again <RelativeTime at={redrivenAt} />.
          </>
        )}
      </p>
    </Section>
  );
}
