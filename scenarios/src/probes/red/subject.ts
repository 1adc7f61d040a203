import type { LinkRed, RedSnapshot, ServiceRed } from '@faultline/collector/contract';
import type { z } from 'zod';
import { formatDuration } from '../../document/units.ts';
import { linkField, nameField, windowField } from '../fields.ts';
import type { Reading, Sight, Span } from '../model.ts';

/** RED is kept by whole seconds of the last 15 minutes. */
const SECOND_MS = 1000;
const LONGEST_WINDOW_MS = 900_000;

/** Whose calls a RED probe is about, and over which time. */
export type RedSubject = {
  service?: string | undefined;
  operation?: string | undefined;
  link?: string | undefined;
  windowMs: number;
};

/** Fields of a probe that is about a service, one of its operations, or a link. */
export const subjectShape = {
  service: nameField('Service, as its callers see it; or `link`').optional(),
  operation: nameField('One operation of the service, for instance `POST /v1/orders`').optional(),
  link: linkField('Link, as its caller sees it; or `service`').optional(),
  window: windowField(),
};

/** Fields of a probe that only links have. */
export const linkShape = { link: linkField(), window: windowField() };

/** Rule of {@link subjectShape}: one subject, and operations only of services. */
export function checkSubject(
  { service, operation, link }: Omit<RedSubject, 'windowMs'>,
  context: z.RefinementCtx,
): void {
  if ((service === undefined) === (link === undefined)) {
    context.addIssue({ code: 'custom', message: 'either service or link', path: ['service'] });
  }
  if (operation !== undefined && service === undefined) {
    context.addIssue({ code: 'custom', message: 'only with service', path: ['operation'] });
  }
}

/** Names the window after its unit, once it has been converted. */
export function inMilliseconds<Fields extends { window: number }>({ window, ...fields }: Fields) {
  return { ...fields, windowMs: window };
}

/** ` of gateway POST /v1/orders over 10 s`. */
export function sayRedSubject({ service, operation, link, windowMs }: RedSubject): string {
  const whose = link ?? [service, operation].filter((part) => part !== undefined).join(' ');
  return ` of ${whose} over ${formatDuration(windowMs)}`;
}

/**
 * Window that covers a span: whole seconds, rounded up, 1 s to 15 min. The present second is
 * never in it, so a window that ends now begins up to a second before the span does.
 */
export function windowOf({ from, to }: Span): number {
  const seconds = Math.ceil((to - from) / SECOND_MS) * SECOND_MS;
  return Math.min(LONGEST_WINDOW_MS, Math.max(SECOND_MS, seconds));
}

/** What was seen of a subject. */
export type Sighted<Row> =
  | { kind: 'seen'; row: Row }
  | { kind: 'no-calls' } /** Nobody reported anything. */
  | { kind: 'dark' };

/** Calls of a service, operation or link over a span. */
export async function redOf(
  subject: RedSubject,
  span: Span,
  sight: Sight,
): Promise<Sighted<ServiceRed | LinkRed>> {
  if (subject.link !== undefined) return linkRedOf(subject.link, span, sight);
  const snapshot = await sight.red(windowOf(span));
  const { service, operation } = subject;
  return seen(
    snapshot,
    snapshot.services.find((row) => row.service === service && row.operation === operation),
  );
}

/** Calls of a link over a span. */
export async function linkRedOf(link: string, span: Span, sight: Sight): Promise<Sighted<LinkRed>> {
  const snapshot = await sight.red(windowOf(span));
  return seen(
    snapshot,
    snapshot.links.find((row) => row.link === link),
  );
}

/** Nothing to say: no call was seen. */
export const NO_CALLS: Reading = { value: null, samples: 0, detail: 'no calls were seen' };

/**
 * Zero when there were no calls: of a rate that is a value. Without any telemetry at all it is
 * none.
 */
export function zeroUnlessDark(sighted: { kind: 'no-calls' | 'dark' }): Reading {
  return sighted.kind === 'dark'
    ? { value: null, samples: null, detail: 'nobody reported any call' }
    : { value: 0, samples: null, detail: 'no calls were seen' };
}

function seen<Row>(snapshot: RedSnapshot, row: Row | undefined): Sighted<Row> {
  if (row !== undefined) return { kind: 'seen', row };
  const isDark = snapshot.services.length === 0 && snapshot.links.length === 0;
  return { kind: isDark ? 'dark' : 'no-calls' };
}
