'use client';
import type { Node, NodeProps } from '@xyflow/react';
import { NODE_SIZE } from './layout.ts';
import type { FlowNode } from './service-node.tsx';

/** A layer's ground as the graph library knows it. */
export type FlowLayer = Node<{ title: string; width: number; height: number }, 'layer'>;

const PADDING = 14;
const HEADING = 20;

/** The ground behind the boxes of one layer. */
export function LayerNode({ data }: NodeProps<FlowLayer>) {
  return (
    <div
      style={{ width: data.width, height: data.height }}
      className="pointer-events-none rounded-lg border border-line bg-sunken/60 px-3 py-1.5 text-xs font-semibold tracking-[.04em] text-faint uppercase"
    >
      {data.title}
    </div>
  );
}

/** One ground for every layer, all of the same height. */
export function layerNodes(nodes: readonly FlowNode[]): FlowLayer[] {
  const layers = Map.groupBy(nodes, (node) => node.data.node.layer);
  const top = Math.min(...nodes.map((node) => node.position.y));
  const bottom = Math.max(
    ...nodes.map((node) => node.position.y + NODE_SIZE[node.data.node.kind].height),
  );
  return [...layers].map(([title, members]) => {
    const left = Math.min(...members.map((node) => node.position.x));
    const right = Math.max(
      ...members.map((node) => node.position.x + NODE_SIZE[node.data.node.kind].width),
    );
    return {
      id: `layer:${title}`,
      type: 'layer',
      zIndex: -1,
      position: { x: left - PADDING, y: top - PADDING - HEADING },
      data: {
        title,
        width: right - left + 2 * PADDING,
        height: bottom - top + 2 * PADDING + HEADING,
      },
    };
  });
}
