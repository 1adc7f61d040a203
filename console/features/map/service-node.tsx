'use client';
import type { Node, NodeProps } from '@xyflow/react';
import { Handle, Position } from '@xyflow/react';
import clsx from 'clsx';
import { Zap } from 'lucide-react';
import { HealthDot } from '@/components/health-dot.tsx';
import { Sparkline } from '@/components/sparkline.tsx';
import { formatDuration, formatPercent, formatRate, NOTHING, plural } from '@/lib/format.ts';
import { HEALTH_TEXT, healthOf } from '@/lib/health.ts';
import { serviceColour } from '@/lib/services.ts';
import { NODE_SIZE } from './layout.ts';
import { useFaultsOnInstances, useServiceRed, useServiceTrend } from './map-data.ts';
import type { MapNode } from './model.ts';

/** What a box is given; its numbers it looks up itself, so that only it is drawn again. */
export type MapNodeData = {
  node: MapNode;
  /** Lines to it that are not drawn. */
  folded: number;
  dim: boolean;
  chosen: boolean;
  onChoose: () => void;
  onFocus: () => void;
};
/** A box as the graph library knows it. */
export type FlowNode = Node<MapNodeData, 'service' | 'resource'>;

/** A service: name, instances by state, rate, errors, p95 and its last minute. */
export function ServiceNode({ data }: NodeProps<FlowNode>) {
  const { part } = data.node;
  const red = useServiceRed(part.name);
  const trend = useServiceTrend(part.name);
  const faults = useFaultsOnInstances(part.instances.map((instance) => instance.id));
  const down = part.instances.some((instance) => instance.state === 'crashed');
  const health = down ? 'bad' : healthOf(red);
  const errors = red && red.count > 0 ? formatPercent(red.errorRatio) : NOTHING;
  return (
    <div
      style={NODE_SIZE.service}
      className={clsx('pointer-events-auto relative transition-opacity', data.dim && 'opacity-25')}
    >
      <Handle type="target" position={Position.Left} className="invisible" />
      <button
        type="button"
        onClick={data.onChoose}
        onDoubleClick={data.onFocus}
        aria-pressed={data.chosen}
        data-testid={`node-${part.name}`}
        data-health={health}
        aria-label={`${part.name}: ${plural(part.instances.length, 'instance')}, ${formatRate(red?.ratePerS ?? 0)} requests per second, ${errors} errors, p95 ${formatDuration(red?.p95Ms)}`}
        title={red ? `${red.errorCount} of ${red.count} calls failed in the last 10 s` : undefined}
        className={clsx(
          'relative flex size-full flex-col rounded-lg border bg-raised px-2.5 py-1.5 text-left hover:bg-hover',
          health === 'bad'
            ? 'border-bad'
            : health === 'warn'
              ? 'border-warn'
              : 'border-line-strong',
          data.chosen && 'outline-2 outline-offset-2 outline-accent',
        )}
      >
        <span className="flex w-full items-center gap-1">
          <span
            aria-hidden
            className="mr-0.5 h-2.5 w-[3px] rounded-full"
            style={{ background: serviceColour(part.name) }}
          />
          <span className="min-w-0 flex-1 truncate text-sm font-semibold text-strong">
            {part.name}
          </span>
          {part.instances.map((instance) => (
            <HealthDot
              key={instance.id}
              state={instance.state}
              title={`${instance.id}: ${instance.state}`}
            />
          ))}
          {part.instances.length === 0 && <span className="text-xs text-warn">none</span>}
        </span>
        <span className="mt-0.5 flex w-full justify-between gap-1 text-xs tabular-nums">
          <span>
            {red ? formatRate(red.ratePerS) : NOTHING}
            <span className="text-muted"> /s</span>
          </span>
          <span className={HEALTH_TEXT[healthOf(red)]}>{errors}</span>
          <span>{formatDuration(red?.p95Ms)}</span>
        </span>
        <span className="mt-auto">
          <Sparkline
            values={trend}
            width={114}
            height={14}
            colour={
              health === 'bad'
                ? 'var(--bad)'
                : health === 'warn'
                  ? 'var(--warn)'
                  : 'var(--text-faint)'
            }
          />
        </span>
        {faults.length > 0 && (
          <span className="absolute -top-2 -right-2 flex size-5 items-center justify-center rounded-full bg-fault text-on-fault">
            <Zap
              size={11}
              fill="currentColor"
              aria-label={faults.map((fault) => fault.summary).join(', ')}
            />
          </span>
        )}
      </button>
      {data.folded > 0 && (
        <span className="pointer-events-none absolute top-full mt-0.5 w-full text-center text-xs text-faint">
          {plural(data.folded, 'line')} folded
        </span>
      )}
      <Handle type="source" position={Position.Right} className="invisible" />
    </div>
  );
}

/** A database or the event backbone: a pill. */
export function ResourceNode({ data }: NodeProps<FlowNode>) {
  const { part } = data.node;
  return (
    <div
      style={NODE_SIZE.resource}
      className={clsx('pointer-events-auto transition-opacity', data.dim && 'opacity-25')}
    >
      <Handle type="target" position={Position.Left} className="invisible" />
      <button
        type="button"
        onClick={data.onChoose}
        onDoubleClick={data.onFocus}
        aria-pressed={data.chosen}
        data-testid={`node-${part.name}`}
        aria-label={`${part.name}: ${part.purpose}`}
        className={clsx(
          'flex size-full items-center gap-2 rounded-full border border-line-strong bg-sunken px-4 hover:bg-hover',
          data.chosen && 'outline-2 outline-offset-2 outline-accent',
        )}
      >
        {part.instances.map((instance) => (
          <HealthDot
            key={instance.id}
            state={instance.state}
            title={`${instance.id}: ${instance.state}`}
          />
        ))}
        <span className="truncate text-sm font-medium text-strong">{part.name}</span>
      </button>
      <Handle type="source" position={Position.Right} className="invisible" />
    </div>
  );
}
