/** A duration in the unit a person would say: `340 ms`, `2 s`, `1.5 s`. */
export function sayMilliseconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}

/** A share of connections, when it is not all of them: ` on 25 % of connections`. */
export function sayShare(toxicity: number): string {
  return toxicity === 1 ? '' : ` on ${Number((toxicity * 100).toFixed(1))} % of connections`;
}
