'use client';
import type { AuditRow } from '@faultline/server/contract';
import Link from 'next/link';
import { Button } from '@/components/button.tsx';
import { copy } from '@/components/copy-as.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { formatAbsolute, formatLink } from '@/lib/format.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { detailWords, timeAround } from './audit-words.ts';

/** One entry in full, with doors to its moment and to its target. */
export function AuditEntryPanel({ entry, onClose }: { entry: AuditRow; onClose: () => void }) {
  const href = usePageHref();
  const isLink = entry.target.includes('->');
  const rows: [string, string][] = [
    ['When', formatAbsolute(entry.at)],
    ['Who', entry.actor],
    ['Did', entry.action],
    ['To', entry.target === '*' ? 'everything' : formatLink(entry.target)],
    ['Outcome', entry.outcome],
  ];
  return (
    <Panel kind={`Line ${entry.line}`} title={entry.action} onClose={onClose}>
      <Section>
        <dl className="grid grid-cols-[72px_1fr] gap-y-1.5">
          {rows.map(([title, value]) => (
            <div key={title} className="contents">
              <dt className="text-muted">{title}</dt>
              <dd className="break-words text-strong">{value}</dd>
            </div>
          ))}
        </dl>
        {entry.detail !== '' && <p className="mt-3 break-words">{detailWords(entry)}</p>}
        <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-accent">
          <Link className="hover:underline" href={href('/', timeAround(entry.at))}>
            This moment on the strip
          </Link>
          {isLink && (
            <Link className="hover:underline" href={href('/', { edge: entry.target })}>
              The line
            </Link>
          )}
          <Link className="hover:underline" href={href('/audit', { target: entry.target })}>
            Everything done to it
          </Link>
        </p>
      </Section>
      <Section title="In the chain">
        <p className="font-mono text-sm break-all text-muted">{entry.hash}</p>
        <p className="mt-1.5 text-xs text-faint">
          SHA-256 over this entry and the hash of the line before it.
        </p>
        <Button
          className="mt-3"
          onClick={() => copy(JSON.stringify(entry, null, 2), 'an entry of the audit trail')}
        >
          Copy as JSON
        </Button>
      </Section>
    </Panel>
  );
}
