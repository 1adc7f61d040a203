'use client';
import { useEffect, type ReactNode } from 'react';
import { Toaster } from '@/components/toaster.tsx';
import { PAGES } from '@/lib/pages.ts';
import { applyTheme, loadPreferences, preferences } from '@/lib/preferences.ts';
import { useStore } from '@/lib/store.ts';
import { useLiveStream } from '@/lib/stream.ts';
import { usePagePath } from '@/lib/url-state.ts';
import { Strip } from '@/features/strip/strip.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { EngineLine } from './engine-line.tsx';
import { FrameKeys } from './frame-keys.tsx';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

/** What stands around every page: rail, top bar, time strip; and the one live stream. */
export function Frame({ children }: { children: ReactNode }) {
  const path = usePagePath();
  const page = PAGES.find((candidate) => candidate.path === path);
  useLiveStream();
  useTheme();
  useEffect(() => {
    document.title = page ? `${page.title} · Faultline` : 'Faultline';
  }, [page]);
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#main"
        className="sr-only z-50 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:rounded-md focus:bg-raised focus:px-3 focus:py-1.5"
      >
        Skip to the page
      </a>
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ConnectionLine />
        <EngineLine />
        <TopBar title={page?.title ?? 'Faultline'} />
        <main id="main" className="min-h-0 flex-1">
          {children}
        </main>
        <Strip />
      </div>
      <Toaster />
      <FrameKeys />
    </div>
  );
}

function useTheme(): void {
  const { theme } = useStore(preferences);
  useEffect(loadPreferences, []);
  useEffect(() => {
    applyTheme(theme);
    const media = matchMedia('(prefers-color-scheme: light)');
    const follow = () => applyTheme(theme);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, [theme]);
}
