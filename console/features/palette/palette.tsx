'use client';
import { Command } from 'cmdk';
import { FlaskConical } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useExperiments } from '@/features/experiments/experiment-queries.ts';
import { overlay, openOverlay } from '@/features/frame/overlay.ts';
import { useStopAll } from '@/features/frame/stop-all.tsx';
import { ServiceName } from '@/components/service-name.tsx';
import { formatLink } from '@/lib/format.ts';
import { live, setPaused } from '@/lib/live.ts';
import { PAGES } from '@/lib/pages.ts';
import { preferences, setPreference } from '@/lib/preferences.ts';
import { useFaults, useFleet } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';

const ITEM =
  'flex h-8 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-normal data-[selected=true]:bg-hover data-[selected=true]:text-strong';
const GROUP =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint';
const TRACE_ID = /^[0-9a-f]{32}$/;

/** Pages, services, lines, faults and commands, found by typing. */
export function Palette() {
  const router = useRouter();
  const href = usePageHref();
  const go = (path: string, own?: Record<string, string>) => () => {
    overlay.set(null);
    router.push(href(path, own));
  };
  return (
    <Command.Dialog
      open
      onOpenChange={() => overlay.set(null)}
      label="Search or run a command"
      overlayClassName="fixed inset-0 z-40 bg-scrim"
      contentClassName="fixed top-[14vh] left-1/2 z-50 w-[min(600px,94vw)] -translate-x-1/2 overflow-hidden rounded-lg border border-line-strong bg-raised shadow-float"
      filter={(value, search) =>
        value.toLowerCase().includes(search.trim().toLowerCase()) ? 1 : 0
      }
    >
      <Command.Input
        placeholder="A page, a service, a line, a trace id, a command…"
        className="h-11 w-full border-b border-line bg-transparent px-4 text-strong outline-none placeholder:text-faint"
        onKeyDown={(event) => {
          const typed = event.currentTarget.value.trim();
          if (event.key === 'Enter' && TRACE_ID.test(typed)) go('/traces', { trace: typed })();
        }}
      />
      <Command.List className="max-h-[52vh] overflow-auto p-1.5">
        <Command.Empty className="p-4 text-center text-muted">
          Nothing is called that. A trace id opens with Enter.
        </Command.Empty>
        <Commands />
        <Command.Group heading="Pages" className={GROUP}>
          {PAGES.map((page) => (
            <Command.Item
              key={page.path}
              value={`${page.title} ${page.about}`}
              onSelect={go(page.path)}
              className={ITEM}
            >
              <page.icon size={14} className="shrink-0 text-muted" /> {page.title}
              <span className="truncate text-faint">{page.about}</span>
            </Command.Item>
          ))}
        </Command.Group>
        <Places go={go} />
        <Experiments go={go} />
      </Command.List>
    </Command.Dialog>
  );
}

function Experiments({ go }: { go: (path: string, own?: Record<string, string>) => () => void }) {
  const experiments = useExperiments().data ?? [];
  if (experiments.length === 0) return null;
  return (
    <Command.Group heading="Experiments" className={GROUP}>
      {experiments.map(({ name, title }) => (
        <Command.Item
          key={name}
          value={`experiment ${name} ${title}`}
          onSelect={go('/experiments', { experiment: name })}
          className={ITEM}
        >
          <FlaskConical size={14} className="shrink-0 text-muted" />
          <span className="truncate">{title}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function Places({ go }: { go: (path: string, own?: Record<string, string>) => () => void }) {
  const fleet = useFleet().data;
  const faults = useFaults().data?.faults ?? [];
  return (
    <>
      {faults.length > 0 && (
        <Command.Group heading="Active faults" className={GROUP}>
          {faults.map((fault) => (
            <Command.Item
              key={fault.id}
              value={`fault ${fault.summary} ${fault.target.selector}`}
              onSelect={go('/faults', { fault: fault.id })}
              className={ITEM}
            >
              <span className="text-fault">⚡</span> {fault.summary}
              <span className="truncate text-faint">{formatLink(fault.target.selector)}</span>
            </Command.Item>
          ))}
        </Command.Group>
      )}
      <Command.Group heading="Services" className={GROUP}>
        {(fleet?.services ?? []).map((part) => (
          <Command.Item
            key={part.name}
            value={`service ${part.name}`}
            onSelect={go('/', { node: part.name })}
            className={ITEM}
          >
            <ServiceName service={part.name} />
            <span className="truncate text-faint">{part.purpose}</span>
          </Command.Item>
        ))}
      </Command.Group>
      <Command.Group heading="Lines" className={GROUP}>
        {(fleet?.links ?? []).map((link) => (
          <Command.Item
            key={link.name}
            value={`line ${link.from} -> ${link.to} break ${link.name}`}
            onSelect={go('/', { edge: link.name })}
            className={ITEM}
          >
            {formatLink(link.name)}
          </Command.Item>
        ))}
      </Command.Group>
    </>
  );
}

function Commands() {
  const stop = useStopAll();
  const state = useFleet().data?.state;
  const entries = [
    { label: stop.latched ? 'Release the stop' : 'Stop all faults', keys: '⇧X', run: stop.toggle },
    {
      label: live.get().paused ? 'Go on' : 'Pause everything',
      keys: 'Space',
      run: () => setPaused(!live.get().paused),
    },
    {
      label: 'Change the theme',
      keys: '',
      run: () => setPreference({ theme: preferences.get().theme === 'light' ? 'dark' : 'light' }),
    },
    { label: 'Show all keys', keys: '?', run: () => openOverlay('keys') },
    {
      label: state === 'stopped' ? 'Launch the fleet…' : 'Change the runtime…',
      keys: '',
      run: () => openOverlay('launch'),
    },
  ];
  return (
    <Command.Group heading="Commands" className={GROUP}>
      {entries.map((entry) => (
        <Command.Item
          key={entry.label}
          value={entry.label}
          onSelect={() => {
            overlay.set(null);
            entry.run();
          }}
          className={ITEM}
        >
          {entry.label}
          <kbd className="ml-auto font-mono text-xs text-faint">{entry.keys}</kbd>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
