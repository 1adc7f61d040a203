import clsx from 'clsx';
import { serviceColour } from '@/lib/services.ts';

/** A service or instance under its one colour. */
export function ServiceName({
  service,
  name = service,
  strong = false,
  className,
}: {
  service: string;
  /** The text, when it is more than the service: an instance's id. */
  name?: string;
  strong?: boolean;
  className?: string;
}) {
  return (
    <span className={clsx('inline-flex min-w-0 items-center gap-1.5', className)}>
      <i
        aria-hidden
        className="h-3 w-[3px] shrink-0 rounded-full"
        style={{ background: serviceColour(service) }}
      />
      <span className={clsx('truncate', strong && 'font-semibold text-strong')}>{name}</span>
    </span>
  );
}
