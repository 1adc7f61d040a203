'use client';
import dynamic from 'next/dynamic';
import { Play, Save } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { ErrorState, Skeleton } from '@/components/states.tsx';
import { actions } from '@/lib/actions.ts';
import { errorDetail } from '@/lib/api.ts';
import { plural } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import type { CodeEditorProps, EditorHandle } from './code-editor.tsx';
import { nameIn } from './draft.ts';
import { useDocumentSchema, useValidation } from './experiment-queries.ts';
import { PageHeader } from './page-header.tsx';
import { openExperiment, openLibrary } from './places.ts';
import { PlanView } from './plan-view.tsx';
import { ProblemList } from './problem-list.tsx';
import { keepUnsaved, readUnsaved } from './unsaved.ts';
import { useEditorSource, useIsTaken, type EditorText } from './use-editor-source.ts';
import { useStartRun } from './use-start-run.ts';

const CodeEditor = dynamic(async () => (await import('./code-editor.tsx')).CodeEditor, {
  ssr: false,
  loading: () => <Skeleton className="m-3 h-80" />,
});

/** Writes a document: what is wrong with it as it is typed, what it would do, save and run. */
export function EditorPage() {
  const source = useEditorSource();
  // The text that the editor began with stays, whatever is asked for again meanwhile.
  const [begun, setBegun] = useState<{ key: string; text: string; kept: string | null } | null>(
    null,
  );
  if (source.text !== undefined && begun?.key !== source.key) {
    const kept = readUnsaved(source.key, globalThis.sessionStorage);
    setBegun({ key: source.key, text: source.text, kept: kept === source.text ? null : kept });
  }
  if (source.error !== null && begun === null) {
    return <ErrorState what="The document could not be loaded" error={source.error} />;
  }
  if (begun === null) return <Skeleton className="m-5 h-100" />;
  return <Editor key={begun.key} source={source} text={begun.text} kept={begun.kept} />;
}

function Editor({ source, text, kept }: { source: EditorText; text: string; kept: string | null }) {
  const [initial, setInitial] = useState(kept ?? text);
  const [document, setDocument] = useState(initial);
  const handleRef = useRef<EditorHandle | null>(null);
  const validation = useValidation(document);
  const schema = useDocumentSchema();
  const problems = validation.data?.problems ?? [];
  const acts = useEditorActs(source, document, validation.data?.valid === true);
  const change = (next: string) => {
    setDocument(next);
    keepUnsaved(source.key, next === text ? null : next, globalThis.sessionStorage);
  };
  const startOver = () => {
    change(text);
    setInitial(text);
  };
  return (
    <div className="flex h-full min-h-0 max-lg:flex-col max-lg:overflow-auto">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col max-lg:min-h-[70dvh] max-lg:shrink-0">
        <div className="px-4 pt-4 md:px-5">
          <EditorHeader source={source} document={document} acts={acts} />
          {kept !== null && initial === kept && (
            <p className="mb-2 flex flex-wrap items-center gap-2 text-sm text-muted" role="status">
              What you did not save last time is here again.
              <Button size="small" onClick={startOver}>
                Start over
              </Button>
            </p>
          )}
        </div>
        <div className="min-h-0 flex-1 border-t border-line">
          <CodeEditor
            key={initial}
            {...({
              initial,
              problems,
              schema: schema.data,
              handleRef,
            } satisfies Partial<CodeEditorProps>)}
            onChange={change}
            onSave={acts.save}
            onRun={acts.run}
          />
        </div>
        <Problems
          validation={validation}
          onGo={(problem) => handleRef.current?.go(problem)}
          onMend={(problem) => handleRef.current?.mend(problem)}
        />
      </div>
      <aside
        aria-label="Plan"
        className="border-line bg-raised max-lg:border-t lg:w-[340px] lg:shrink-0 lg:overflow-auto lg:border-l"
      >
        {validation.data?.plan ? (
          <PlanView plan={validation.data.plan} />
        ) : (
          <p className="p-4 text-muted">
            What the document would do is shown here as soon as it is valid: its steps, what is
            touched, what is put back.
          </p>
        )}
      </aside>
    </div>
  );
}

