import { expect, it } from 'vitest';
import { createTerminal } from './terminal.ts';

function record(isTTY: boolean) {
  let text = '';
  const write = (more: string): void => void (text += more);
  return { isTTY, columns: 60, text: () => text, write };
}

it('prints each part once, when it is settled, where nobody watches', () => {
  const output = record(false);
  const terminal = createTerminal(output);
  for (const state of ['waiting', 'starting', 'ready', 'ready'] as const) {
    terminal.part({ part: 'kafka', state, detail: 'port 9092', elapsedMs: 1234 });
  }
  terminal.part({ part: 'orders', state: 'failed', detail: 'no database', elapsedMs: 5 });
  expect(output.text()).toBe(
    '✓ kafka            ready       1.2 s  port 9092\n✗ orders           failed             no database\n',
  );
});

it('redraws the parts in place on a terminal, and cuts what is too wide', () => {
  const output = record(true);
  const terminal = createTerminal(output);
  terminal.part({ part: 'kafka', state: 'starting', detail: '', elapsedMs: 0 });
  terminal.part({ part: 'kafka', state: 'ready', detail: 'x'.repeat(80), elapsedMs: 0 });
  const [, last = ''] = output.text().split('\u001b[1A\u001b[J');
  expect(last).toContain('✓ kafka');
  expect(last.replace(/\u001b\[\d+m/g, '').trimEnd()).toHaveLength(59);
});
