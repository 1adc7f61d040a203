'use client';
import type { Run, VariantView } from '@faultline/server/contract';
import { useMemo } from 'react';
import { CheckChart } from './check-chart.tsx';
import { checkSeries } from './check-series.ts';
import { readable } from './value-words.ts';
import { axisEnd, drawnTogether, faultBands } from './fault-bands.ts';

/** A chart a check, variants on one axis, one cursor over all of them. */
export function CheckCharts({
  run,
  shown,
}: {
  run: Pick<Run, 'variants'>;
  /** The variant in whose time the strip follows the pointer. */
  shown: VariantView | undefined;
}) {
  const drawn = useMemo(() => drawnTogether(run.variants, shown), [run.variants, shown]);
  const series = useMemo(() => checkSeries(drawn), [drawn]);
  const bands = useMemo(() => faultBands(drawn), [drawn]);
  const spanMs = axisEnd(drawn);
  const measured = series.filter(({ lines }) => lines.length > 0);
  const silent = series.filter(({ lines }) => lines.length === 0);
  if (series.length === 0) return null;
  return (
    <>
      <div className="grid gap-3 xl:grid-cols-2">
        {(measured.length === 0 ? silent : measured).map((each) => (
          <CheckChart key={each.id} series={each} bands={bands} spanMs={spanMs} shown={shown} />
        ))}
      </div>
      {measured.length > 0 && silent.length > 0 && (
        <p className="mt-2 text-sm text-faint">
          Without a curve:{' '}
          {silent.map(({ title, expect }) => readable(`${title} ${expect}`)).join('; ')}.
        </p>
      )}
    </>
  );
}
