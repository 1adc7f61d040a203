/**
 * Memory before speed: thirteen services and more share one small machine, and none of them holds
 * much. The young generation is what V8 grows first under load; one thread for V8's own work is
 * enough where there are more processes than cores.
 */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=1',
  '--max-old-space-size=192',
  '--v8-pool-size=1',
];
