import type { DocumentProblemView } from '../contract/index.ts';
import { ApiProblem } from './problems.ts';

/** Most problems of a document that an answer lists. */
const MAXIMUM_ERRORS = 50;

/** @throws ApiProblem `invalid-document` with each problem: path, what is wrong, and where */
export function refuseDocument(problems: readonly DocumentProblemView[]): never {
  const errors = problems
    .slice(0, MAXIMUM_ERRORS)
    .map(({ path, message, suggestion, line, column }) => ({
      field: path,
      rule: suggestion === null ? message : `${message}; ${suggestion}`,
      received: `line ${line}, column ${column}`,
    }));
  const [first] = problems;
  const detail = first ? `line ${first.line}: ${first.path} ${first.message}` : 'no document';
  throw new ApiProblem('invalid-document', detail, errors);
}
