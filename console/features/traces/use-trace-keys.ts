'use client';
import type { RefObject } from 'react';
import { useKeys, type KeyBinding } from '@/lib/use-keys.ts';
import { collapsible, isSelected, type Folds, type WaterfallRow } from './rows.ts';
import type { SpanTree } from './tree.ts';
import { pan, zoom, type Viewport } from './viewport.ts';

/** Rows that `w` and `s` scroll by. */
const SCROLL_PX = 200;

/** What the keys of a trace work on. */
export interface TraceKeys {
  tree: SpanTree;
  rows: readonly WaterfallRow[];
  selected: string | null;
  select: (spanId: string | null) => void;
  folds: Folds;
  setFolds: (folds: Folds) => void;
  viewport: Viewport;
  setViewport: (viewport: Viewport) => void;
  scroller: RefObject<HTMLDivElement | null>;
}

/**
 * The keys of a trace: scroll, next and previous span, pan and zoom, collapse and expand.
 *
 * @param hasRows whether the lines are on screen; without them the keys for lines are free
 */
export function useTraceKeys(trace: TraceKeys, hasRows: boolean): void {
  const { tree, rows, selected, select, folds, setFolds, viewport, setViewport, scroller } = trace;
  const { durationMs } = tree;
  const step = (by: 1 | -1) => {
    const spans = rows.filter((row) => row.kind === 'span');
    const index = spans.findIndex((row) => isSelected(row, selected));
    const next = spans[index === -1 ? 0 : index + by];
    if (next) select(next.id);
  };
  const scroll = (px: number) => scroller.current?.scrollBy({ top: px });
  const key = (keys: string, label: string, run: () => void): KeyBinding => ({
    keys,
    label,
    group: 'This page',
    run,
  });
  // `]` opens what `[` closed; when all is open it also parts calls from their only attempts.
  const expand = () =>
    setFolds({ collapsed: new Set(), attempts: folds.collapsed.size > 0 && folds.attempts });
  const collapse = () =>
    setFolds({
      collapsed: folds.attempts ? new Set(collapsible(tree)) : new Set(),
      attempts: true,
    });
  useKeys(
    [
      key('w', 'Scroll up', () => scroll(-SCROLL_PX)),
      key('s', 'Scroll down', () => scroll(SCROLL_PX)),
      key('f', 'Next span', () => step(1)),
      key('b', 'Previous span', () => step(-1)),
      key('j', 'Next span', () => step(1)),
      key('k', 'Previous span', () => step(-1)),
      key('[', 'Collapse all', collapse),
      key(']', 'Expand all, then show every attempt', expand),
    ],
    hasRows,
  );
  useKeys([
    key('arrowleft', 'Move to earlier', () => setViewport(pan(viewport, -0.2, durationMs))),
    key('arrowright', 'Move to later', () => setViewport(pan(viewport, 0.2, durationMs))),
    key('arrowup', 'Zoom in', () => setViewport(zoom(viewport, 0.7, durationMs))),
    key('arrowdown', 'Zoom out', () => setViewport(zoom(viewport, 1 / 0.7, durationMs))),
  ]);
}
