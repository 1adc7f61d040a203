import type { RuntimeKind } from '@faultline/server/contract';
import { Container, Cpu } from 'lucide-react';

/** The sign of a runtime; its name stands beside it. */
export function RuntimeIcon({
  kind,
  size = 16,
  className = '',
}: {
  kind: RuntimeKind;
  size?: number;
  className?: string;
}) {
  const Icon = kind === 'docker' ? Container : Cpu;
  return <Icon size={size} strokeWidth={1.7} aria-hidden className={className} />;
}
