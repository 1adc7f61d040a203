import type { Reading } from './model.ts';

/**
 * Reads what a part of the fleet tells. One that does not answer gives a reading without a value, and
 * no error: whatever the fleet is made of may be what a fault has hit.
 */
export async function toldBy<Told>(
  answer: Promise<Told>,
  read: (told: Told) => Reading,
): Promise<Reading> {
  try {
    return read(await answer);
  } catch (error) {
    return { value: null, samples: null, detail: (error as Error).message };
  }
}
