export { openLines, type Lines } from './broken-lines.ts';
export {
  createMemoryFleet,
  type MemoryFleet,
  type MemoryFleetOptions,
  type MemoryLink,
} from './memory-fleet.ts';
export { NETWORK_EFFECTS, type NetworkEffect } from './network-effects.ts';
export { SAMPLE_STARTED_AT, sampleJournal } from './sample-journal.ts';
