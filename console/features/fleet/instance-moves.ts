import type { Instance, InstanceAction } from '@faultline/server/contract';

/** How an action reads before and after it was done, and which one takes it back. */
export const ACTION_WORDS: Readonly<
  Record<InstanceAction, { title: string; done: string; about: string; undo?: InstanceAction }>
> = {
  kill: { title: 'Crash', done: 'Crashed', about: 'SIGKILL; restarts by itself' },
  pause: { title: 'Pause', done: 'Paused', about: 'hangs, sockets stay open', undo: 'resume' },
  resume: { title: 'Resume', done: 'Resumed', about: 'goes on where it hung' },
  restart: { title: 'Restart', done: 'Restarted', about: 'graceful end, then start' },
  stop: { title: 'Stop', done: 'Stopped', about: 'graceful, stays down', undo: 'start' },
  start: { title: 'Start', done: 'Started', about: 'brings it back' },
};

const POSSIBLE: Readonly<Record<Instance['state'], readonly InstanceAction[]>> = {
  starting: ['kill', 'stop'],
  ready: ['kill', 'pause', 'restart', 'stop'],
  paused: ['resume', 'kill', 'stop'],
  crashed: ['start', 'stop'],
  stopped: ['start'],
};

/** What can be done to an instance in a state; the control plane refuses the rest with 409. */
export function possibleActions(state: Instance['state']): readonly InstanceAction[] {
  return POSSIBLE[state];
}
