'use client';
import { useEffect, useState } from 'react';
import { fromElk, layoutKey, toElk, type ElkGraph, type MapLayout } from './layout.ts';
import type { MapModel } from './model.ts';

interface Elk {
  layout(graph: ElkGraph): Promise<ElkGraph>;
}

let engine: Promise<Elk> | null = null;

/** elk is large: it is loaded when a map is first drawn. */
function loadElk(): Promise<Elk> {
  engine ??= import('elkjs/lib/elk.bundled.js').then(
    (module) => new module.default() as unknown as Elk,
  );
  return engine;
}

/** The layout of a model; the former one stays until the new one is there. */
export function useLayout(model: MapModel, byLayer: boolean): MapLayout | null {
  const key = layoutKey(model, byLayer);
  const [done, setDone] = useState<MapLayout | null>(null);
  const [wanted, setWanted] = useState({ key, graph: toElk(model, byLayer) });
  if (wanted.key !== key) setWanted({ key, graph: toElk(model, byLayer) });
  useEffect(() => {
    let current = true;
    void loadElk()
      .then((elk) => elk.layout(wanted.graph))
      .then((graph) => {
        if (current) setDone(fromElk(graph));
      });
    return () => {
      current = false;
    };
  }, [wanted]);
  return done;
}
