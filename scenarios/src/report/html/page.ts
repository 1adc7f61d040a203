import { sayCounted } from '../../compare/say-value.ts';
import type { JournalEntry } from '../../journal/entries.ts';
import { viewRun } from '../../journal/fold.ts';
import type { RunView } from '../../journal/view.ts';
import { sayRun, sayVariant } from '../words.ts';
import { checkChart, strokeOf } from './chart.ts';
import { html, trusted, type Markup } from './markup.ts';
import { axisOf } from './scale.ts';
import {
  checksSection,
  differencesSection,
  invariantsSection,
  planSection,
  sightingsSection,
  timelineSection,
} from './sections.ts';
import { STYLE } from './style.ts';
import { summary } from './summary.ts';

/** A run as one file of HTML: nothing is loaded, no script is needed, dark and light. */
export function renderHtml(entries: readonly JournalEntry[]): string {
  const view = viewRun(entries);
  return page(view.title, run(view));
}

/** Several runs as one file: a list of verdicts, then every run. */
export function renderHtmlSuite(runs: readonly (readonly JournalEntry[])[]): string {
  const views = runs.map((entries) => viewRun(entries));
  const well = views.filter(({ outcome }) => outcome?.exitCode === 0).length;
  const title = `${well} of ${sayCounted(views.length, 'experiment')} as claimed`;
  const rows = views.map((view, index) => {
    const said = sayRun(view);
    return html`<tr>
      <td class="${said.tone}">${said.text}</td>
      <td>
        <a href="#run-${index + 1}">${view.experiment}</a><br /><span class="muted small"
          >${view.title}</span
        >
      </td>
      <td>
        ${view.variants.map((variant) => html`${variant.name}: <span class="${sayVariant(variant).tone}">${sayVariant(variant).text}</span><br />`)}
      </td>
    </tr>`;
  });
  const contents = html`<main>
    <h1>${title}</h1>
    <div class="card scroll" style="margin-top:14px">
      <table class="wide">
        ${rows}
      </table>
    </div>
  </main>`;
  return page(title, [
    contents,
    ...views.map((view, index) => html`<div id="run-${index + 1}">${run(view)}</div>`),
  ]);
}

function page(title: string, body: Markup | Markup[]): string {
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="dark light" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title} · Faultline</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  return whole.toString();
}

function run(view: RunView): Markup {
  return html`<main>
    ${summary(view)} ${charts(view)} ${differencesSection(view)} ${invariantsSection(view)}
    ${sightingsSection(view)} ${planSection(view)} ${checksSection(view)} ${timelineSection(view)}
    ${lookAt(view)}
    <details>
      <summary>The document as it was run</summary>
      <pre>${view.document}</pre>
    </details>
  </main>`;
}

/** Most variants that a chart can show apart: the tries of a soak are listed, not drawn. */
const MAXIMUM_LINES = 6;

function charts({ variants }: RunView): Markup | null {
  const drawn = variants.filter(({ startedAt }) => startedAt !== null).slice(0, MAXIMUM_LINES);
  const axisMs = axisOf(drawn);
  const ids = new Set(drawn.flatMap(({ checks }) => checks.map(({ id }) => id)));
  const found = [...ids]
    .map((id) => checkChart(id, drawn, axisMs))
    .filter((chart) => chart !== null);
  if (found.length === 0) return null;
  return html`<h2>What was seen</h2>
    <div class="legend">
      ${drawn.map(
        ({ name }, index) =>
          html`<span
            ><svg viewBox="0 0 26 10" aria-hidden="true">
              <path d="M0 5H26" ${strokeOf(index)} /></svg
            >${name}</span
          >`,
      )}<span
        ><svg viewBox="0 0 26 10" aria-hidden="true">
          <rect width="26" height="10" fill="var(--fault-soft)" />
          <rect width="26" height="3" fill="var(--fault-line)" /></svg
        >a fault lasts</span
      >
    </div>
    <div class="grid">${found}</div>`;
}

function lookAt({ lookAt: hints, runbook }: RunView): Markup | null {
  if (hints.length === 0 && runbook === null) return null;
  return html`<h2>What to look at</h2>
    <ul>
      ${hints.map((hint) => html`<li>${hint}</li>`)}
      ${runbook === null ? null : html`<li>Runbook: <span class="mono">${runbook}</span></li>`}
    </ul>`;
}
