'use client';
import type { DocumentProblemView } from '@faultline/server/contract';
import { CircleX } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { offeredBy } from './problem-place.ts';

/** What is wrong with a document: where, what, and the way out. */
export function ProblemList({
  problems,
  onGo,
  onMend,
}: {
  problems: readonly DocumentProblemView[];
  /** Puts the cursor there. */
  onGo?: (problem: DocumentProblemView) => void;
  /** Takes the suggestion. */
  onMend?: (problem: DocumentProblemView) => void;
}) {
  return (
    <ul aria-label="Problems">
      {problems.map((problem) => {
        const { line, column, path, message, suggestion } = problem;
        const offered = offeredBy(suggestion);
        const place = `${line}:${column}`;
        return (
          <li
            key={`${place} ${path} ${message}`}
            data-testid="editor-problem"
            className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 border-b border-line px-3.5 py-1.5 last:border-b-0"
          >
            <CircleX size={13} aria-label="problem" className="shrink-0 translate-y-0.5 text-bad" />
            {onGo ? (
              <button
                type="button"
                onClick={() => onGo(problem)}
                title="Go there"
                className="rounded-sm font-mono text-sm text-accent tabular-nums hover:underline"
              >
                {place}
              </button>
            ) : (
              <span className="font-mono text-sm text-faint tabular-nums">{place}</span>
            )}
            <span className="min-w-0 flex-1 basis-60 wrap-anywhere text-normal">
              {message}
              {suggestion !== null && offered === null && (
                <span className="text-muted">; {suggestion}</span>
              )}
            </span>
            {offered !== null &&
              (onMend ? (
                <Button size="small" onClick={() => onMend(problem)} data-testid="quick-fix">
                  Use {offered}
                </Button>
              ) : (
                <span className="text-muted">{suggestion}</span>
              ))}
          </li>
        );
      })}
    </ul>
  );
}
