import { sayLasting, sayValue } from '../../compare/say-value.ts';
import type { RunView, VariantView } from '../../journal/view.ts';
import { html, type Markup } from './markup.ts';

/** In what the variants differ, the largest difference first; null when in nothing. */
export function differencesSection({ differences, variants }: RunView): Markup | null {
  if (differences.length === 0) return null;
  return html`<h2>What differed</h2>
    <div class="card scroll">
      <table class="wide">
        <tr>
          <th></th>
          ${variants.map(({ name }, index) => html`<th class="number" style="color:var(--v${index % 6})">${name}</th>`)}
          <th></th>
        </tr>
        ${differences.map(
          ({ title, values, unit, summary }) =>
            html`<tr>
              <td>${title}</td>
              ${values.map((value, index) => html`<td class="number mono" style="color:var(--v${index % 6})">${sayValue(value, unit)}</td>`)}
              <td class="muted">${summary}</td>
            </tr>`,
        )}
      </table>
    </div>`;
}

/** Decisions on checks, a table a variant; the numbers behind the verdict. */
export function checksSection({ variants }: RunView): Markup | null {
  const decided = variants.filter(({ checks }) => checks.some((one) => one.decisions.length > 0));
  if (decided.length === 0) return null;
  return html`<h2>Checks</h2>
    <div class="grid">
      ${decided.map(
        ({ name, checks }) =>
          html`<div class="card">
            <h3>${name}</h3>
            <ol class="plain">
              ${checks.flatMap(({ decisions }) =>
                decisions.map(
                  ({ outcome, detail, when, atMs }) =>
                    html`<li>
                      ${sign(outcome === 'held', outcome === 'broken')}
                      <span
                        >${detail}
                        <span class="muted small">${when.replaceAll('-', ' ')}</span></span
                      >
                      <span class="mono muted">${sayValue(atMs, 'ms')}</span>
                    </li>`,
                ),
              )}
            </ol>
          </div>`,
      )}
    </div>`;
}

/** Invariants with the sums behind them, and every violation. */
export function invariantsSection({ variants }: RunView): Markup | null {
  const checked = variants.filter(({ invariants }) => invariants.length > 0);
  if (checked.length === 0) return null;
  return html`<h2>Invariants</h2>
    <div class="grid">
      ${checked.map(
        ({ name, invariants }) =>
          html`<div class="card">
            <h3>${name}</h3>
            <ol class="plain">
              ${invariants.map(
                ({ title, holds, evidence, violations }) =>
                  html`<li>
                    ${sign(holds, !holds)}<span>
                      <span class="strong">${title}</span>
                      <span class="mono ${holds ? 'ok' : 'bad'}">${evidence}</span>
                      ${violations.map(
                        ({ subject, detail, traceId }) =>
                          html`<br /><span class="small"
                              ><span class="mono">${subject}</span>
                              ${detail}${traceId === undefined ? null : html` <span class="muted mono">trace ${traceId}</span>`}</span
                            >`,
                      )}</span
                    ><span></span>
                  </li>`,
              )}
            </ol>
          </div>`,
      )}
    </div>`;
}

/** What was seen at least once: without it a pass would be empty. */
export function sightingsSection({ variants }: RunView): Markup | null {
  const looked = variants.filter(({ sightings }) => sightings.length > 0);
  if (looked.length === 0) return null;
  return html`<h2>Seen at least once</h2>
    <div class="grid">
      ${looked.map(
        ({ name, sightings }) =>
          html`<div class="card">
            <h3>${name}</h3>
            <ol class="plain">
              ${sightings.map(
                ({ title, seen, count, firstMs }) =>
                  html`<li>
                    ${sign(seen, false)} <span>${title}</span
                    ><span class="mono muted"
                      >${seen ? `${count} ×` : 'never'}${
                        firstMs === null ? null : html` · first at ${sayValue(firstMs, 'ms')}`
                      }</span
                    >
                  </li>`,
              )}
            </ol>
          </div>`,
      )}
    </div>`;
}

/** The plan, with what became of each step in each variant. */
export function planSection({ variants, plan }: RunView): Markup | null {
  const run = variants.filter(({ steps }) => steps.length > 0);
  if (run.length === 0) return null;
  return html`<h2>Plan</h2>
    <div class="grid">
      ${run.map(
        ({ name, steps }) =>
          html`<div class="card">
            <h3>${name}</h3>
            <ol class="plain">
              ${steps.map(step)}
            </ol>
          </div>`,
      )}
    </div>
    <p class="small muted lead">
      Touched: ${[...plan.blastRadius.links, ...plan.blastRadius.services].join(', ') || 'nothing'}.
      Put back in every ending: ${plan.undo.join(', ') || 'nothing'}.
    </p>`;
}

function step({
  title,
  detail,
  state,
  kind,
  startedMs,
  endedMs,
  path,
}: VariantView['steps'][number]): Markup {
  const depth = path.split('.').length - 1;
  const mark =
    kind === 'inject' && state === 'done'
      ? html`<span class="fault" title="done">⚡</span>`
      : sign(state === 'done', state === 'failed');
  return html`<li style="padding-left:${depth * 14}px">
    ${mark}<span
      ><span class="strong">${title}</span>
      ${detail === '' || detail === title ? null : html`<br /><span class="small muted">${detail}</span>`}
      ${state === 'stopped' || state === 'waiting' ? html`<br /><span class="small warn">${state === 'waiting' ? 'not reached' : 'stopped'}</span>` : null}</span
    >
    <span class="mono muted">${sayLasting(startedMs, endedMs)}</span>
  </li>`;
}

/** Everything that was done and that happened, in its order; violet is what we did. */
export function timelineSection({ variants }: RunView): Markup {
  return html`<h2>Timeline</h2>
    <div class="grid">
      ${variants
        .filter(({ startedAt }) => startedAt !== null)
        .map(
          (variant) =>
            html`<div class="card">
              <h3>${variant.name}</h3>
              <ol class="plain time">
                ${eventsOf(variant).map(
                  ({ atMs, title, tone }) =>
                    html`<li>
                      <span class="mono muted">${sayValue(Math.round(atMs / 100) * 100, 'ms')}</span
                      ><span class="${tone}">${title}</span>
                    </li>`,
                )}
              </ol>
            </div>`,
        )}
    </div>`;
}

function eventsOf({ marks, faults, phases }: VariantView) {
  return [
    ...phases.map(({ phase, fromMs }) => ({
      atMs: fromMs,
      title: phase.replaceAll('-', ' '),
      tone: 'muted',
    })),
    ...faults.map(({ title, fromMs }) => ({ atMs: fromMs, title, tone: 'fault' })),
    ...marks.map(({ atMs, title, side, severity }) => ({
      atMs,
      title,
      tone: toneOf(side, severity),
    })),
  ].sort((one, other) => one.atMs - other.atMs);
}

function toneOf(side: 'ours' | 'theirs', severity: 'info' | 'warn' | 'bad'): string {
  if (severity !== 'info') return severity;
  return side === 'ours' ? 'fault' : 'strong';
}

function sign(well: boolean, badly: boolean): Markup {
  if (well) return html`<span class="ok" title="yes">✓</span>`;
  return badly
    ? html`<span class="bad" title="no">✗</span>`
    : html`<span class="warn" title="not known">○</span>`;
}
