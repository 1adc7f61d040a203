import { defineToxic, PASS } from './toxic-type.ts';

/** Does nothing: a place holder for tests of clients. */
export const noop = defineToxic({
  name: 'noop',
  summary: 'Does nothing.',
  attributes: {},
  createBehaviour: () => ({ onChunk: () => PASS }),
});
