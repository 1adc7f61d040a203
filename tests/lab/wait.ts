/**
 * Asks `probe` again and again until it returns something other than undefined or false.
 *
 * @param what names the condition in the error
 * @param timeoutMs gives up after so long and throws, with the last error of the probe
 * @param pauseMs between two questions
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000, pauseMs = 100 } = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const seen = await probe();
      if (seen !== undefined && seen !== false) return seen;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`not seen within ${timeoutMs / 1000} s: ${what}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
