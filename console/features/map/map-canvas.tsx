'use client';
import '@xyflow/react/dist/base.css';
import {
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore as useFlowStore,
} from '@xyflow/react';
import type { FleetView } from '@faultline/server/contract';
import { useEffect, useMemo } from 'react';
import { Skeleton } from '@/components/states.tsx';
import { useKeys } from '@/lib/use-keys.ts';
import { LayerNode, layerNodes, type FlowLayer } from './layer-node.tsx';
import type { MapLayout } from './layout.ts';
import { LineEdge, type FlowEdge } from './line-edge.tsx';
import { useMapMoves, useMapSelection } from './map-selection.ts';
import { buildMap, isFound, type MapModel } from './model.ts';
import { ResourceNode, ServiceNode, type FlowNode } from './service-node.tsx';
import { useLayout } from './use-layout.ts';

const NODE_TYPES = { service: ServiceNode, resource: ResourceNode, layer: LayerNode };
const EDGE_TYPES = { line: LineEdge };

/** The live map; loaded on demand, with the graph library. */
export function MapCanvas({ fleet }: { fleet: FleetView }) {
  return (
    <ReactFlowProvider>
      <Canvas fleet={fleet} />
    </ReactFlowProvider>
  );
}

function Canvas({ fleet }: { fleet: FleetView }) {
  const chosen = useMapSelection();
  const moves = useMapMoves();
  const { databases, focus, find, byLayer, hubs, edge } = chosen;
  const model = useMemo(
    () => buildMap(fleet, { databases, focus, find, hubs, edge }),
    [fleet, databases, focus, find, hubs, edge],
  );
  const layout = useLayout(model, byLayer);
  useKeys(
    [
      {
        keys: 'escape',
        label: 'Leave the focus',
        group: 'This page',
        run: () => moves.focusOn(null),
      },
    ],
    focus !== null,
  );
  useFitting(layout);
  const flow = useFlow(model, layout, chosen);
  if (layout === null) return <MapSkeleton />;
  return (
    <ReactFlow<FlowNode | FlowLayer, FlowEdge>
      nodes={flow.nodes}
      edges={flow.edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      zoomOnDoubleClick={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      panActivationKeyCode={null}
      minZoom={0.3}
      maxZoom={2}
      onPaneClick={() => {
        if (chosen.node !== null || chosen.edge !== null) moves.close();
      }}
      proOptions={{ hideAttribution: true }}
      fitView
      fitViewOptions={FIT}
      aria-label="Map of the fleet"
    />
  );
}

/** On a narrow screen the map is panned rather than shrunk until nobody can read it. */
const FIT = { padding: 0.05, minZoom: 0.65, maxZoom: 1.15 } as const;

/** Fits the map when its layout or its space changes, not when its numbers do. */
function useFitting(layout: MapLayout | null): void {
  const { fitView } = useReactFlow();
  const width = useFlowStore((state) => state.width);
  const height = useFlowStore((state) => state.height);
  useEffect(() => {
    if (layout === null || width === 0) return;
    const frame = requestAnimationFrame(() => void fitView({ ...FIT, duration: 150 }));
    return () => cancelAnimationFrame(frame);
  }, [layout, width, height, fitView]);
}

function useFlow(
  model: MapModel,
  layout: MapLayout | null,
  chosen: { node: string | null; edge: string | null; find: string; byLayer: boolean },
): { nodes: (FlowNode | FlowLayer)[]; edges: FlowEdge[] } {
  const { chooseNode, chooseEdge, focusOn } = useMapMoves();
  const { node: chosenNode, edge: chosenEdge, find, byLayer } = chosen;
  return useMemo(() => {
    if (layout === null) return { nodes: [], edges: [] };
    const folded = Map.groupBy(model.folded, ({ to }) => to);
    const nodes = model.nodes.flatMap((node): FlowNode[] => {
      const position = layout.nodes.get(node.id);
      if (!position) return [];
      return [
        {
          id: node.id,
          type: node.kind,
          position,
          data: {
            node,
            folded: folded.get(node.id)?.length ?? 0,
            dim: !isFound(node.id, find),
            chosen: chosenNode === node.id,
            onChoose: () => chooseNode(node.id),
            onFocus: () => focusOn(node.id),
          },
        },
      ];
    });
    const edges = model.edges.flatMap((edge): FlowEdge[] => {
      const route = layout.edges.get(edge.id);
      if (!route) return [];
      return [
        {
          id: edge.id,
          type: 'line',
          source: edge.from,
          target: edge.to,
          data: {
            edge,
            ...route,
            dim: !isFound(edge.from, find) && !isFound(edge.to, find),
            chosen: chosenEdge === edge.id,
            onChoose: () => chooseEdge(edge.id),
          },
        },
      ];
    });
    return { nodes: [...(byLayer ? layerNodes(nodes) : []), ...nodes], edges };
  }, [model, layout, chosenNode, chosenEdge, find, byLayer, chooseNode, chooseEdge, focusOn]);
}

/** The shape of the map that comes. */
export function MapSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the map"
      className="flex h-full items-center justify-around p-10"
    >
      {[1, 1, 3, 4, 2].map((boxes, column) => (
        <div key={column} className="flex flex-col gap-7 max-md:nth-[n+4]:hidden">
          {Array.from({ length: boxes }, (_, box) => (
            <Skeleton key={box} className="h-16 w-32 rounded-lg" />
          ))}
        </div>
      ))}
    </div>
  );
}
