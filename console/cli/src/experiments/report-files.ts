import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { CommandFailure, EXIT } from '../exit.ts';

/** Formats of reports, by the ending of a file's name. */
export const REPORT_FORMATS = ['json', 'html', 'md', 'xml'] as const;
/** See {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/**
 * The format that a file's name asks for.
 *
 * @throws CommandFailure (64) for another ending
 */
export function formatOf(file: string): ReportFormat {
  const ending = extname(file).slice(1);
  const format = REPORT_FORMATS.find((one) => one === ending);
  if (format) return format;
  const rule = REPORT_FORMATS.map((one) => `.${one}`).join(', ');
  throw new CommandFailure(EXIT.usage, `a report ends in ${rule}; received ${file}`);
}

/** Writes a file, with the folders that it needs. */
export async function writeReport(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new CommandFailure(
      EXIT.refused,
      `${file} cannot be written: ${(error as Error).message}`,
    );
  }
}
