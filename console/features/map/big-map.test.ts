import type { FleetView, Link } from '@faultline/server/contract';
import Elk from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import { fromElk, NODE_SIZE, toElk, type ElkGraph } from './layout.ts';
import { buildMap, findHubs, type MapView } from './model.ts';

/** The whole shop: thirteen services behind the load, layer by layer, with whom they call. */
const SHOP: Readonly<Record<string, readonly [layer: string, calls: string, ends: string]>> = {
  loadgen: ['load', 'edge identity', ''],
  edge: ['edge', 'gateway', ''],
  gateway: ['gateway', 'catalog orders inventory recommendations order-history identity', ''],
  catalog: ['domain', 'identity', 'postgres kafka'],
  orders: ['domain', 'catalog inventory payments shipping identity', 'postgres kafka'],
  inventory: ['domain', 'identity', 'postgres kafka'],
  payments: ['domain', 'psp identity', 'postgres kafka'],
  shipping: ['domain', 'identity', 'postgres kafka'],
  notifications: ['support', 'identity', 'postgres kafka'],
  'order-history': ['support', 'identity', 'postgres kafka'],
  recommendations: ['support', 'catalog identity', ''],
  identity: ['support', '', 'postgres'],
  psp: ['external', '', 'postgres'],
};
const LAYERS = ['load', 'edge', 'gateway', 'domain', 'support', 'external', 'data'];

const part = (name: string, layer: string) => ({
  ...{ name, layer, purpose: '', maxReplicas: 5, instances: [] },
});
const words = (text: string) => text.split(' ').filter(Boolean);
const line = (from: string, to: string, kind: Link['kind']): Link => ({
  ...{ name: `${from}->${to}`, from, to, kind, protocol: 'http', instances: [], faults: [] },
});
const FLEET: Pick<FleetView, 'services' | 'resources' | 'links'> = {
  services: Object.entries(SHOP).map(([name, [layer]]) => part(name, layer)),
  resources: [part('postgres', 'resource'), part('kafka', 'resource')],
  links: Object.entries(SHOP).flatMap(([from, [, calls, ends]]) => [
    ...words(calls).map((to) => line(from, to, 'service')),
    ...words(ends).map((to) => line(from, to, to === 'kafka' ? 'broker' : 'database')),
  ]),
};
const VIEW: MapView = { databases: true, focus: null, find: '', hubs: false, edge: null };
const names = (edges: readonly { id: string }[]) => edges.map(({ id }) => id);

async function layOut(view: Partial<MapView>, byLayer: boolean) {
  const model = buildMap(FLEET, { ...VIEW, ...view });
  const elk = new Elk() as unknown as { layout(graph: ElkGraph): Promise<ElkGraph> };
  return { model, layout: fromElk(await elk.layout(toElk(model, byLayer))) };
}

describe('the map of thirteen services', () => {
  it('folds the lines to the service that everybody calls', () => {
    expect([...findHubs(FLEET.links)]).toEqual(['identity']);
    const { edges, folded } = buildMap(FLEET, VIEW);
    expect(names(folded)).toHaveLength(10);
    expect(names(folded).every((id) => id.endsWith('->identity'))).toBe(true);
    expect(names(edges)).toContain('identity->postgres');
    expect(buildMap(FLEET, { ...VIEW, hubs: true }).folded).toEqual([]);
  });

  it('never folds a line that is broken or chosen, nor any around a focus', () => {
    const broken = structuredClone(FLEET);
    broken.links.find(({ name }) => name === 'orders->identity')!.faults.push('fault-1');
    const { edges } = buildMap(broken, { ...VIEW, edge: 'catalog->identity' });
    expect(names(edges)).toEqual(expect.arrayContaining(['orders->identity', 'catalog->identity']));
    expect(names(edges)).not.toContain('payments->identity');
    const focused = buildMap(FLEET, { ...VIEW, focus: 'identity' });
    expect(focused.folded).toEqual([]);
    expect(focused.nodes).toHaveLength(12);
  });

  it.each([
    ['as traffic flows', false],
    ['by layer', true],
  ])('keeps boxes apart and small enough to read, %s', async (_, byLayer) => {
    const { model, layout } = await layOut({}, byLayer);
    const boxes = model.nodes.map(({ id, kind }) => ({
      ...layout.nodes.get(id)!,
      ...NODE_SIZE[kind],
      id,
    }));
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart, `${a.id} lies on ${b.id}`).toBe(true);
      }
    }
    const width = Math.max(...boxes.map((box) => box.x + box.width));
    const height = Math.max(...boxes.map((box) => box.y + box.height));
    // The room beside the rail and above the strip at 1440 x 900; at two thirds text is still read.
    expect(width).toBeLessThan(1244 / 0.65);
    expect(height).toBeLessThan(640 / 0.65);
  });

  it('orders the layers from the load to the databases', async () => {
    const { model, layout } = await layOut({}, true);
    const left = (layer: string) =>
      model.nodes.filter((node) => node.layer === layer).map(({ id }) => layout.nodes.get(id)!.x);
    for (const [index, layer] of LAYERS.slice(1).entries()) {
      const before = Math.max(...left(LAYERS[index]!));
      expect(Math.min(...left(layer)), `${layer} stands after ${LAYERS[index]!}`).toBeGreaterThan(
        before,
      );
    }
  });

  it('draws every line that is not folded, and none that is', async () => {
    const { model, layout } = await layOut({}, false);
    for (const { id } of model.edges) expect(layout.edges.get(id)?.lengthPx, id).toBeGreaterThan(0);
  });
});
