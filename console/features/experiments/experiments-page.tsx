'use client';
import dynamic from 'next/dynamic';
import { SkeletonRows } from '@/components/states.tsx';
import { choice, list, optional } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { Library } from './library.tsx';

const VIEWS = choice('show', 'edit', 'history', 'soak');
const loading = () => <SkeletonRows rows={12} />;

const ExperimentDetail = dynamic(
  async () => (await import('./experiment-detail.tsx')).ExperimentDetail,
  { loading },
);
const RunPage = dynamic(async () => (await import('./run-page.tsx')).RunPage, { loading });
const EditorPage = dynamic(async () => (await import('./editor-page.tsx')).EditorPage, { loading });
const History = dynamic(async () => (await import('./history.tsx')).History, { loading });
const Comparison = dynamic(async () => (await import('./comparison.tsx')).Comparison, { loading });
const SoakForm = dynamic(async () => (await import('./soak-form.tsx')).SoakForm, { loading });

/** The library, one experiment, its editor, a run, past runs: what is shown stands in the URL. */
export function ExperimentsPage() {
  const [view] = useUrlState('view', VIEWS);
  const [experiment] = useUrlState('experiment', optional);
  const [run] = useUrlState('run', optional);
  const [compared] = useUrlState('compare', list);
  if (view === 'edit') return <EditorPage key={`${experiment ?? ''} ${run ?? ''}`} />;
  if (view === 'history') return <History />;
  if (view === 'soak') return <SoakForm />;
  if (compared.length > 1) return <Comparison ids={compared.slice(0, 4)} />;
  if (run !== null) return <RunPage key={run} id={run} />;
  if (experiment !== null) return <ExperimentDetail key={experiment} name={experiment} />;
  return <Library />;
}
