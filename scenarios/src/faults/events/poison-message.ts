import { z } from 'zod';
import { choiceField, integerField, textField } from '../fields.ts';
import type { FaultContext, FaultKind, FaultTarget } from '../model.ts';
import { NOTHING_HELD } from '../nothing-held.ts';
import { publish } from './broker.ts';

const schema = z.strictObject({
  kind: z.literal('events.poison-message'),
  topic: textField({
    ...{ title: 'Topic', description: 'Where the messages go; it must exist' },
    ...{ default: 'orders.events', rule: /^[a-zA-Z0-9._-]+$/, longest: 249 },
  }),
  shape: choiceField(
    {
      title: 'Shape',
      description: 'malformed: no JSON; schema: an event whose payload lacks every field',
    },
    ['malformed', 'schema'],
  ),
  eventType: textField({
    ...{ title: 'Event type', description: 'What the event claims to be; only for schema' },
    default: 'order.confirmed',
  }),
  count: integerField({
    ...{ title: 'Messages', unit: 'messages', minimum: 1, maximum: 100, default: 1 },
    description: 'All with the same key: in one partition',
  }),
  key: textField({
    ...{ title: 'Key', description: 'Decides on the partition', default: 'poison' },
  }),
});
type Spec = z.infer<typeof schema>;

/**
 * Messages that no consumer can read. There is nothing to undo: a log keeps what was written, and
 * consumers have to get over it, by their dead letters.
 */
export const poisonMessage: FaultKind<Spec> = {
  kind: 'events.poison-message',
  title: 'Poison message',
  summary:
    'Writes messages to a topic that consumers cannot read. They stay: it is over once they are written.',
  selects: 'broker',
  schema,
  describe: ({ topic, shape, count }) => `${count} poison on ${topic} (${shape})`,
  excludes: () => false,
  ...NOTHING_HELD,
  async apply(spec, target, context) {
    await publish(addressOf(target, context), spec.topic, messagesOf(spec, context));
  },
};

function addressOf(target: FaultTarget, { fleet }: FaultContext): string {
  const instances = target.kind === 'instances' ? target.instances : [];
  const url = instances.map((id) => fleet.directUrl(id)).find((found) => found !== null);
  if (url) return url;
  throw new Error(`${instances.join(', ')} has no address: is it running?`);
}

function messagesOf({ shape, eventType, count, key }: Spec, { faultId, clock }: FaultContext) {
  return Array.from({ length: count }, (_, index) => {
    const id = `${faultId}-${index + 1}`;
    if (shape === 'malformed') return { key, value: `{"poison":"${id}` };
    const event = { id, type: eventType, version: 1, occurredAt: clock.now(), key };
    return {
      key,
      value: JSON.stringify({ ...event, correlationId: id, payload: {} }),
      headers: { 'event-type': eventType },
    };
  });
}
