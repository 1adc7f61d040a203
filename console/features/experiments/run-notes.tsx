'use client';
import type { Run } from '@faultline/server/contract';
import { Info, TriangleAlert } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { useExperiments } from './experiment-queries.ts';
import { documentIn, experimentIn, wordsOf } from './note-document.ts';
import { openEditor, openExperiment } from './places.ts';

/** What the run has to say besides its verdict; a document in it can be opened as an experiment. */
export function RunNotes({ run }: { run: Run }) {
  if (run.notes.length === 0) return null;
  return (
    <ul className="mb-4 flex flex-col gap-2">
      {run.notes.map((note, index) => (
        <Note key={`${note.at} ${index}`} run={run} note={note} index={index} />
      ))}
    </ul>
  );
}

function Note({ run, note, index }: { run: Run; note: Run['notes'][number]; index: number }) {
  const document = documentIn(note.text);
  const names = (useExperiments().data ?? []).map(({ name }) => name);
  const saved = experimentIn(
    wordsOf(note.text),
    names.filter((name) => name !== run.experiment),
  );
  const Icon = note.severity === 'warn' ? TriangleAlert : Info;
  return (
    <li className="flex items-start gap-2" data-testid="run-note">
      <Icon
        size={14}
        aria-label={note.severity === 'warn' ? 'warning' : 'note'}
        className={`mt-0.5 shrink-0 ${note.severity === 'warn' ? 'text-warn' : 'text-faint'}`}
      />
      <div className="min-w-0 flex-1">
        <p className="whitespace-pre-line">{wordsOf(note.text)}</p>
        {document !== null && (
          <pre className="mt-2 max-h-80 overflow-auto rounded-lg border border-line bg-sunken p-3 font-mono text-sm [font-variant-ligatures:none]">
            {document}
          </pre>
        )}
        {(document !== null || saved !== null) && (
          <Button
            className="mt-2"
            data-testid="open-as-experiment"
            onClick={() =>
              saved === null ? openEditor({ run: run.id, note: index }) : openExperiment(saved)
            }
          >
            Open as experiment
          </Button>
        )}
      </div>
    </li>
  );
}
