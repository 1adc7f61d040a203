import { describe, it } from 'vitest';
import { findDocker, isMissing, titleOf } from '../../real-parts/parts.ts';

const missing = isMissing('docker', findDocker());

if (missing) {
  describe.skip(titleOf('the browser test on containers', missing), () => {
    it('passes unchanged');
  });
} else {
  // The very test of the embedded parts; only the lab it starts is another one.
  process.env.FAULTLINE_TEST_RUNTIME = 'docker';
  await import('../../e2e/console.test.ts');
}
