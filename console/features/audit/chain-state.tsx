'use client';
import type { AuditVerdict } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail, getJson } from '@/lib/api.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { verdictWords } from './audit-words.ts';

/** Whether the chain of the whole file is whole, and when that was looked at. */
export function ChainState() {
  const answer = useQuery({
    queryKey: queryKeys.auditVerdict,
    queryFn: ({ signal }) => getJson<AuditVerdict>('/audit/verify', {}, signal),
    staleTime: Infinity,
  });
  const { data, error, isFetching } = answer;
  const broken = data !== undefined && !data.whole;
  return (
    <div
      data-testid="chain-state"
      data-whole={data?.whole}
      className={`flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3.5 py-2 ${broken ? 'bg-bad-soft' : ''}`}
    >
      {broken ? (
        <ShieldAlert size={16} className="shrink-0 text-bad" aria-label="broken" />
      ) : (
        <ShieldCheck
          size={16}
          className={`shrink-0 ${data ? 'text-ok' : 'text-faint'}`}
          aria-hidden
        />
      )}
      <p className={`min-w-0 flex-1 basis-80 ${broken ? 'text-bad' : 'text-strong'}`}>
        {data
          ? verdictWords(data)
          : error
            ? `The trail could not be read: ${errorDetail(error)}`
            : 'Reading the whole trail…'}
      </p>
      {data && (
        <span className="text-muted">
          verified <RelativeTime at={data.checkedAt} />
        </span>
      )}
      <Button busy={isFetching} onClick={() => void answer.refetch()}>
        Verify now
      </Button>
      <span className="max-md:hidden">
        <CopyAs action={actions.auditVerify()} />
      </span>
    </div>
  );
}
