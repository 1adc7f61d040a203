import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import { Suspense, type ReactNode } from 'react';
import { Frame } from '@/features/frame/frame.tsx';
import { Providers } from '@/features/frame/providers.tsx';
import { THEME_SCRIPT } from '@/lib/theme-script.ts';

export const metadata: Metadata = {
  title: 'Faultline',
  description: 'Break the lines between services and see what happens',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme="dark" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <Providers>
          <Suspense>
            <Frame>{children}</Frame>
          </Suspense>
        </Providers>
      </body>
    </html>
  );
}
