'use client';
import { ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { asCli, asCurl, asYaml, type Action } from '@/lib/copy-as.ts';
import { toast, toastFailure } from '@/lib/toasts.ts';
import { Button } from './button.tsx';

/**
 * Copies an action as a CLI command; the menu beside it offers curl and YAML: that of the action's
 * body, or `document` where the action is about one.
 */
export function CopyAs({ action, document }: { action: Action; document?: string }) {
  const cli = () => asCli(action, window.location.origin) ?? '';
  const spoken = action.cli !== null;
  const yaml = document ?? asYaml(action);
  const curl = () => asCurl(action, window.location.origin);
  return (
    <span className="inline-flex">
      <Button
        className="rounded-r-none"
        onClick={() => copy(spoken ? cli() : curl(), spoken ? 'CLI command' : 'curl command')}
      >
        {spoken ? 'Copy as CLI' : 'Copy as curl'}
      </Button>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button aria-label="Copy as …" className="-ml-px rounded-l-none px-1!">
            <ChevronDown size={13} />
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={4} className={MENU}>
            {spoken && <Item label="CLI command" preview={cli()} />}
            <Item label="curl command" preview={curl()} />
            {yaml !== null && <Item label="YAML" preview={yaml} />}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </span>
  );
}

/** Classes of a floating menu. */
export const MENU =
  'z-50 min-w-40 max-w-90 rounded-md border border-line-strong bg-raised p-1 shadow-float text-normal';
/** Classes of one line of a floating menu. */
export const MENU_ITEM =
  'flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1 outline-none data-highlighted:bg-hover data-highlighted:text-strong data-disabled:pointer-events-none data-disabled:opacity-50';

function Item({ label, preview }: { label: string; preview: string }) {
  return (
    <DropdownMenu.Item className={MENU_ITEM} onSelect={() => copy(preview, label)}>
      <span className="min-w-0">
        <span className="block">{label}</span>
        <span className="block truncate font-mono text-xs text-faint">{preview}</span>
      </span>
    </DropdownMenu.Item>
  );
}

/** Puts `value` on the clipboard and says so. */
export function copy(value: string, what: string): void {
  navigator.clipboard.writeText(value).then(
    () => toast({ tone: 'done', text: `Copied as ${what}` }),
    (error: unknown) => toastFailure('Could not copy', error),
  );
}
