/**
 * Memory before speed: thirteen services and more share one small machine, and none of them holds
 * much. The young generation is what V8 grows first under load, and the old one grows by small steps
 * instead of large ones (5 MB of each process under 40 requests/s, at the same CPU time); one thread
 * for V8's own work is enough where there are more processes than cores.
 */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=1',
  '--max-old-space-size=192',
  '--optimize-for-size',
  '--v8-pool-size=1',
];
