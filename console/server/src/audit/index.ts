export { AUDIT_FILE } from './trail.ts';
export { verifyAudit } from './verify.ts';
