import { sayLasting } from '../../compare/say-value.ts';
import type { RunView, VariantView } from '../../journal/view.ts';
import { sayRun, sayTime, sayVariant } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** The first screen: the claim, the verdict, and why. */
export function summary(view: RunView): Markup {
  const said = sayRun(view);
  const chips = [...(view.pattern === null ? [] : [view.pattern]), ...view.tags];
  return html`<header>
      <div class="head">
        <div>
          <div class="muted">
            ${view.experiment}${chips.map((chip) => html`<span class="chip">${chip}</span>`)}
          </div>
          <h1>${view.title}</h1>
          <div class="muted small">
            ${sayTime(view.startedAt)} · took ${sayLasting(view.startedAt, view.endedAt)} · seed
            ${view.seed} · ${view.runtime} runtime · requested by ${view.requestedBy}
          </div>
        </div>
        <div class="verdict ${said.tone}">${said.text}</div>
      </div>
      ${view.description === '' ? null : html`<p class="lead">${view.description}</p>`}
    </header>
    ${view.outcome && view.variants.length !== 1 ? reasons(view.outcome.reasons) : null}
    <section class="grid" style="margin-top:18px">${view.variants.map(card)}</section>
    ${notes(view)}`;
}

/** Warnings, and what is longer than a line: the schedule that a soak was shrunk to. */
function notes({ notes: all }: RunView): Markup[] {
  return all
    .filter(({ severity, text }) => severity === 'warn' || text.includes('\n'))
    .map(({ text, severity }) => {
      const [first = '', ...rest] = text.split('\n');
      return html`<p class="lead ${severity === 'warn' ? 'warn' : 'strong'}">${first}</p>
        ${rest.length === 0 ? null : html`<pre>${rest.join('\n')}</pre>`}`;
    });
}

function reasons(all: readonly string[]): Markup | null {
  if (all.length === 0) return null;
  return html`<p class="lead strong">${all.join(' · ')}</p>`;
}

function card(variant: VariantView): Markup {
  const said = sayVariant(variant);
  const why = variant.outcome?.reasons ?? [];
  return html`<div class="card edge is-${said.tone}">
    <div class="row">
      <span class="muted">${variant.name}</span><b class="${said.tone}">${said.text}</b>
    </div>
    ${variant.changes.length === 0 ? null : html`<p class="small fault">${variant.changes.join(' · ')}</p>`}
    ${variant.aborted ? html`<p class="warn">${variant.aborted.reason}</p>` : null}
    ${why.length === 1 ? html`<p>${why[0] ?? ''}</p>` : null}
    ${
      why.length > 1
        ? html`<ul>
            ${why.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
        : null
    }
    ${variant.undo && !variant.undo.clean ? html`<p class="bad">Left behind: ${variant.undo.left.join(', ')}</p>` : null}
  </div>`;
}
