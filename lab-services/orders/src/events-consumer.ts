import type { ConsumerDefinition } from '@faultline/chassis';

/**
 * One consumer for what several are interested in: one connection and one member of one group
 * instead of one for each. Each of them ignores the types of events that it does not know.
 */
export function joinConsumers(
  group: string,
  definitions: readonly ConsumerDefinition[],
): ConsumerDefinition {
  return {
    topic: definitions.flatMap(({ topic }) => topic),
    group,
    isTransient: (error) => definitions.every((one) => one.isTransient?.(error) ?? false),
    async handle(event, delivery) {
      for (const definition of definitions) await definition.handle(event, delivery);
    },
  };
}
