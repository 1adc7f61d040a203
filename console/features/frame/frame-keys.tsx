'use client';
import { useRouter } from 'next/navigation';
import dynamic from 'next/dynamic';
import { live, setPaused } from '@/lib/live.ts';
import { PAGES } from '@/lib/pages.ts';
import { useStore } from '@/lib/store.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { openOverlay, overlay } from './overlay.ts';

const Palette = dynamic(async () => (await import('@/features/palette/palette.tsx')).Palette);
const KeyList = dynamic(async () => (await import('@/features/palette/key-list.tsx')).KeyList);
const LaunchDialog = dynamic(
  async () => (await import('@/features/launch/launch-dialog.tsx')).LaunchDialog,
);

/** The keys that work everywhere, and what they open. */
export function FrameKeys() {
  const router = useRouter();
  const href = usePageHref();
  const shown = useStore(overlay);
  useKeys([
    ...PAGES.map((page) => ({
      keys: `g ${page.letter}`,
      label: page.title,
      group: 'Pages' as const,
      run: () => router.push(href(page.path)),
    })),
    {
      keys: 'mod+k',
      label: 'Search or run…',
      group: 'Everywhere',
      run: () => openOverlay('palette'),
    },
    { keys: '?', label: 'This list', group: 'Everywhere', run: () => openOverlay('keys') },
    {
      keys: 'space',
      label: 'Pause or go on',
      group: 'Everywhere',
      run: () => setPaused(!live.get().paused),
    },
    { keys: '/', label: 'Search on this page', group: 'Everywhere', run: focusSearch },
  ]);
  if (shown === 'palette') return <Palette />;
  if (shown === 'keys') return <KeyList />;
  if (shown === 'launch') return <LaunchDialog />;
  return null;
}

/** Pages mark their search field with `data-search`; without one the palette opens. */
function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  if (field) field.focus();
  else openOverlay('palette');
}
