'use client';
import { Dialog } from 'radix-ui';
import { overlay } from '@/features/frame/overlay.ts';
import { useKeyList, type KeyBinding } from '@/lib/use-keys.ts';

const GROUPS: readonly KeyBinding['group'][] = ['This page', 'Everywhere', 'Pages'];

/** Every key that works now, behind `?`. */
export function KeyList() {
  const keys = useKeyList();
  return (
    <Dialog.Root open onOpenChange={() => overlay.set(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-1/2 left-1/2 z-50 max-h-[80dvh] w-[min(720px,92vw)] -translate-x-1/2 -translate-y-1/2 overflow-auto rounded-lg border border-line-strong bg-raised p-5 shadow-float"
        >
          <Dialog.Title className="mb-4 text-lg font-semibold text-strong">Keys</Dialog.Title>
          <div className="grid gap-6 sm:grid-cols-3">
            {GROUPS.map((group) => (
              <section key={group}>
                <h3 className="mb-2 text-xs font-semibold tracking-[.04em] text-faint uppercase">
                  {group}
                </h3>
                <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1.5">
                  {unique(keys.filter((binding) => binding.group === group)).map((binding) => (
                    <div key={binding.keys} className="contents">
                      <dt>{binding.label}</dt>
                      <dd className="text-right font-mono text-sm text-strong">
                        {spell(binding.keys)}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function unique(bindings: readonly KeyBinding[]): KeyBinding[] {
  return bindings.filter(
    (binding, index) => bindings.findIndex((other) => other.keys === binding.keys) === index,
  );
}

function spell(keys: string): string {
  return keys
    .replace('mod+', 'Ctrl ')
    .replace('shift+', 'Shift ')
    .replace('escape', 'Esc')
    .replace('space', 'Space')
    .replace('enter', 'Enter')
    .replace(/ ([a-z])$/, (_, letter: string) =>
      keys.includes('+') ? ` ${letter.toUpperCase()}` : ` ${letter}`,
    );
}
