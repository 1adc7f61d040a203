import { stat } from 'node:fs/promises';
import type { AuditVerdict } from '../contract/index.ts';
import { digestOf, GENESIS, readLine, type AuditLine } from './line.ts';
import { readLines, type RawLine } from './lines.ts';

/** What is wrong with a chain, and where. */
type Problem = NonNullable<AuditVerdict['problem']>;

/** What a check needs. */
export interface VerifyOptions {
  /** Now, epoch milliseconds; stands in the verdict. */
  now: number;
  /** Hash of the newest line that whoever writes the file knows of; it must be there. */
  head?: string;
}

/**
 * Reads a trail from its first line to its last and says whether the chain is whole, or which line
 * breaks it first. One line is in memory at a time. Throws when the file cannot be read.
 *
 * What a crash cut off in the middle of a line breaks nothing as long as the next line follows the
 * last whole one: nothing that was recorded is lost. Whole lines that are missing at the end show
 * only to who knows the `head`.
 */
export async function verifyAudit(path: string, options: VerifyOptions): Promise<AuditVerdict> {
  const { size } = await stat(path);
  const chain = createChain(options.head ?? GENESIS);
  let problem: Problem | null = null;
  for await (const raw of readLines(path)) {
    problem = chain.add(raw);
    if (problem) break;
  }
  problem ??= chain.end();
  if (problem?.what === 'missing') problem = await orReordered(problem, path, chain.last);
  return {
    whole: problem === null,
    ...chain.counts(),
    sizeBytes: size,
    checkedAt: options.now,
    problem,
  };
}

/** A chain as far as it was read. */
interface Chain {
  /** The problem of this line, if it is the first. */
  add(raw: RawLine): Problem | null;
  /** The problem that shows at the end of the file. */
  end(): Problem | null;
  /** Hash of the last line that was good. */
  readonly last: string;
  counts(): Pick<AuditVerdict, 'entries' | 'since' | 'until' | 'scraps'>;
}

function createChain(head: string): Chain {
  let last = GENESIS;
  let lines = 0;
  let entries = 0;
  let scraps = 0;
  let scrap: RawLine | null = null;
  let since: number | null = null;
  let until: number | null = null;
  let headSeen = head === GENESIS;

  const follows = (line: AuditLine, number: number): Problem | null => {
    if (digestOf(line, line.previous) !== line.hash) {
      return { line: number, what: 'changed', detail: `line ${number} is not what was written` };
    }
    if (line.previous === last) return null;
    const before = number === 1 ? 'the lines before it are' : `a line between ${lines} and it is`;
    const detail = `line ${number} does not follow ${lines === 0 ? 'the beginning' : `line ${lines}`}: ${before} missing`;
    return { line: number, what: 'missing', detail };
  };
  return {
    add(raw) {
      const line = readLine(raw.text);
      if (!line && raw.ended && !scrap) {
        scrap = raw;
        return null;
      }
      if (!line && !raw.ended && !scrap) {
        const detail = `line ${raw.number} ends in the middle: a crash cut it; the lab goes on behind it when it starts`;
        return { line: raw.number, what: 'truncated', detail };
      }
      const problem = line && follows(line, raw.number);
      if (!line || (problem && scrap)) return changed(scrap?.number ?? raw.number);
      if (problem) return problem;
      if (scrap) scraps += 1;
      scrap = null;
      lines = raw.number;
      entries += 1;
      last = line.hash;
      headSeen ||= last === head;
      since ??= line.at;
      until = line.at;
      return null;
    },
    end() {
      if (scrap) return changed(scrap.number);
      if (headSeen) return null;
      const detail = `the newest lines are missing: the lab wrote more than the ${entries} that are there`;
      return { line: lines + 1, what: 'missing', detail };
    },
    get last() {
      return last;
    },
    counts: () => ({ entries, since, until, scraps }),
  };
}

function changed(line: number): Problem {
  return { line, what: 'changed', detail: `line ${line} is no entry of the trail` };
}

/** A line that seems to be missing may stand further down. */
async function orReordered(problem: Problem, path: string, last: string): Promise<Problem> {
  for await (const { number, text } of readLines(path)) {
    if (number <= problem.line || readLine(text)?.previous !== last) continue;
    const detail = `line ${problem.line} stands where line ${number} belongs`;
    return { ...problem, what: 'reordered', detail };
  }
  return problem;
}
