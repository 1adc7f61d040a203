import { LaunchError, type Runtime } from '@faultline/fleet';

const PROBLEM =
  'This control plane is a container itself and has no embedded parts beside it. ' +
  'For a fleet of processes run `npm start` on the host.';

/** A process runtime that says that it cannot be used, where a launch on it could not succeed. */
export function withoutProcesses(runtime: Runtime): Runtime {
  return {
    ...runtime,
    inspect: async () => ({ ...(await runtime.inspect()), available: false, problem: PROBLEM }),
    prepare: () => Promise.reject(new LaunchError('part-failed', null, PROBLEM)),
  };
}
