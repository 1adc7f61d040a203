'use client';
import type { Secrets, SecretView } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail, getJson } from '@/lib/api.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

/** Secrets of the launch: what each is for, when it was replaced, and a new one on demand. */
export function SecretsSection() {
  const { data, error } = useQuery({
    queryKey: queryKeys.secrets,
    queryFn: ({ signal }) => getJson<Secrets>('/secrets', {}, signal),
  });
  return (
    <section aria-label="Secrets" data-testid="secrets">
      <h2 className="px-3.5 pt-4 pb-1.5 font-semibold text-strong">Secrets</h2>
      {error && (
        <p role="alert" className="px-3.5 text-bad">
          The secrets could not be listed: {errorDetail(error)}
        </p>
      )}
      <ul className="border-t border-line">
        {data?.secrets.map((view) => (
          <SecretRow key={view.what} view={view} />
        ))}
      </ul>
    </section>
  );
}

function SecretRow({ view: { what, title, effect, rotatedAt } }: { view: SecretView }) {
  const [asked, setAsked] = useState(false);
  const { run, busy, error } = useAction();
  const rotate = () => {
    setAsked(false);
    run(actions.rotateSecrets(what), {
      failed: `Could not replace ${title.toLowerCase()}`,
      invalidate: [queryKeys.secrets, queryKeys.audit()],
      done: () => ({ text: `${title} replaced` }),
    });
  };
  return (
    <li
      data-testid={`secret-${what}`}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-3.5 py-1.5"
    >
      <span className="w-44 shrink-0 font-semibold text-strong">{title}</span>
      <span className="min-w-0 flex-1 basis-72 text-muted">
        {effect}
        {error && (
          <span role="alert" className="block text-bad">
            {errorDetail(error)}
          </span>
        )}
      </span>
      <span className="w-36 text-faint" data-testid="rotated-at">
        {rotatedAt === null ? (
          'not since the launch'
        ) : (
          <>
            replaced <RelativeTime at={rotatedAt} />
          </>
        )}
      </span>
      {asked ? (
        <span className="flex items-center gap-2">
          <Button size="small" tone="accent" onClick={rotate}>
            Replace now
          </Button>
          <Button size="small" tone="ghost" onClick={() => setAsked(false)}>
            Leave it
          </Button>
          <CopyAs action={actions.rotateSecrets(what)} />
        </span>
      ) : (
        <Button
          size="small"
          busy={busy}
          aria-label={`Replace: ${title}`}
          onClick={() => setAsked(true)}
        >
          Replace…
        </Button>
      )}
    </li>
  );
}
