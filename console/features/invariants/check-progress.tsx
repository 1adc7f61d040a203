'use client';
import { useEffect, useState } from 'react';

/** A check is told of only when it takes long enough to wonder, milliseconds. */
const WORTH_TELLING_MS = 600;

/** A line while the books are read, with the time it takes; no height of its own, so nothing moves. */
export function CheckProgress({ isRunning }: { isRunning: boolean }) {
  return <div className="relative h-0">{isRunning && <Running />}</div>;
}

function Running() {
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setElapsedMs(performance.now() - began), 200);
    return () => clearInterval(timer);
  }, []);
  if (elapsedMs < WORTH_TELLING_MS) return null;
  return (
    <p
      role="status"
      className="absolute -top-3 right-0 left-0 flex items-center gap-2 text-xs text-muted"
    >
      <span className="h-0.5 flex-1 overflow-hidden rounded-full bg-line">
        <span className="block h-full w-1/4 animate-pulse bg-accent" />
      </span>
      Reading the books of every service, order by order: {(elapsedMs / 1000).toFixed(1)} s
    </p>
  );
}
