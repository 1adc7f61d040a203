import clsx from 'clsx';

/** A key or a sequence of keys. Hidden from readers: the action's own label says it. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  return (
    <kbd aria-hidden className={clsx('font-mono text-xs whitespace-nowrap text-faint', className)}>
      {keys}
    </kbd>
  );
}
