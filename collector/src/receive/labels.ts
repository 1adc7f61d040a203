import type { Attributes } from '../model/records.ts';

/** Labels as JSON with sorted keys, so that equal sets are equal texts. */
export function canonicalLabels(labels: Attributes): string {
  const keys = Object.keys(labels);
  if (keys.length > 1) keys.sort();
  return JSON.stringify(labels, keys);
}
