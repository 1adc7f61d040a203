import type { ServiceDefinition } from '../service.ts';

const NAME = /^[a-z][a-z-]*$/;

/**
 * Declares a service. Nothing runs yet: see `runService` and `startService`.
 *
 * @throws if a name is not made of lower-case letters and dashes
 */
export function defineService(definition: ServiceDefinition): ServiceDefinition {
  for (const name of [definition.name, ...definition.calls]) {
    if (!NAME.test(name)) {
      throw new Error(`Bad service name: must match ${NAME.source}; received ${name}`);
    }
  }
  return definition;
}
