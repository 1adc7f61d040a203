/** A piece of the sum behind an invariant, as it is set. */
export interface EvidencePart {
  kind: 'number' | 'sign' | 'words';
  text: string;
  /** Where the number leads: a page with its parameters. */
  door?: { path: string; query: Readonly<Record<string, string>> };
}

/** What a number counts, by the words beside it: rules are not known here, their vocabulary is. */
const DOORS: readonly [beside: RegExp, door: NonNullable<EvidencePart['door']>][] = [
  [/in flight/, { path: '/sagas', query: { state: 'running' } }],
  [/\bstuck\b/, { path: '/sagas', query: { state: 'stuck' } }],
  [/\b(unfinished|running)\b/, { path: '/sagas', query: { state: 'running' } }],
  [/\b(refunded|failed|compensated)\b/, { path: '/sagas', query: { state: 'compensated' } }],
  [/\b(confirmed|captured|completed)\b/, { path: '/sagas', query: { state: 'completed' } }],
];

const NUMBER = /^\d[\d,]*(\.\d+)?$/;
const SIGN = /^[=≠<>+·−-]$/;
/** Numbers and signs, each a piece of its own; a minus is one only between spaces. */
const PIECES = /(\d[\d,]*(?:\.\d+)?|[=≠<>+·−]|(?<=\s)-(?=\s))/;

/** `captured 1,204.00 - refunded 96.00 = confirmed 1,108.00` as words, numbers and signs. */
export function evidenceParts(evidence: string): EvidencePart[] {
  const parts = evidence
    .split(PIECES)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text): EvidencePart => ({
      kind: NUMBER.test(text) ? 'number' : SIGN.test(text) ? 'sign' : 'words',
      text,
    }));
  return parts.map((part, index) => {
    if (part.kind !== 'number') return part;
    const door = doorOf(beside(parts, index, -1)) ?? doorOf(beside(parts, index, 1));
    return door ? { ...part, door } : part;
  });
}

/** The words next to a number; those before it name it unless another number stands between. */
function beside(parts: readonly EvidencePart[], index: number, step: -1 | 1): string {
  const next = parts[index + step];
  return next?.kind === 'words' ? next.text.toLowerCase() : '';
}

function doorOf(words: string): EvidencePart['door'] {
  return words === '' ? undefined : DOORS.find(([word]) => word.test(words))?.[1];
}

/** What kind of thing a violation is about, as far as its name tells. */
export function subjectDoor(
  subject: string,
  services: readonly string[],
): NonNullable<EvidencePart['door']> | null {
  if (services.includes(subject)) return { path: '/', query: { node: subject } };
  // Orders and their sagas carry identifiers; a sku does not.
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(subject) || /^(ord|order|saga)[-_]/.test(subject)) {
    return { path: '/sagas', query: { q: subject } };
  }
  return null;
}
