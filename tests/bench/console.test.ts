import { expect, it } from 'vitest';
import { scriptsOf } from './console.ts';

it('counts each script that a browser with modules loads, once', () => {
  const page = `
    <script src="/_next/a.js" async=""></script><script src="/_next/b.js?v=1" async=""></script>
    <script src="/_next/a.js"></script>
    <script src="/_next/old.js" noModule=""></script>
    <script>self.x = 1</script>
    <link rel="preload" as="script" href="/_next/c.js"/>`;
  expect(scriptsOf(page)).toEqual(['/_next/a.js', '/_next/b.js']);
});
