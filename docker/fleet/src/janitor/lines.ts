/** Longest line that is waited for, characters. */
const LONGEST = 1000;

/** Cuts what comes in pieces into lines, without their ends. */
export function createLineReader(tell: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = (lines.pop() ?? '').slice(-LONGEST);
    for (const line of lines) tell(line.trim());
  };
}
