'use client';
import { number, optional } from '@/lib/url-codec.ts';
import { useLoad } from '@/lib/queries.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { copyDocument, draftDocument, readFaults, type FaultSpec } from './draft.ts';
import { useExperiment, useExperiments, useRun } from './experiment-queries.ts';
import { documentIn } from './note-document.ts';

/** Where the text of the editor comes from. */
export interface EditorText {
  /** Names the source, for keeping what was not saved. */
  key: string;
  /** Undefined while it is loaded. */
  text: string | undefined;
  error: Error | null;
  /** The own experiment that is changed by saving; null: a new one is made. */
  own: string | null;
}

/** A new document begins with a fault that everybody understands. */
const EXAMPLE: readonly FaultSpec[] = [
  { kind: 'network.latency', link: 'orders->payments', latencyMs: 2000, ttlSeconds: 40 },
];
const NOBODY = { rps: 40, seed: 7 } as const;

/** The text as the URL says: of an experiment, of a run, of active faults, or a new one. */
export function useEditorSource(): EditorText {
  const [name] = useUrlState('experiment', optional);
  const [id] = useUrlState('run', optional);
  const [note] = useUrlState('note', number);
  const [faults] = useUrlState('faults', optional);
  const experiment = useExperiment(id === null ? name : null);
  const run = useRun(id);
  const load = useLoad();
  if (id !== null) {
    const found =
      note === null ? run.data?.document : documentIn(run.data?.notes[note]?.text ?? '');
    return {
      key: `run ${id} ${note ?? ''}`,
      text: run.data && copyDocument(found ?? ''),
      error: run.error,
      own: null,
    };
  }
  if (name !== null) {
    const own = experiment.data?.origin === 'own';
    return {
      key: `experiment ${name}`,
      text:
        experiment.data &&
        (own ? experiment.data.document : copyDocument(experiment.data.document)),
      error: experiment.error,
      own: own ? name : null,
    };
  }
  const broken = readFaults(faults);
  const lab = load.data ? { rps: load.data.rps, seed: load.data.seed } : NOBODY;
  return {
    key: `faults ${faults ?? ''}`,
    text: load.isPending ? undefined : draftDocument(broken.length === 0 ? EXAMPLE : broken, lab),
    error: null,
    own: null,
  };
}

/** Whether a name belongs to an experiment that came with Faultline: it cannot be saved over. */
export function useIsTaken(name: string | null): boolean {
  const experiments = useExperiments().data ?? [];
  return experiments.some(
    (experiment) => experiment.name === name && experiment.origin === 'library',
  );
}
