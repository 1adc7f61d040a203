import { setUrl } from '@/lib/url-state.ts';

/** Parameters that say which view of the page is shown; filters of the library stay beside them. */
const VIEW = {
  experiment: null,
  run: null,
  view: null,
  compare: null,
  faults: null,
  note: null,
  of: null,
};

/** The library. */
export function openLibrary(): void {
  setUrl(VIEW, 'push');
}

/** What one experiment is and what became of it. */
export function openExperiment(name: string): void {
  setUrl({ ...VIEW, experiment: name }, 'push');
}

/** One run: live, then its result. */
export function openRun(id: string): void {
  setUrl({ ...VIEW, run: id }, 'push');
}

/** Where the text of the editor comes from; nothing: a new document. */
export interface EditorSource {
  experiment?: string;
  run?: string;
  /** Position of the note of the run that holds the document. */
  note?: number;
}

/** The editor. */
export function openEditor({ experiment, run, note }: EditorSource = {}): void {
  setUrl(
    {
      ...VIEW,
      view: 'edit',
      experiment: experiment ?? null,
      run: run ?? null,
      note: note === undefined ? null : String(note),
    },
    'push',
  );
}

/** Past runs: all of them, or of one experiment. */
export function openHistory(experiment: string | null = null): void {
  setUrl({ ...VIEW, view: 'history', of: experiment }, 'push');
}

/** The form of a soak. */
export function openSoak(): void {
  setUrl({ ...VIEW, view: 'soak' }, 'push');
}

/** Two to four runs beside each other. */
export function openComparison(ids: readonly string[]): void {
  setUrl({ ...VIEW, compare: ids.join(',') }, 'push');
}
