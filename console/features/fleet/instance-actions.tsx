'use client';
import type { Instance, InstanceAction } from '@faultline/server/contract';
import { ChevronRight, Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { copy, MENU, MENU_ITEM } from '@/components/copy-as.tsx';
import { IconButton } from '@/components/button.tsx';
import { actions } from '@/lib/actions.ts';
import { asCli } from '@/lib/copy-as.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { ACTION_WORDS, possibleActions } from './instance-moves.ts';

/** What can be done to an instance in its present state. */
export function InstanceActions({
  instance,
  onOutput,
}: {
  instance: Instance;
  /** Shows the output; without it the line is left out. */
  onOutput?: () => void;
}) {
  const { run, busy } = useAction();
  const perform = (what: InstanceAction) =>
    run(actions.instance(instance.id, what), {
      failed: `Could not ${ACTION_WORDS[what].title.toLowerCase()} ${instance.id}`,
      invalidate: [queryKeys.fleet],
      done: () => {
        const back = ACTION_WORDS[what].undo;
        return {
          tone: 'fault',
          topic: instance.id,
          text: `${ACTION_WORDS[what].done} ${instance.id}`,
          ...(back ? { undo: { label: ACTION_WORDS[back].title, run: () => perform(back) } } : {}),
        };
      },
    });
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton
          label={`Actions on ${instance.id}`}
          size="small"
          busy={busy}
          data-testid={`actions-${instance.id}`}
          onClick={(event) => event.stopPropagation()}
        >
          <Ellipsis size={14} />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className={MENU}
          onClick={(event) => event.stopPropagation()}
        >
          {possibleActions(instance.state).map((what) => (
            <DropdownMenu.Item key={what} className={MENU_ITEM} onSelect={() => perform(what)}>
              <span className="min-w-18">{ACTION_WORDS[what].title}</span>
              <span className="text-xs text-faint">{ACTION_WORDS[what].about}</span>
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          {onOutput && (
            <DropdownMenu.Item className={MENU_ITEM} onSelect={onOutput}>
              Show output
            </DropdownMenu.Item>
          )}
          <DropdownMenu.Sub>
            <DropdownMenu.SubTrigger className={MENU_ITEM}>
              <span className="flex-1">Copy as CLI</span>
              <ChevronRight size={12} aria-hidden />
            </DropdownMenu.SubTrigger>
            <DropdownMenu.Portal>
              <DropdownMenu.SubContent className={MENU}>
                {possibleActions(instance.state).map((what) => (
                  <DropdownMenu.Item
                    key={what}
                    className={MENU_ITEM}
                    onSelect={() =>
                      copy(
                        asCli(actions.instance(instance.id, what), window.location.origin) ?? '',
                        'CLI command',
                      )
                    }
                  >
                    {ACTION_WORDS[what].title}
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.SubContent>
            </DropdownMenu.Portal>
          </DropdownMenu.Sub>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
