import type { NextConfig } from 'next';

/** In development the API comes from a running control plane; `next build` makes plain files. */
const api = process.env['FAULTLINE_API'] ?? 'http://127.0.0.1:3000';
const development = process.env.NODE_ENV === 'development';

const config: NextConfig = {
  ...(development
    ? { rewrites: async () => [{ source: '/api/:path*', destination: `${api}/api/:path*` }] }
    : { output: 'export' as const }),
  reactStrictMode: true,
  // Compressed responses are buffered, which would hold back server-sent events.
  compress: false,
  devIndicators: false,
  images: { unoptimized: true },
};

export default config;
