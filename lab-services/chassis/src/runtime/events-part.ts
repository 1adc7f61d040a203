import { ConfigurationError } from '../config/parse-environment.ts';
import type { Chassis, ConsumerDefinition, EventProducer } from '../service.ts';
import type { Startup } from './start-service.ts';

/** The events side of a service. */
export interface Events {
  producer: EventProducer;
  consume(chassis: Chassis, definition: ConsumerDefinition): AsyncDisposable;
}

/** Connects to the broker in the background; nothing waits for it but `/ready`. */
export async function startEvents(startup: Startup): Promise<Events | undefined> {
  const { definition, environment } = startup;
  if (!definition.events) return undefined;
  const { KAFKA_BROKERS } = environment;
  if (!KAFKA_BROKERS) {
    throw new ConfigurationError(
      `Bad environment. KAFKA_BROKERS: ${definition.name} declares events and needs it; received nothing`,
    );
  }
  const { connectEvents } = await import('../events/events.ts');
  return connectEvents({ ...startup, brokers: KAFKA_BROKERS });
}
