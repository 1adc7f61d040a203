import type { FaultTarget } from '../model.ts';

/** Names of the proxies a target stands for; none for instances. */
export function proxiesOf(target: FaultTarget): string[] {
  switch (target.kind) {
    case 'link':
      return target.proxies.map(({ proxy }) => proxy);
    case 'links':
      return target.links.flatMap((link) => proxiesOf(link));
    case 'instances':
      return [];
  }
}
