import { sayValue } from '../../compare/say-value.ts';
import { parseTolerance } from '../../document/tolerance.ts';
import { QUANTITY_EXAMPLE } from '../../document/units.ts';
import type { VariantView } from '../../journal/view.ts';
import type { ProbeUnit } from '../../probes/model.ts';
import { html, trusted, type Markup } from './markup.ts';
import { createScale, HEIGHT, isLogarithmic, WIDTH, type Scale } from './scale.ts';

type CheckView = VariantView['checks'][number];

/** How the line of each variant is dashed, so that it is known without its colour too. */
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '1 4', '14 4'];

/** Colour and dashes of the variant at `index`, as attributes of a line. */
export function strokeOf(index: number): Markup {
  const style = index % DASHES.length;
  return trusted(
    `stroke="var(--v${style})" stroke-dasharray="${DASHES[style]}" stroke-width="1.8" ` +
      'fill="none" vector-effect="non-scaling-stroke" stroke-linejoin="round"',
  );
}

/** The chart of one check over all variants, on the time axis they share; null without points. */
export function checkChart(
  id: string,
  variants: readonly VariantView[],
  axisMs: number,
): Markup | null {
  const checks = variants.map(({ checks: all }) => all.find((check) => check.id === id));
  const named = checks.find((check) => check !== undefined && check.points.length > 0);
  if (!named) return null;
  const numbers = checks.flatMap((check) => numbersOf(check));
  const drawn =
    numbers.length > 0
      ? lineChart(named, checks, variants, axisMs)
      : stateChart(checks, variants, axisMs);
  return html`<div class="card">
    <div class="row">
      <h3>${named.title}</h3>
      <span class="muted small"
        >${named.expect === '' ? null : `expected ${named.expect} ${named.when ?? ''}`.trim()}${
          isLogarithmic(numbers, named.unit) ? ' · log' : null
        }</span
      >
    </div>
    ${drawn}
    <div class="axis">
      <span>0 s</span><span>${sayValue(axisMs / 2, 'ms')}</span>
      <span>${sayValue(axisMs, 'ms')}</span>
    </div>
  </div>`;
}

function lineChart(
  named: CheckView,
  checks: readonly (CheckView | undefined)[],
  variants: readonly VariantView[],
  axisMs: number,
): Markup {
  const limits = limitsOf(named);
  const numbers = checks.flatMap((check) => numbersOf(check));
  const scale = createScale([...numbers, ...limits], named.unit, axisMs);
  const label = `${named.title}: ${sayRange(numbers, named.unit)}`;
  return html`<div class="chart">
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${label}"
    >
      ${grid()} ${bands(variants, scale)} ${limits.map((limit) => limitLine(limit, scale))}
      ${checks.map((check, index) =>
        check
          ? html`<path d="${trusted(linePath(check.points, scale))}" ${strokeOf(index)} />`
          : null,
      )}
    </svg>
    <span class="most">${sayValue(scale.most, named.unit)}</span>
    <span class="least">${sayValue(scale.least, named.unit)}</span>
    ${limits.map(
      (limit) =>
        html`<span class="limit" style="top:${(scale.y(limit) / HEIGHT) * 100}%"
          >${sayValue(limit, named.unit)}</span
        >`,
    )}
  </div>`;
}

/** States over time, a row a variant. */
function stateChart(
  checks: readonly (CheckView | undefined)[],
  variants: readonly VariantView[],
  axisMs: number,
): Markup {
  const scale = createScale([0, 1], '', axisMs);
  return html`<div class="ribbon">
    ${checks.map((check, index) => {
      const runs = runsOf(check?.points ?? [], axisMs);
      const states = [...new Set(runs.map(({ state }) => state))];
      const name = variants[index]?.name ?? '';
      return html`<div>
        <span class="small muted">${name}: ${states.join(', ') || 'not looked at'}</span>
        <svg viewBox="0 0 ${WIDTH} 22" preserveAspectRatio="none" role="img" aria-label="${name}">
          ${runs.map(({ state, fromMs, toMs }) => {
            const [from, to] = [scale.x(fromMs), scale.x(toMs)];
            const shade = 0.2 + 0.6 * (states.indexOf(state) / Math.max(1, states.length - 1));
            return html`<rect
              x="${from}"
              width="${Math.max(0, to - from)}"
              y="0"
              height="22"
              fill="var(--v${index % DASHES.length})"
              opacity="${shade}"
              ><title>${state}</title></rect
            >`;
          })}
        </svg>
      </div>`;
    })}
  </div>`;
}

