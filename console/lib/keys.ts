/** The part of a keyboard event that matters; pure, so that it can be tested. */
export interface KeyPress {
  key: string;
  ctrl: boolean;
  meta: boolean;
  alt: boolean;
  shift: boolean;
  /** The focus is in a field that takes text. */
  typing: boolean;
  at: number;
}

/** Longest pause inside a sequence such as `g m`, milliseconds. */
export const SEQUENCE_MS = 1200;

/** What was pressed so far. */
export interface KeyState {
  pending: string | null;
  at: number;
}

/** No sequence begun. */
export const NO_KEYS: KeyState = { pending: null, at: 0 };

/** The name of a press as bindings spell it: `mod+k`, `shift+x`, `?`, `escape`, `space`. */
export function keyName(press: KeyPress): string {
  const key = press.key === ' ' ? 'space' : press.key.toLowerCase();
  const mod = press.ctrl || press.meta ? 'mod+' : '';
  // `?` is a shifted key on most layouts: what was typed counts, not how.
  const shift = press.shift && /^([a-z]|[a-z]{2,})$/.test(key) ? 'shift+' : '';
  return `${mod}${press.alt ? 'alt+' : ''}${shift}${key}`;
}

/**
 * Takes one press and answers the binding it completes, if any. Bindings are single names (`/`)
 * or two names with a space between (`g m`). While typing only `mod+…` and `escape` count.
 */
export function pressKey(
  state: KeyState,
  press: KeyPress,
  bindings: ReadonlySet<string>,
): { state: KeyState; match: string | null } {
  const name = keyName(press);
  if (press.typing && !name.startsWith('mod+') && name !== 'escape') {
    return { state: NO_KEYS, match: null };
  }
  if (state.pending !== null && press.at - state.at <= SEQUENCE_MS) {
    const sequence = `${state.pending} ${name}`;
    if (bindings.has(sequence)) return { state: NO_KEYS, match: sequence };
  }
  for (const binding of bindings) {
    if (binding.startsWith(`${name} `))
      return { state: { pending: name, at: press.at }, match: null };
  }
  return { state: NO_KEYS, match: bindings.has(name) ? name : null };
}
