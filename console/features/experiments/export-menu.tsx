'use client';
import { ChevronDown, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { Button } from '@/components/button.tsx';
import { MENU, MENU_ITEM } from '@/components/copy-as.tsx';

const FORMATS = [
  { ending: 'html', title: 'HTML', about: 'one file, charts inside, readable offline' },
  { ending: 'md', title: 'Markdown', about: 'for a pull request or a wiki' },
  { ending: 'json', title: 'JSON', about: 'everything that was measured' },
  { ending: 'xml', title: 'JUnit XML', about: 'for a CI service' },
] as const;

/** Reports of an ended run, as files. */
export function ExportMenu({ id }: { id: string }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button icon={<Download size={13} aria-hidden />} data-testid="run-export">
          Export <ChevronDown size={13} aria-hidden />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className={MENU}>
          {FORMATS.map(({ ending, title, about }) => (
            <DropdownMenu.Item key={ending} asChild className={MENU_ITEM}>
              <a
                href={`/api/runs/${encodeURIComponent(id)}/report.${ending}`}
                download={`${id}.${ending}`}
              >
                <span>
                  <span className="block">{title}</span>
                  <span className="block text-xs text-faint">{about}</span>
                </span>
              </a>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
