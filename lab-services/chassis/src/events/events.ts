import type { Chassis, ConsumerDefinition } from '../service.ts';
import type { Events } from '../runtime/events-part.ts';
import { keepTrying } from '../runtime/keep-trying.ts';
import { createEventFaults } from '../faults/event-faults.ts';
import type { Startup } from '../runtime/start-service.ts';
import { createKafka } from './broker.ts';
import { createConsumerMetrics, startConsumer } from './consumer.ts';
import { createProducer } from './producer.ts';

/** Creates the events side of a service and connects it in the background, again and again. */
export function connectEvents(startup: Startup & { brokers: string }): Events {
  const { environment, runtime, readiness, resources, clock, random } = startup;
  const { telemetry, log } = runtime;
  const kafka = createKafka(environment.INSTANCE_ID, startup.brokers, log);
  const producer = createProducer(kafka, telemetry, clock);
  const end = new AbortController();
  resources.use(producer);
  resources.defer(() => end.abort(new Error('service ends')));

  let problem: string | undefined = 'not connected yet';
  const connecting = keepTrying(() => producer.connect(), {
    clock,
    random,
    signal: AbortSignal.any([end.signal, startup.signal]),
    failed: (error) => {
      problem = error.message;
    },
  });
  connecting.then(
    () => {
      problem = undefined;
      log.info('broker connected');
    },
    (error: Error) => {
      problem = error.message;
    },
  );
  readiness.add('kafka', () => {
    if (problem !== undefined) throw new Error(problem);
  });
  const faults = createEventFaults(startup.faults, random);
  let metrics: ReturnType<typeof createConsumerMetrics> | undefined;
  return {
    producer,
    consume(chassis: Chassis, definition: ConsumerDefinition) {
      metrics ??= createConsumerMetrics(telemetry.metrics);
      return startConsumer({ kafka, chassis, definition, producer, metrics, faults });
    },
  };
}
