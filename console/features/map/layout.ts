import type { MapModel, MapNode } from './model.ts';

/** Size of a service's box and of a resource's pill, pixels at zoom 1. */
export const NODE_SIZE = {
  service: { width: 136, height: 68 },
  resource: { width: 112, height: 40 },
} as const;

/** Where a thing stands, pixels from the top left. */
export interface Point {
  x: number;
  y: number;
}

/** Where everything stands: boxes by their top left, lines as SVG paths with their middle. */
export interface MapLayout {
  nodes: ReadonlyMap<string, Point>;
  edges: ReadonlyMap<string, { path: string; middle: Point; lengthPx: number }>;
}

/** The part of elk's graph format that is used, see https://eclipse.dev/elk/documentation.html. */
export interface ElkGraph {
  id: string;
  layoutOptions: Record<string, string>;
  children: {
    id: string;
    width: number;
    height: number;
    x?: number;
    y?: number;
    layoutOptions: Record<string, string>;
    ports: {
      id: string;
      x: number;
      y: number;
      width: number;
      height: number;
      layoutOptions: Record<string, string>;
    }[];
  }[];
  edges: {
    id: string;
    sources: string[];
    targets: string[];
    sections?: { startPoint: Point; endPoint: Point; bendPoints?: Point[] }[];
  }[];
}

const LAYERS = ['load', 'edge', 'gateway', 'domain', 'support', 'external', 'data'];

/** Changes exactly when the layout must be computed again: when the set of boxes or lines changes. */
export function layoutKey(model: MapModel, byLayer: boolean): string {
  const nodes = model.nodes.map((node) => node.id).join(' ');
  return `${byLayer ? 'layers' : 'flow'}|${nodes}|${model.edges.map((edge) => edge.id).join(' ')}`;
}

/** What elk is asked: layered from left to right, in the order given, splines around the boxes. */
export function toElk(model: MapModel, byLayer: boolean): ElkGraph {
  return {
    id: 'map',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'SPLINES',
      'elk.spacing.nodeNode': '26',
      'elk.spacing.edgeNode': '18',
      'elk.spacing.edgeEdge': '12',
      'elk.layered.spacing.nodeNodeBetweenLayers': '64',
      'elk.layered.spacing.edgeNodeBetweenLayers': '24',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      ...(byLayer ? { 'elk.partitioning.activate': 'true' } : {}),
    },
    children: model.nodes.map((node) => {
      const size = NODE_SIZE[node.kind];
      return {
        id: node.id,
        ...size,
        layoutOptions: {
          'elk.portConstraints': 'FIXED_POS',
          ...(byLayer ? { 'elk.partitioning.partition': String(layerIndex(node)) } : {}),
        },
        // One way in and one way out, so that lines fan out from the middle of a side.
        ports: (['in', 'out'] as const).map((side) => ({
          id: `${node.id}.${side}`,
          x: side === 'in' ? 0 : size.width,
          y: size.height / 2,
          width: 0,
          height: 0,
          layoutOptions: { 'elk.port.side': side === 'in' ? 'WEST' : 'EAST' },
        })),
      };
    }),
    edges: [...model.edges, ...anchors(model)].map((edge) => ({
      id: edge.id,
      sources: [`${edge.from}.out`],
      targets: [`${edge.to}.in`],
    })),
  };
}

/** One folded line for each box that would have none: it keeps its place, the line is not drawn. */
function anchors({ edges, folded }: MapModel): MapModel['edges'] {
  const tied = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return folded.filter(({ to }) => {
    const loose = !tied.has(to);
    tied.add(to);
    return loose;
  });
}

/** What elk answered, as positions and paths. */
export function fromElk(graph: ElkGraph): MapLayout {
  const nodes = new Map(
    graph.children.map((node) => [node.id, { x: node.x ?? 0, y: node.y ?? 0 }]),
  );
  const edges = new Map(
    graph.edges.flatMap((edge) => {
      const section = edge.sections?.[0];
      if (!section) return [];
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      return [[edge.id, { path: splinePath(points), ...measure(points) }] as const];
    }),
  );
  return { nodes, edges };
}

/** elk's splines are cubic Bezier pieces: after the start, every three points are one piece. */
export function splinePath(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (!start) return '';
  const at = (point: Point) => `${round(point.x)} ${round(point.y)}`;
  let path = `M${at(start)}`;
  if (rest.length % 3 !== 0) return path + rest.map((point) => `L${at(point)}`).join('');
  for (let index = 0; index < rest.length; index += 3) {
    path += `C${rest
      .slice(index, index + 3)
      .map(at)
      .join(' ')}`;
  }
  return path;
}

/** Middle and length of a spline, from points sampled on it. */
export function measure(points: readonly Point[]): { middle: Point; lengthPx: number } {
  const samples = sample(points);
  const steps = samples.slice(1).map((point, index) => distance(samples[index] ?? point, point));
  const lengthPx = steps.reduce((sum, step) => sum + step, 0);
  let walked = 0;
  for (const [index, step] of steps.entries()) {
    walked += step;
    const point = samples[index + 1];
    if (walked >= lengthPx / 2 && point) return { middle: point, lengthPx };
  }
  return { middle: samples[0] ?? { x: 0, y: 0 }, lengthPx };
}

function sample(points: readonly Point[]): Point[] {
  const [start, ...rest] = points;
  if (!start || rest.length % 3 !== 0) return [...points];
  const samples = [start];
  let from = start;
  for (let index = 0; index < rest.length; index += 3) {
    const [a, b, to] = rest.slice(index, index + 3);
    if (!a || !b || !to) break;
    for (let step = 1; step <= 16; step += 1) samples.push(cubic(from, a, b, to, step / 16));
    from = to;
  }
  return samples;
}

function cubic(p0: Point, p1: Point, p2: Point, p3: Point, t: number): Point {
  const u = 1 - t;
  const along = (a: number, b: number, c: number, d: number) =>
    u ** 3 * a + 3 * u ** 2 * t * b + 3 * u * t ** 2 * c + t ** 3 * d;
  return { x: along(p0.x, p1.x, p2.x, p3.x), y: along(p0.y, p1.y, p2.y, p3.y) };
}

function layerIndex(node: MapNode): number {
  const index = LAYERS.indexOf(node.layer);
  return index === -1 ? LAYERS.length : index;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
