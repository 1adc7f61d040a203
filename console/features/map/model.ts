import type { FleetView, Link, Part } from '@faultline/server/contract';

/** A box on the map. */
export interface MapNode {
  id: string;
  kind: 'service' | 'resource';
  layer: string;
  part: Part;
}

/** A line on the map. */
export interface MapEdge {
  id: string;
  from: string;
  to: string;
  kind: Link['kind'];
  link: Link;
}

/** What is drawn: the fleet after everything a person hid. */
export interface MapModel {
  nodes: MapNode[];
  edges: MapEdge[];
  /** Lines that are there but not drawn: those to a service that nearly everybody calls. */
  folded: MapEdge[];
}

/** What a person chose to see. */
export interface MapView {
  databases: boolean;
  /** A node whose neighbours alone are shown. */
  focus: string | null;
  /** Whether lines to services that nearly everybody calls are drawn: see {@link findHubs}. */
  hubs: boolean;
  /** A line that is drawn whatever is folded: the chosen one. */
  edge: string | null;
  /** See {@link parseFind}. */
  find: string;
}

/** From so many callers on, the lines to a service say nothing and hide everything else. */
const HUB_CALLERS = 5;

/** Services that nearly everybody calls, such as the identity provider. */
export function findHubs(links: readonly Pick<Link, 'from' | 'to' | 'kind'>[]): Set<string> {
  const calls = links.filter(({ kind }) => kind === 'service');
  const callers = Map.groupBy(calls, ({ to }) => to);
  return new Set([...callers].flatMap(([to, all]) => (all.length >= HUB_CALLERS ? [to] : [])));
}

/** Words of the find box: plain ones are looked for, those after a minus are hidden. */
export function parseFind(text: string): { find: string[]; hide: string[] } {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    find: words.filter((word) => !word.startsWith('-')),
    hide: words
      .filter((word) => word.length > 1 && word.startsWith('-'))
      .map((word) => word.slice(1)),
  };
}

/** Whether a name is one of those looked for; everything is when nothing is looked for. */
export function isFound(name: string, text: string): boolean {
  const { find } = parseFind(text);
  return find.length === 0 || find.some((word) => name.toLowerCase().includes(word));
}

/** The nodes and lines to draw, in the catalogue's order so that the layout stays as it is. */
export function buildMap(
  fleet: Pick<FleetView, 'services' | 'resources' | 'links'>,
  view: MapView,
): MapModel {
  const { hide } = parseFind(view.find);
  const hidden = (name: string) => hide.some((word) => name.toLowerCase().includes(word));
  // What no line ends at (the proxy that carries the faults) is plumbing, not a part of the shop.
  const ends = new Set(fleet.links.flatMap((link) => [link.from, link.to]));
  const isCalled = (part: Part) => ends.has(part.name);
  const all: MapNode[] = [
    ...fleet.services.map((part): MapNode => ({
      id: part.name,
      kind: 'service',
      layer: part.layer,
      part,
    })),
    ...(view.databases ? fleet.resources.filter(isCalled) : []).map((part): MapNode => ({
      id: part.name,
      kind: 'resource',
      layer: 'data',
      part,
    })),
  ];
  const near = view.focus === null ? null : neighbours(view.focus, fleet.links);
  const nodes = all.filter((node) => !hidden(node.id) && (near === null || near.has(node.id)));
  const shown = new Set(nodes.map((node) => node.id));
  const lines = fleet.links
    .filter((link) => shown.has(link.from) && shown.has(link.to))
    .filter((link) => view.focus === null || link.from === view.focus || link.to === view.focus)
    .map((link): MapEdge => ({
      id: link.name,
      from: link.from,
      to: link.to,
      kind: link.kind,
      link,
    }));
  const hubs = view.hubs || view.focus !== null ? new Set<string>() : findHubs(fleet.links);
  // What is broken or chosen is always seen.
  const isFolded = ({ id, to, kind, link }: MapEdge) =>
    kind === 'service' && hubs.has(to) && link.faults.length === 0 && id !== view.edge;
  return {
    nodes,
    edges: lines.filter((edge) => !isFolded(edge)),
    folded: lines.filter(isFolded),
  };
}

/** A node and everything one line away. */
export function neighbours(node: string, links: readonly Pick<Link, 'from' | 'to'>[]): Set<string> {
  const near = new Set([node]);
  for (const { from, to } of links) {
    if (from === node) near.add(to);
    if (to === node) near.add(from);
  }
  return near;
}
