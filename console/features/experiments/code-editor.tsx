'use client';
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { DocumentProblemView } from '@faultline/server/contract';
import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import { editorLook } from './editor-look.ts';
import { offeredBy, placeOf } from './problem-place.ts';
import { offersAt, type JsonSchema } from './schema-completions.ts';
import { placeAt } from './yaml-place.ts';

/** What the page may do with the editor. */
export interface EditorHandle {
  go: (problem: DocumentProblemView) => void;
  mend: (problem: DocumentProblemView) => void;
}

/** Props of {@link CodeEditor}. */
export interface CodeEditorProps {
  /** What it begins with; later changes are the editor's own. */
  initial: string;
  problems: readonly DocumentProblemView[];
  schema: JsonSchema | undefined;
  handleRef: RefObject<EditorHandle | null>;
  onChange: (text: string) => void;
  onSave: () => void;
  onRun: () => void;
}

/** A text editor for documents: marks of problems with their mends, completion from the schema. Tab leaves it. */
export function CodeEditor({
  initial,
  problems,
  schema,
  handleRef,
  onChange,
  onSave,
  onRun,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const schemaNow = useRef(schema);
  const changed = useEffectEvent(onChange);
  const save = useEffectEvent(onSave);
  const run = useEffectEvent(onRun);
  useEffect(() => {
    schemaNow.current = schema;
  }, [schema]);
  useEffect(() => {
    if (host.current === null) return;
    const created = createView(host.current, initial, {
      complete: (context) => complete(context, schemaNow.current),
      change: (text) => changed(text),
      save: () => save(),
      run: () => run(),
    });
    view.current = created;
    handleRef.current = {
      go: (problem) => goTo(created, problem),
      mend: (problem) => mend(created, problem),
    };
    return () => {
      created.destroy();
      view.current = null;
      handleRef.current = null;
    };
  }, [initial, handleRef]);
  useEffect(() => {
    const current = view.current;
    if (current === null) return;
    const text = current.state.doc.toString();
    current.dispatch(
      setDiagnostics(
        current.state,
        problems.map((problem) => diagnosticOf(text, problem)),
      ),
    );
  }, [problems, initial]);
  return (
    <div ref={host} data-testid="editor" className="h-full min-h-0 overflow-hidden bg-surface" />
  );
}

interface EditorActs {
  complete: (context: CompletionContext) => CompletionResult | null;
  change: (text: string) => void;
  save: () => void;
  run: () => void;
}

function createView(parent: HTMLElement, doc: string, acts: EditorActs): EditorView {
  const does = (act: () => void) => () => {
    act();
    return true;
  };
  const state = EditorState.create({
    doc,
    extensions: [
      lineNumbers(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      drawSelection(),
      history(),
      bracketMatching(),
      closeBrackets(),
      yaml(),
      indentUnit.of('  '),
      lintGutter(),
      autocompletion({ override: [acts.complete], icons: false }),
      EditorView.contentAttributes.of({
        'aria-label': 'Document of the experiment, YAML. Control and Space completes, Tab leaves.',
        spellcheck: 'false',
      }),
      keymap.of([
        { key: 'Mod-s', run: does(acts.save), preventDefault: true },
        { key: 'Mod-Enter', run: does(acts.run), preventDefault: true },
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) acts.change(update.state.doc.toString());
      }),
      editorLook,
    ],
  });
  return new EditorView({ parent, state });
}

function complete(
  context: CompletionContext,
  schema: JsonSchema | undefined,
): CompletionResult | null {
  if (schema === undefined) return null;
  const text = context.state.doc.toString();
  const place = placeAt(text, context.pos);
  if (place === null || (place.word === '' && !context.explicit && place.writes === 'key'))
    return null;
  const offers = offersAt(schema, place);
  if (offers.length === 0) return null;
  return {
    from: context.pos - place.word.length,
    options: offers.map(({ label, kind, apply, detail, description }) => ({
      label,
      apply,
      type: kind === 'key' ? 'property' : 'enum',
      ...(detail === '' ? {} : { detail }),
      ...(description === '' ? {} : { info: description }),
    })),
    validFor: /^[\w.>-]*$/,
  };
}

function diagnosticOf(text: string, problem: DocumentProblemView): Diagnostic {
  const offered = offeredBy(problem.suggestion);
  return {
    ...placeOf(text, problem),
    severity: 'error',
    message:
      problem.suggestion === null ? problem.message : `${problem.message}; ${problem.suggestion}`,
    actions:
      offered === null ? [] : [{ name: `Use ${offered}`, apply: (view) => mend(view, problem) }],
  };
}

function goTo(view: EditorView, problem: DocumentProblemView): void {
  const { from, to } = placeOf(view.state.doc.toString(), problem);
  view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
  view.focus();
}

function mend(view: EditorView, problem: DocumentProblemView): void {
  const word = offeredBy(problem.suggestion);
  if (word === null) return;
  const place = placeOf(view.state.doc.toString(), problem);
  view.dispatch({ changes: { ...place, insert: word } });
  view.focus();
}