/** Faults as violet bands: the whole height where any lasts, and a rule at the top a variant. */
function bands(variants: readonly VariantView[], scale: Scale): Markup[] {
  const all = variants.flatMap(({ faults }, index) =>
    faults.map(({ title, fromMs, toMs }) => ({
      title,
      index,
      from: scale.x(fromMs),
      to: scale.x(toMs ?? Infinity),
    })),
  );
  return [
    ...union(all).map(
      ({ from, to }) =>
        html`<rect
          x="${from}"
          width="${to - from}"
          y="0"
          height="${HEIGHT}"
          fill="var(--fault-soft)"
        />`,
    ),
    ...all.map(
      ({ title, index, from, to }) =>
        html`<rect
          x="${from}"
          width="${Math.max(2, to - from)}"
          y="${index * 4}"
          height="3"
          fill="var(--fault-line)"
          ><title>${variants[index]?.name ?? ''}: ${title}</title></rect
        >`,
    ),
  ];
}

/** Spans that touch become one, so that a band is nowhere painted twice. */
function union(spans: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((one, other) => one.from - other.from)) {
    const last = joined.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

function grid(): Markup[] {
  return [0, 1, 2, 3].map((line) => {
    const y = (line / 3) * HEIGHT;
    return html`<line
      x1="0"
      x2="${WIDTH}"
      y1="${y}"
      y2="${y}"
      stroke="var(--line)"
      vector-effect="non-scaling-stroke"
    />`;
  });
}

function limitLine(limit: number, scale: Scale): Markup {
  const y = scale.y(limit);
  return html`<line
    x1="0"
    x2="${WIDTH}"
    y1="${y}"
    y2="${y}"
    stroke="var(--muted)"
    stroke-dasharray="4 4"
    vector-effect="non-scaling-stroke"
  />`;
}

/** A line through the numbers; where there was nothing to measure, it is interrupted. */
function linePath(points: CheckView['points'], scale: Scale): string {
  let pen = 'M';
  return points
    .map(([atMs, value]) => {
      if (typeof value !== 'number') {
        pen = 'M';
        return '';
      }
      const move = `${pen}${scale.x(atMs)} ${scale.y(value)}`;
      pen = 'L';
      return move;
    })
    .join('');
}

function runsOf(points: CheckView['points'], axisMs: number) {
  const runs: { state: string; fromMs: number; toMs: number }[] = [];
  for (const [atMs, value] of points) {
    const state = sayValue(value, '');
    const last = runs.at(-1);
    if (last) last.toMs = atMs;
    if (last?.state !== state) runs.push({ state, fromMs: atMs, toMs: axisMs });
  }
  return runs;
}

function numbersOf(check: CheckView | undefined): number[] {
  return (check?.points ?? [])
    .map(([, value]) => value)
    .filter((value) => typeof value === 'number');
}

/** The numbers that a check is held against. */
function limitsOf({ expect, unit }: CheckView): number[] {
  if (!Object.hasOwn(QUANTITY_EXAMPLE, unit)) return [];
  const answer = parseTolerance(expect, unit as ProbeUnit);
  if (!answer.ok || answer.tolerance.kind === 'is') return [];
  const { tolerance } = answer;
  return tolerance.kind === 'compare' ? [tolerance.value] : [tolerance.from, tolerance.to];
}

function sayRange(numbers: readonly number[], unit: string): string {
  const least = numbers.reduce((one, other) => Math.min(one, other), Infinity);
  const most = numbers.reduce((one, other) => Math.max(one, other), -Infinity);
  return `from ${sayValue(least, unit)} to ${sayValue(most, unit)}`;
}
