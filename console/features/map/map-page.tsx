'use client';
import dynamic from 'next/dynamic';
import { X } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { ErrorState } from '@/components/states.tsx';
import { LaunchState } from '@/features/launch/launch-state.tsx';
import { useFleet } from '@/lib/queries.ts';
import { LinkPanel } from './link-panel.tsx';
import { useMapMoves, useMapSelection } from './map-selection.ts';
import { findHubs } from './model.ts';
import { NodePanel } from './node-panel.tsx';

const MapCanvas = dynamic(async () => (await import('./map-canvas.tsx')).MapCanvas, { ssr: false });

/** The fleet and its lines, live. */
export function MapPage() {
  const fleet = useFleet();
  const { node, edge } = useMapSelection();
  const { close } = useMapMoves();
  if (!fleet.data) {
    return fleet.error ? (
      <ErrorState
        className="h-full"
        what="The fleet could not be asked for"
        error={fleet.error}
        onRetry={() => void fleet.refetch()}
      />
    ) : (
      <div className="dotted h-full" role="status" aria-label="Loading the map" />
    );
  }
  const link = fleet.data.links.find((candidate) => candidate.name === edge);
  const part = [...fleet.data.services, ...fleet.data.resources].find(
    (candidate) => candidate.name === node,
  );
  if (fleet.data.state === 'stopped' || fleet.data.state === 'launching') {
    return <LaunchState fleet={fleet.data} />;
  }
  return (
    <PageWithPanel
      panel={
        link ? (
          <LinkPanel key={link.name} link={link} onClose={close} />
        ) : part ? (
          <NodePanel key={part.name} part={part} fleet={fleet.data} onClose={close} />
        ) : undefined
      }
    >
      <div className="dotted relative h-full">
        <MapCanvas fleet={fleet.data} />
        <Toolbar hubs={[...findHubs(fleet.data.links)]} />
        <Legend />
      </div>
    </PageWithPanel>
  );
}

function Toolbar({ hubs }: { hubs: readonly string[] }) {
  const { find, setFind, databases, setDatabases, byLayer, setByLayer, focus, ...chosen } =
    useMapSelection();
  const { focusOn } = useMapMoves();
  return (
    <div className="absolute top-3 left-3.5 flex flex-wrap gap-2">
      <label className="flex h-7 w-52 items-center gap-2 rounded-md border border-line-strong bg-raised px-2.5 focus-within:border-accent max-md:w-36">
        <span className="sr-only">Find services, or hide them with a minus</span>
        <input
          data-search
          value={find}
          onChange={(event) => setFind(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setFind('');
            event.currentTarget.blur();
          }}
          placeholder="Find or -hide…"
          className="w-full min-w-0 bg-transparent text-strong outline-none placeholder:text-faint"
        />
        <Kbd keys="/" />
      </label>
      <Button pressed={byLayer} onClick={() => setByLayer(!byLayer)}>
        Group by layer
      </Button>
      <Button pressed={databases} onClick={() => setDatabases(!databases)}>
        Databases
      </Button>
      {hubs.length > 0 && (
        <Button
          pressed={chosen.hubs}
          data-testid="hub-lines"
          title="Nearly every service calls it: its lines are folded unless one is broken"
          onClick={() => chosen.setHubs(!chosen.hubs)}
        >
          Lines to {hubs.join(', ')}
        </Button>
      )}
      {focus !== null && (
        <Button onClick={() => focusOn(null)} icon={<X size={13} />}>
          Around {focus}
        </Button>
      )}
    </div>
  );
}

function Legend() {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute bottom-3 left-3.5 flex flex-wrap gap-x-4 text-xs text-muted max-md:hidden"
    >
      <span className="flex items-center gap-1.5">
        <i className="h-[3px] w-[18px] rounded-sm bg-fault" /> what we did
      </span>
      <span className="flex items-center gap-1.5">
        <i className="h-[3px] w-[18px] rounded-sm bg-bad" /> failing
      </span>
      <span>line width = rate</span>
      <span>badge = breaker</span>
      <span>dashed = asynchronous</span>
      <span>double click = neighbours only</span>
    </div>
  );
}