function useEditorActs({ key, own }: EditorText, document: string, valid: boolean) {
  const name = nameIn(document);
  const taken = useIsTaken(name);
  const saving = useAction();
  const { startDocument, busy, refused } = useStartRun();
  const blocked =
    name === null
      ? 'metadata.name is missing'
      : taken
        ? `${name} came with Faultline: save under another name`
        : null;
  return {
    name,
    blocked,
    refused: valid ? refused : 'Mend the document first',
    saving: saving.busy,
    starting: busy,
    run: () => {
      if (valid && refused === null) startDocument(document);
    },
    save: () => {
      if (name === null || taken) return;
      saving.run(actions.saveExperiment(name, document), {
        failed: `Could not save ${name}`,
        invalidate: [queryKeys.experiments],
        done: () => {
          keepUnsaved(key, null, globalThis.sessionStorage);
          openExperiment(name);
          return { text: own === name ? `Saved ${name}` : `Saved ${name} as your own experiment` };
        },
      });
    },
  };
}

function EditorHeader({
  source: { own },
  document,
  acts,
}: {
  source: EditorText;
  document: string;
  acts: ReturnType<typeof useEditorActs>;
}) {
  return (
    <PageHeader
      title={own === null ? 'New experiment' : `Edit ${own}`}
      escapes={false}
      back={own === null ? 'All experiments' : 'The experiment'}
      onBack={() => (own === null ? openLibrary() : openExperiment(own))}
      below={
        <p className="mt-1 text-sm text-faint">
          {acts.blocked ?? (
            <>
              Saved as <span className="font-mono">{acts.name}</span>.
            </>
          )}{' '}
          <span className="max-md:hidden">Ctrl+Space completes, Tab leaves the text.</span>
        </p>
      }
    >
      <Button
        icon={<Play size={12} aria-hidden />}
        busy={acts.starting}
        disabled={acts.refused !== null}
        title={acts.refused ?? 'Runs the text as it stands'}
        onClick={acts.run}
        data-testid="run-document"
      >
        Run without saving <Kbd keys="⌘⏎" className="max-md:hidden" />
      </Button>
      <Button
        tone="accent"
        icon={<Save size={13} aria-hidden />}
        busy={acts.saving}
        disabled={acts.blocked !== null}
        title={acts.blocked ?? 'As an experiment of your own'}
        onClick={acts.save}
        data-testid="save-experiment"
      >
        Save <Kbd keys="⌘S" className="text-on-accent! max-md:hidden" />
      </Button>
      <CopyAs
        action={actions.saveExperiment(acts.name ?? 'my-experiment', document)}
        document={document}
      />
    </PageHeader>
  );
}

function Problems({
  validation,
  ...acts
}: {
  validation: ReturnType<typeof useValidation>;
} & Pick<Parameters<typeof ProblemList>[0], 'onGo' | 'onMend'>) {
  const problems = validation.data?.problems ?? [];
  return (
    <div
      role="status"
      aria-live="polite"
      data-testid="editor-state"
      data-valid={validation.data?.valid}
      className="max-h-48 min-h-9 shrink-0 overflow-auto border-t border-line bg-raised"
    >
      {validation.isError ? (
        <p className="px-3.5 py-2 text-warn">
          The text could not be checked: {errorDetail(validation.error)}
        </p>
      ) : validation.data === undefined ? (
        <p className="px-3.5 py-2 text-muted">Checking…</p>
      ) : problems.length === 0 ? (
        <p className="px-3.5 py-2 text-ok">
          ✓ Valid{validation.data.plan ? '' : ', but it cannot be planned now'}
        </p>
      ) : (
        <>
          <p className="px-3.5 pt-2 text-sm text-faint">{plural(problems.length, 'problem')}</p>
          <ProblemList problems={problems} {...acts} />
        </>
      )}
    </div>
  );
}
