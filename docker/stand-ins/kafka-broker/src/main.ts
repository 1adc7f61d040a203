import { enableCompileCache } from 'node:module';

// Before anything else is loaded: the second start then skips stripping types and compiling.
enableCompileCache();
const { run } = await import('./run.ts');
await run(process.argv.slice(2));
