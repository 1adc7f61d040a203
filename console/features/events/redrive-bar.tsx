'use client';
import type { Message, Place, RedriveResult, Topic } from '@faultline/server/contract';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { formatCount, plural } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { placeOf } from './lag-words.ts';
import { useRedriveProgress } from './topic-queries.ts';

type Which = 'picked' | 'all';

/** Sends dead letters again: which, what will happen, how far it is, what came of it. */
export function RedriveBar({
  topic,
  picked,
  shown,
  onPick,
}: {
  topic: Topic;
  picked: readonly string[];
  shown: readonly Message[];
  onPick: (places: readonly string[]) => void;
}) {
  const [asked, setAsked] = useState<Which | null>(null);
  const [result, setResult] = useState<RedriveResult | null>(null);
  const redrive = useAction<RedriveResult>();
  const open = shown.filter(({ deadLetter }) => deadLetter?.redrivenAt === null).map(placeOf);
  const chosen = picked.filter((place) => !shown.some(isSentAt(place)));
  const waiting = topic.deadLetters?.waiting ?? 0;
  const action = actions.redrive(topic.name, asked === 'all' ? 'all' : chosen.flatMap(parsePlace));
  const send = () =>
    redrive.run(action, {
      failed: 'Could not send them again',
      done: (answer) => {
        setResult(answer);
        setAsked(null);
        onPick([]);
        return {
          tone: answer.failed.length > 0 ? 'failed' : 'done',
          text: `${plural(answer.sent, 'dead letter')} sent to ${answer.topic} again`,
        };
      },
      invalidate: [queryKeys.topics, ['messages', topic.name]],
    });
  const ask = (which: Which) => {
    setResult(null);
    redrive.reset();
    setAsked(which);
  };
  return (
    <div className="border-b border-line">
      <div className="flex min-h-11 flex-wrap items-center gap-2 px-3.5 py-2">
        <span className="text-muted tabular-nums">
          {waiting === 0 ? 'None waits' : `${plural(waiting, 'dead letter')} waiting`}
        </span>
        <span className="flex-1" />
        {open.length > 0 && (
          <Button tone="ghost" onClick={() => onPick(chosen.length === open.length ? [] : open)}>
            {chosen.length === open.length ? 'Choose none' : 'Choose shown'}
          </Button>
        )}
        <Button
          data-testid="redrive-picked"
          disabled={chosen.length === 0}
          onClick={() => ask('picked')}
        >
          {chosen.length === 0 ? 'Send chosen again' : `Send ${formatCount(chosen.length)} again`}
        </Button>
        <Button data-testid="redrive-all" disabled={waiting === 0} onClick={() => ask('all')}>
          Send all again
        </Button>
      </div>
      {asked !== null && (
        <Confirmation
          topic={topic}
          count={asked === 'all' ? Math.min(waiting, MOST_AT_ONCE) : chosen.length}
          left={asked === 'all' ? Math.max(0, waiting - MOST_AT_ONCE) : 0}
          busy={redrive.busy}
          error={redrive.error}
          action={action}
          onSend={send}
          onCancel={() => setAsked(null)}
        />
      )}
      {result && <Result result={result} onClose={() => setResult(null)} />}
    </div>
  );
}

/** What the control plane sends at once unless told otherwise. */
const MOST_AT_ONCE = 1_000;

function Confirmation({
  topic,
  count,
  left,
  busy,
  error,
  action,
  onSend,
  onCancel,
}: {
  topic: Topic;
  count: number;
  left: number;
  busy: boolean;
  error: Error | null;
  action: ReturnType<typeof actions.redrive>;
  onSend: () => void;
  onCancel: () => void;
}) {
  const readers = topic.groups.map(({ group }) => group).join(', ') || 'nobody at present';
  return (
    <div
      role="group"
      aria-label="Confirm"
      className="flex flex-col gap-2 border-t border-line bg-sunken px-3.5 py-3"
    >
      <p className="max-w-170">
        <b className="text-strong">
          {plural(count, 'dead letter')} will be written to {topic.name} again
        </b>
        , with key, value and headers as they were. Every group gets them: {readers}. Those with an
        inbox ignore what they had already; one that still cannot handle a message gives it up anew.{' '}
        <b className="text-strong">This cannot be undone.</b>
        {left > 0 && ` ${plural(left, 'other')} will wait for the next time.`}
      </p>
      {busy && <Progress topic={topic.name} count={count} />}
      {error && (
        <p role="alert" className="text-bad">
          {errorDetail(error)}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button tone="accent" busy={busy} onClick={onSend} data-testid="redrive-confirm">
          Send {formatCount(count)} again
        </Button>
        <Button onClick={onCancel} disabled={busy}>
          Cancel
        </Button>
        <CopyAs action={action} />
      </div>
    </div>
  );
}

function Progress({ topic, count }: { topic: string; count: number }) {
  const progress = useRedriveProgress();
  const own = progress?.topic === topic && progress.running ? progress : null;
  const total = own?.total ?? count;
  const done = own?.done ?? 0;
  return (
    <div className="flex items-center gap-2 text-muted tabular-nums">
      <progress
        aria-label="Sent again"
        className="h-1.5 w-60 accent-accent"
        max={Math.max(1, total)}
        value={done}
      />
      {formatCount(done)} of {formatCount(total)}
    </div>
  );
}

function Result({ result, onClose }: { result: RedriveResult; onClose: () => void }) {
  const { sent, skipped, failed, topic } = result;
  return (
    <div
      role="status"
      data-testid="redrive-result"
      className="flex items-start gap-3 border-t border-line bg-sunken px-3.5 py-2"
    >
      <div className="min-w-0 flex-1">
        <p>
          <b className="text-strong">{formatCount(sent)} sent</b> to {topic}
          {skipped > 0 && `, ${formatCount(skipped)} were sent earlier`}
          {failed.length > 0 && (
            <span className="text-bad">, {formatCount(failed.length)} failed</span>
          )}
          .
        </p>
        <ul className="max-h-32 overflow-auto text-sm text-bad">
          {failed.map((failure) => (
            <li key={placeOf(failure)}>
              <span className="font-mono">{placeOf(failure)}</span> {failure.reason}
            </li>
          ))}
        </ul>
      </div>
      <Button size="small" tone="ghost" onClick={onClose}>
        Close
      </Button>
    </div>
  );
}

const isSentAt = (place: string) => (message: Message) =>
  placeOf(message) === place && message.deadLetter?.redrivenAt !== null;

/** Places come from the URL: what is none is left out. */
function parsePlace(text: string): Place[] {
  const match = /^(\d{1,6}):(\d{1,15})$/.exec(text);
  return match ? [{ partition: Number(match[1]), offset: Number(match[2]) }] : [];
}
