'use client';
import type { Policies } from '@faultline/server/contract';
import { Grid3x3 } from 'lucide-react';
import { useMemo } from 'react';
import { Button } from '@/components/button.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { Select } from '@/features/faults/fault-fields.tsx';
import { actions } from '@/lib/actions.ts';
import { plural } from '@/lib/format.ts';
import { useAllPolicies } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { choice, flag, optional, text } from '@/lib/url-codec.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { useAction } from '@/lib/use-action.ts';
import { FlagPanel } from './flag-panel.tsx';
import { FleetSwitches } from './fleet-switches.tsx';
import { MtlsPanel } from './mtls-panel.tsx';
import { buildMatrix, countChanges, patternsOf, type Matrix } from './pattern-model.ts';
import { PatternMatrix } from './pattern-matrix.tsx';
import { PatternPanel } from './pattern-panel.tsx';
import { FAMILY_TITLES } from './pattern-words.ts';
import { SecretsSection } from './secrets-section.tsx';
import { readSelection, selectionOf } from './selection.ts';
import { useGridKeys } from './use-grid-keys.ts';

const FAMILY = choice('all', 'edge', 'reliability', 'data', 'security');
const CHANGED = flag();

/** Every pattern of every link and service with its state; flags and mutual TLS below. */
export function PatternsPage() {
  const policies = useAllPolicies();
  const [at, setAt] = useUrlState('at', optional, 'push');
  const { data } = policies;
  if (!data) {
    return policies.error ? (
      <ErrorState
        className="h-full"
        what="The patterns could not be loaded"
        error={policies.error}
        onRetry={() => void policies.refetch()}
      />
    ) : (
      <SkeletonRows rows={14} />
    );
  }
  return (
    <PageWithPanel panel={<SelectedPanel policies={data} at={at} onClose={() => setAt(null)} />}>
      <Matrices policies={data} at={at} onChoose={setAt} />
    </PageWithPanel>
  );
}

function Matrices({
  policies,
  at,
  onChoose,
}: {
  policies: Policies;
  at: string | null;
  onChoose: (at: string) => void;
}) {
  const [find, setFind] = useUrlState('find', text);
  const [changedOnly, setChangedOnly] = useUrlState('changed', CHANGED);
  const [family, setFamily] = useUrlState('family', FAMILY);
  const [services, links] = useMemo(() => {
    const filter = { find, changedOnly, family };
    return [buildMatrix(policies, 'service', filter), buildMatrix(policies, 'link', filter)];
  }, [policies, find, changedOnly, family]);
  useGridKeys(gridOf([services, links]), at, onChoose);
  const changes = countChanges(policies);
  const empty = services.rows.length === 0 && links.rows.length === 0;
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
        <SearchField
          label="Find a service, a link or a pattern"
          placeholder="Find payments, breaker…"
          className="w-64 max-md:w-full"
          value={find}
          onChange={setFind}
        />
        <Select
          label="Family of patterns"
          value={family}
          choices={[
            { value: 'all', title: 'Every family' },
            ...Object.entries(FAMILY_TITLES).map(([value, title]) => ({ value, title })),
          ]}
          onChange={(value) => setFamily(FAMILY.read(value))}
        />
        <Button
          pressed={changedOnly}
          data-testid="changed-only"
          onClick={() => setChangedOnly(!changedOnly)}
        >
          Only changed
        </Button>
        <ResetAll changes={changes} />
        <Legend />
      </div>
      <div className="min-h-0 flex-1 overflow-auto pb-6">
        <PatternMatrix title="Services" matrix={services} at={at} onChoose={onChoose} />
        <PatternMatrix title="Links" matrix={links} at={at} onChoose={onChoose} />
        {empty && <NothingFound changedOnly={changedOnly} find={find} />}
        {find === '' && family === 'all' && (
          <FleetSwitches
            policies={policies}
            changedOnly={changedOnly}
            at={at}
            onChoose={onChoose}
          />
        )}
        {find === '' && family === 'all' && !changedOnly && <SecretsSection />}
      </div>
    </>
  );
}

function gridOf(matrices: readonly Matrix[]): (string | null)[][] {
  return matrices.flatMap(({ rows }) =>
    rows.map(({ target, cells }) =>
      cells.map((cell) => (cell.state === 'none' ? null : selectionOf(target, cell.pattern))),
    ),
  );
}

function ResetAll({ changes }: { changes: number }) {
  const { run, busy } = useAction();
  if (changes === 0) return <span className="text-faint">Everything as at launch</span>;
  return (
    <Button
      busy={busy}
      data-testid="reset-all"
      className="border-fault-line! text-fault!"
      title="Every pattern, flag and mutual TLS as at launch; stop all does so too"
      onClick={() =>
        run(actions.resetPolicies(), {
          failed: 'Could not put the patterns back',
          invalidate: [queryKeys.policies, queryKeys.audit()],
          done: () => ({ text: `${plural(changes, 'change')} undone: everything as at launch` }),
        })
      }
    >
      {plural(changes, 'change')}: put back
    </Button>
  );
}

function Legend() {
  return (
    <p aria-hidden className="ml-auto flex gap-3 text-xs text-faint max-lg:hidden">
      <span>● on</span>
      <span>○ off</span>
      <span className="text-fault">■ changed by us</span>
      <span>· not applicable</span>
    </p>
  );
}

function NothingFound({ changedOnly, find }: { changedOnly: boolean; find: string }) {
  return (
    <EmptyState
      icon={<Grid3x3 size={22} />}
      title={changedOnly ? 'Nothing was changed' : 'Nothing is called that'}
    >
      {changedOnly
        ? 'Every pattern is as at launch. Choose a cell of the matrix to switch or tune one.'
        : `No service, link or pattern has “${find}” in its name.`}
    </EmptyState>
  );
}

function SelectedPanel({
  policies,
  at,
  onClose,
}: {
  policies: Policies;
  at: string | null;
  onClose: () => void;
}) {
  const selection = readSelection(at);
  if (selection?.kind === 'mtls') {
    return <MtlsPanel key="mtls" policies={policies} onClose={onClose} />;
  }
  if (selection?.kind === 'flag') {
    const view = policies.flags.find(({ flag: one }) => one.key === selection.key);
    return view ? <FlagPanel key={selection.key} view={view} onClose={onClose} /> : null;
  }
  if (selection === null) return null;
  const cell = patternsOf(policies, selection.target).find(
    (one) => one.pattern.name === selection.pattern,
  );
  return cell === undefined || cell.state === 'none' ? null : (
    <PatternPanel key={at} target={selection.target} cell={cell} onClose={onClose} />
  );
}
