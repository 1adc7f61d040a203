'use client';
import { useMemo } from 'react';
import { flag, optional, text } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';

/** What is chosen on the map, and how it is drawn: all of it in the URL. */
export function useMapSelection() {
  const [node] = useUrlState('node', optional);
  const [edge] = useUrlState('edge', optional);
  const [focus] = useUrlState('focus', optional);
  const [find, setFind] = useUrlState('find', text);
  const [databases, setDatabases] = useUrlState('databases', DATABASES);
  const [byLayer, setByLayer] = useUrlState('layers', LAYERS);
  const [hubs, setHubs] = useUrlState('hubs', HUBS);
  return {
    ...{ node, edge, focus, find, setFind, databases, setDatabases, byLayer, setByLayer },
    ...{ hubs, setHubs },
  };
}

/** Ways to change the selection; stable, so that boxes need not be drawn again. */
export function useMapMoves() {
  return useMemo(
    () => ({
      chooseNode: (node: string) => setUrl({ node, edge: null }, 'push'),
      chooseEdge: (edge: string) => setUrl({ edge, node: null }, 'push'),
      close: () => setUrl({ node: null, edge: null }, 'push'),
      focusOn: (focus: string | null) => setUrl({ focus }, 'push'),
    }),
    [],
  );
}

const DATABASES = flag(true);
const LAYERS = flag(false);
const HUBS = flag(false);
