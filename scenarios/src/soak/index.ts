export { drawSchedule, type ScheduleSource } from './draw-schedule.ts';
export type { ScheduledFault, SoakSpec } from './model.ts';
export { readOff, type PatternsOff } from './off.ts';
export { runSoak, type MinimalSchedule, type SoakOptions, type SoakResult } from './run-soak.ts';
export { planSoak, soakDocument, type SoakPlanParts } from './soak-plan.ts';
