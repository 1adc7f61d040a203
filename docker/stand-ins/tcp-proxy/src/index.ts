export { silentLog, type Log } from './log.ts';
export { createToxiproxy, VERSION, type Toxiproxy, type ToxiproxyOptions } from './toxiproxy.ts';
export { TOXIC_TYPES } from './toxics/registry.ts';
export type { AttributeSpec, AttributeSpecs } from './toxics/attributes.ts';
