export {
  renderReport,
  renderSuite,
  REPORT_FORMATS,
  REPORT_TYPES,
  type ReportFormat,
} from './render.ts';
export { renderJunit } from './junit.ts';
