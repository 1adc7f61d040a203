import { describe, expect, it } from 'vitest';
import { keyName, NO_KEYS, pressKey, SEQUENCE_MS, type KeyPress } from './keys.ts';

const BINDINGS = new Set(['g m', 'g t', 'x', 'shift+x', 'mod+k', '?', 'escape', 'space']);

function press(key: string, extra: Partial<KeyPress> = {}): KeyPress {
  return {
    key,
    ctrl: false,
    meta: false,
    alt: false,
    shift: false,
    typing: false,
    at: 0,
    ...extra,
  };
}

describe('keys', () => {
  it('names Ctrl and Cmd alike', () => {
    expect(keyName(press('k', { ctrl: true }))).toBe('mod+k');
    expect(keyName(press('K', { meta: true }))).toBe('mod+k');
  });

  it('names a shifted letter by its shift, a shifted sign by itself', () => {
    expect(keyName(press('X', { shift: true }))).toBe('shift+x');
    expect(keyName(press('?', { shift: true }))).toBe('?');
  });

  it('completes a sequence of two keys', () => {
    const first = pressKey(NO_KEYS, press('g'), BINDINGS);
    expect(first.match).toBeNull();
    expect(pressKey(first.state, press('t', { at: 300 }), BINDINGS).match).toBe('g t');
  });

  it('forgets a sequence after a pause', () => {
    const { state } = pressKey(NO_KEYS, press('g'), BINDINGS);
    expect(pressKey(state, press('m', { at: SEQUENCE_MS + 1 }), BINDINGS).match).toBeNull();
  });

  it('takes the second key for itself when it ends no sequence', () => {
    const { state } = pressKey(NO_KEYS, press('g'), BINDINGS);
    expect(pressKey(state, press('x', { at: 100 }), BINDINGS).match).toBe('x');
  });

  it('leaves keys alone while a person types, but not Esc and Ctrl+K', () => {
    expect(pressKey(NO_KEYS, press('x', { typing: true }), BINDINGS).match).toBeNull();
    expect(pressKey(NO_KEYS, press('Escape', { typing: true }), BINDINGS).match).toBe('escape');
    expect(pressKey(NO_KEYS, press('k', { typing: true, ctrl: true }), BINDINGS).match).toBe(
      'mod+k',
    );
  });

  it('tells Shift+X from x', () => {
    expect(pressKey(NO_KEYS, press('X', { shift: true }), BINDINGS).match).toBe('shift+x');
    expect(pressKey(NO_KEYS, press('x'), BINDINGS).match).toBe('x');
  });
});
