'use client';
import type { PatternView } from '@faultline/server/contract';
import clsx from 'clsx';
import { useEffect, useRef } from 'react';
import { ServiceName } from '@/components/service-name.tsx';
import { formatLink, plural } from '@/lib/format.ts';
import { columnGroups, type Cell, type Matrix, type Target } from './pattern-model.ts';
import { FAMILY_TITLES } from './pattern-words.ts';
import { selectionOf } from './selection.ts';

/** Links or services against their patterns: a table, and a list where there is no room for one. */
export function PatternMatrix(props: {
  title: string;
  matrix: Matrix;
  /** The chosen cell. */
  at: string | null;
  onChoose: (at: string) => void;
}) {
  const { title, matrix } = props;
  if (matrix.rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="px-3.5 pt-4 pb-1.5 font-semibold text-strong">
        {title} <span className="font-normal text-faint">{matrix.rows.length}</span>
      </h2>
      <WideMatrix {...props} />
      <NarrowMatrix {...props} />
    </section>
  );
}

type MatrixProps = Parameters<typeof PatternMatrix>[0];

function WideMatrix({ title, matrix, at, onChoose }: MatrixProps) {
  const groups = columnGroups(matrix.columns);
  const starts = startsOf(matrix.columns);
  return (
    <div className="overflow-x-auto max-md:hidden">
      <table
        aria-label={`Patterns of ${title.toLowerCase()}`}
        className="border-separate border-spacing-0 tabular-nums"
      >
        <thead className="text-xs text-faint">
          <tr>
            <th className="sticky left-0 z-10 bg-surface" />
            {groups.map(({ family, count }) => (
              <th
                key={family}
                scope="colgroup"
                colSpan={count}
                className="border-l border-line px-1.5 pb-1 text-left font-semibold tracking-[.04em] whitespace-nowrap uppercase"
              >
                {FAMILY_TITLES[family]}
              </th>
            ))}
          </tr>
          <tr>
            <th
              scope="col"
              className="sticky left-0 z-10 min-w-44 border-b border-line bg-surface px-3.5 pb-1.5 text-left align-bottom font-medium"
            >
              {matrix.kind === 'link' ? 'Caller → callee' : 'Service'}
            </th>
            {matrix.columns.map((pattern) => (
              <th
                key={pattern.name}
                scope="col"
                title={`${pattern.purpose}. Off: ${pattern.whenOff}.`}
                className={clsx(
                  'w-20 max-w-20 min-w-20 border-b border-line px-1.5 pb-1.5 text-left align-bottom leading-3.5 font-medium',
                  starts.has(pattern.name) && 'border-l',
                )}
              >
                {pattern.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.rows.map(({ target, cells }) => (
            <tr key={target.name} className="group">
              <th
                scope="row"
                className="sticky left-0 z-10 border-b border-line bg-surface px-3.5 text-left font-normal whitespace-nowrap group-hover:bg-hover"
              >
                <TargetName target={target} />
              </th>
              {cells.map((cell) => (
                <td
                  key={cell.pattern.name}
                  className={clsx(
                    'h-8 border-b border-line p-0 group-hover:bg-hover',
                    starts.has(cell.pattern.name) && 'border-l',
                  )}
                >
                  <CellButton target={target} cell={cell} at={at} onChoose={onChoose} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The first column of each family. */
function startsOf(columns: readonly PatternView[]): ReadonlySet<string> {
  const starts = columns.filter(({ family }, index) => columns[index - 1]?.family !== family);
  return new Set(starts.map(({ name }) => name));
}

function NarrowMatrix({ matrix, at, onChoose }: MatrixProps) {
  return (
    <ul className="md:hidden">
      {matrix.rows.map(({ target, cells }) => {
        const present = cells.filter((cell) => cell.state !== 'none');
        return (
          <li key={target.name} className="border-b border-line px-3.5 py-2">
            <div className="flex items-baseline justify-between gap-2 pb-1">
              <TargetName target={target} />
              <span className="text-xs text-faint">{plural(present.length, 'pattern')}</span>
            </div>
            <div className="-mx-1.5 grid grid-cols-2">
              {present.map((cell) => (
                <CellButton
                  key={cell.pattern.name}
                  target={target}
                  cell={cell}
                  at={at}
                  onChoose={onChoose}
                  isNamed
                />
              ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function TargetName({ target }: { target: Target }) {
  const caller = target.name.split('->')[0] ?? target.name;
  return <ServiceName service={caller} name={formatLink(target.name)} className="text-strong" />;
}

function CellButton({
  target,
  cell,
  at,
  onChoose,
  isNamed = false,
}: {
  target: Target;
  cell: Cell;
  at: string | null;
  onChoose: (at: string) => void;
  /** Whether the pattern's name stands in the cell, where no column says it. */
  isNamed?: boolean;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const own = selectionOf(target, cell.pattern);
  const chosen = at === own;
  useEffect(() => {
    if (chosen) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [chosen]);
  if (cell.state === 'none') {
    return (
      <span className="block px-1.5 text-faint" title="Not applicable">
        ·
      </span>
    );
  }
  const { pattern, changed, words } = cell;
  const on = cell.state === 'on';
  return (
    <button
      ref={button}
      type="button"
      onClick={() => onChoose(own)}
      aria-pressed={chosen}
      data-testid={`${isNamed ? 'entry' : 'cell'}-${own}`}
      data-state={cell.state}
      data-changed={changed}
      aria-label={`${pattern.title} of ${formatLink(target.name)}: ${on ? 'on' : 'off'}${on && words !== 'on' ? `, ${words}` : ''}${changed ? ', changed since the launch' : ''}`}
      title={`${pattern.title}: ${pattern.purpose}.\n${on ? 'Switched off' : 'While it is off'}: ${pattern.whenOff}.`}
      className={clsx(
        'flex h-8 w-full items-center gap-1.5 px-1.5 text-left text-sm hover:bg-hover',
        changed ? 'bg-fault-soft text-fault' : on ? 'text-normal' : 'text-faint',
        chosen && 'outline-2 -outline-offset-2 outline-accent',
      )}
    >
      <svg width={8} height={8} viewBox="0 0 8 8" aria-hidden className="shrink-0">
        <circle
          cx={4}
          cy={4}
          r={on ? 3 : 2.8}
          fill={on ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth={1.3}
          opacity={on && !changed ? 0.55 : 1}
        />
      </svg>
      {isNamed && <span className="min-w-0 flex-1 truncate">{pattern.title}</span>}
      <span className={clsx('truncate', isNamed && 'text-xs')}>{words}</span>
    </button>
  );
}
