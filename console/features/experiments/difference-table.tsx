'use client';
import type { Difference } from '@faultline/server/contract';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { plural } from '@/lib/format.ts';
import { formatValue, readable, titled } from './value-words.ts';
import { variantLine } from './variant-words.ts';

const SHOWN = 8;

/** In what variants or runs differ, the largest difference first. */
export function DifferenceTable({
  differences,
  columns,
}: {
  differences: readonly Difference[];
  /** Names of what is compared, in the order of the values. */
  columns: readonly string[];
}) {
  const [all, setAll] = useState(false);
  if (differences.length === 0) return <p className="text-muted">Nothing differs.</p>;
  const shown = all ? differences : differences.slice(0, SHOWN);
  return (
    <>
      <div className="overflow-x-auto">
        <table aria-label="What differed" className="w-full tabular-nums">
          <thead>
            <tr className="text-left text-sm text-faint">
              <th scope="col" className="py-1 pr-3 font-medium">
                <span className="sr-only">What differed</span>
              </th>
              {columns.map((column, index) => (
                <th
                  key={column}
                  scope="col"
                  className="px-2 py-1 text-right font-medium whitespace-nowrap"
                  style={{ color: variantLine(index).colour }}
                >
                  {column}
                </th>
              ))}
              <th scope="col" className="py-1 pl-3 text-right font-medium max-md:hidden" />
            </tr>
          </thead>
          <tbody>
            {shown.map((difference) => (
              <tr key={difference.subject} className="border-t border-line align-baseline">
                <th scope="row" className="py-1.5 pr-3 text-left font-normal text-normal">
                  {titled(difference.title)}
                  <span className="block text-sm text-muted md:hidden">
                    {readable(difference.summary)}
                  </span>
                </th>
                {columns.map((column, index) => (
                  <td
                    key={column}
                    className="px-2 py-1.5 text-right font-mono text-sm whitespace-nowrap"
                    style={{ color: variantLine(index).colour }}
                  >
                    {formatValue(difference.values[index] ?? null, difference.unit)}
                  </td>
                ))}
                <td className="py-1.5 pl-3 text-right text-sm text-muted max-md:hidden">
                  {readable(difference.summary)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {differences.length > SHOWN && (
        <Button size="small" className="mt-2" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `Show all ${plural(differences.length, 'difference')}`}
        </Button>
      )}
    </>
  );
}
