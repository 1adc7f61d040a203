import type { JournalEntry } from '../journal/entries.ts';
import { renderHtml, renderHtmlSuite } from './html/page.ts';
import { renderJson, renderJsonSuite } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown, renderMarkdownSuite } from './markdown.ts';

/** Formats of reports, which are also the endings of their files. */
export const REPORT_FORMATS = ['json', 'html', 'md', 'xml'] as const;
/** See {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The media type of each format. */
export const REPORT_TYPES: Readonly<Record<ReportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

/**
 * A report of one run, from its journal alone.
 *
 * @throws Error when the journal does not begin with `run-started`
 */
export function renderReport(format: ReportFormat, entries: readonly JournalEntry[]): string {
  switch (format) {
    case 'json':
      return renderJson(entries);
    case 'html':
      return renderHtml(entries);
    case 'md':
      return renderMarkdown(entries);
    case 'xml':
      return renderJunit([entries]);
  }
}

/** A report of several runs, in their order. */
export function renderSuite(
  format: ReportFormat,
  runs: readonly (readonly JournalEntry[])[],
): string {
  switch (format) {
    case 'json':
      return renderJsonSuite(runs);
    case 'html':
      return renderHtmlSuite(runs);
    case 'md':
      return renderMarkdownSuite(runs);
    case 'xml':
      return renderJunit(runs);
  }
}
