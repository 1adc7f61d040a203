/**
 * Where a group is.
 *
 * ```
 *  Empty ──join──> PreparingRebalance ──all joined──> CompletingRebalance ──leader synced──> Stable
 *    ^                │      ^   ^                          │                                 │
 *    └──nobody left───┘      │   └──a member left, joined───┴─────────────────────────────────┘
 * ```
 *
 * Any of them becomes Dead when the group is deleted.
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const LEGAL: Record<GroupState, readonly GroupState[]> = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty'],
  CompletingRebalance: ['Stable', 'PreparingRebalance'],
  Stable: ['PreparingRebalance'],
  Dead: [],
};

/** @throws when the move is not in the picture above */
export function moveTo(from: GroupState, to: GroupState): GroupState {
  if (!LEGAL[from].includes(to)) throw new Error(`A group cannot go from ${from} to ${to}`);
  return to;
}
