'use client';
import clsx from 'clsx';
import { useEffect, useRef, type ReactNode } from 'react';
import { useKeys } from '@/lib/use-keys.ts';

/** One column of a {@link Table}. */
export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** Numbers stand to the right. */
  align?: 'left' | 'right';
  /** CSS width; columns without one share the rest. */
  width?: string;
  /** Left out on narrow screens. */
  wide?: boolean;
}

/** Props of {@link Table}. */
export interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  selected?: string | null;
  onSelect?: (row: Row) => void;
  /** Bound to Enter when it differs from selecting. */
  onOpen?: (row: Row) => void;
  rowTone?: (row: Row) => 'plain' | 'fault' | 'bad';
  /** Shown in place of rows. */
  empty?: ReactNode;
}

/** Dense table with a sticky head; `j` and `k` walk the rows, Enter opens, the row in the URL is lit. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, selected = null, onSelect, onOpen } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const index = rows.findIndex((row) => rowKey(row) === selected);
  const move = (step: number) => {
    const next = rows[index === -1 ? (step > 0 ? 0 : rows.length - 1) : index + step];
    if (next) onSelect?.(next);
  };
  useKeys(
    [
      { keys: 'j', label: 'Next row', group: 'This page', run: () => move(1) },
      { keys: 'k', label: 'Previous row', group: 'This page', run: () => move(-1) },
      {
        keys: 'enter',
        label: 'Open the row',
        group: 'This page',
        run: () => {
          const row = rows[index];
          if (row) (onOpen ?? onSelect)?.(row);
        },
      },
    ],
    onSelect !== undefined,
  );
  useEffect(() => {
    if (selected === null) return;
    body.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  if (rows.length === 0 && props.empty !== undefined) return <>{props.empty}</>;
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <table aria-label={label} className="w-full border-separate border-spacing-0 tabular-nums">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                style={column.width === undefined ? undefined : { width: column.width }}
                className={clsx(
                  'sticky top-0 z-10 border-b border-line bg-surface px-1.5 py-1.5 text-xs first:pl-3.5 md:px-2.5 font-medium whitespace-nowrap text-faint',
                  column.align === 'right' ? 'text-right' : 'text-left',
                  column.wide === true && 'max-md:hidden',
                )}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <TableRow key={rowKey(row)} row={row} props={props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TableRow<Row>({ row, props }: { row: Row; props: TableProps<Row> }) {
  const { columns, rowKey, selected, onSelect, rowTone } = props;
  const tone = rowTone?.(row) ?? 'plain';
  return (
    <tr
      aria-selected={rowKey(row) === selected}
      data-testid={`row-${rowKey(row)}`}
      onClick={onSelect ? () => onSelect(row) : undefined}
      className={clsx(
        'hover:bg-hover aria-selected:bg-accent-soft',
        onSelect && 'cursor-pointer',
        tone === 'fault' && 'bg-fault-soft',
        tone === 'bad' && 'bg-bad-soft',
      )}
    >
      {columns.map((column) => (
        <td
          key={column.key}
          className={clsx(
            'h-9 border-b border-line px-1.5 whitespace-nowrap first:pl-3.5 md:px-2.5',
            column.align === 'right' && 'text-right',
            column.wide === true && 'max-md:hidden',
          )}
        >
          {column.render(row)}
        </td>
      ))}
    </tr>
  );
}
