import type { HitRequest } from './request-faults.ts';
import { distort, distortEach } from './wrong-answer.ts';

/**
 * Runs the handler of a gRPC call that faults hit. A stream goes wrong message by message, for as
 * long as the fault lasts.
 *
 * @throws what takes the place of the handler or of its answer
 */
export async function answerUnder<Answer>(
  hit: HitRequest,
  work: () => Promise<Answer>,
): Promise<Answer> {
  await hit.before();
  const answer = await work();
  if (hit.after() === 'unchanged') return answer;
  const wrong = isStream(answer)
    ? distortEach(answer, () => hit.after() === 'wrong')
    : distort(answer);
  return wrong as Answer;
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}
