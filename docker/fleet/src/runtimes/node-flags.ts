/**
 * Memory before speed: thirteen services and more share one small machine, and none of them holds
 * much. The young generation is what V8 grows first under load.
 */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=2',
  '--max-old-space-size=192',
];
