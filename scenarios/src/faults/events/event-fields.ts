import { numberField, textField } from '../fields.ts';

/** The topic whose events a fault hits. */
export const topicField = textField({
  title: 'Topic',
  description: 'Whose events are hit: orders.events; empty: all that the service consumes',
});

/** Share of events or commits that are hit. */
export function shareField(of: string) {
  return numberField({
    ...{ title: `Share of ${of}`, unit: 'ratio', minimum: 0, maximum: 1, default: 1 },
    description: 'Each draws whether it is hit',
  });
}

/** The topic as instances know it: the empty one is no condition. */
export function topicOf({ topic }: { topic: string }) {
  return topic === '' ? {} : { topic };
}

/** The topic for people: ` of orders.events`. */
export function sayTopic({ topic }: { topic: string }): string {
  return topic === '' ? '' : ` of ${topic}`;
}
