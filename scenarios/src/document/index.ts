export { parseExperiment, type ParseOptions } from './parse.ts';
