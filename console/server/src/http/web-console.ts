import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { App } from './app.ts';
import { sendProblem } from './errors.ts';
import { problemOf } from './problems.ts';

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Faultline</title>
<style>body{font:15px/1.6 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>The web console is not built</h1>
<p>Build it once with <code>npm run build</code> and reload this page; the lab goes on running.</p>
<p>The API is up: <a href="/api/fleet">/api/fleet</a>, described by
<a href="/api/openapi.json">/api/openapi.json</a>.</p>
</html>
`;

/**
 * Serves the static export of the web console: `/traces` is `traces.html`, what is unknown is
 * `404.html`; what carries a digest in its name may be kept for ever. Without an export a plain
 * page says how to build it.
 */
export async function serveWebConsole(app: App, webRoot: string): Promise<void> {
  mkdirSync(webRoot, { recursive: true });
  await app.register(fastifyStatic, { root: webRoot, serve: false, cacheControl: false });

  app.setNotFoundHandler(async (request, reply) => {
    const path = decodePath(request.url);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (path === null || !reads || /^\/(api|registry)(\/|$)/.test(path)) {
      const shown = request.url.split('?', 1)[0]?.slice(0, 120) ?? '';
      return sendProblem(reply, problemOf('not-found', `${request.method} ${shown} is not here`));
    }
    if (!path.endsWith('.html') && (await isFile(webRoot, path))) {
      const kept = path.startsWith('/_next/static/');
      reply.header('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache');
      return reply.sendFile(path.slice(1));
    }
    const page = await readPage(webRoot, pageOf(path));
    if (page !== null) return sendPage(reply, 200, page);
    const notFound = await readPage(webRoot, '404.html');
    return notFound === null
      ? sendPage(reply, path === '/' ? 200 : 404, NOT_BUILT)
      : sendPage(reply, 404, notFound);
  });
}

/** The export has one file a page: `/`, `/traces`, `/traces/`, `/traces.html`. */
function pageOf(path: string): string {
  const bare = path.replace(/\/+$/, '').slice(1);
  if (bare === '') return 'index.html';
  return bare.endsWith('.html') ? bare : `${bare}.html`;
}

function decodePath(url: string): string | null {
  try {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
    return path.startsWith('/') && !path.includes('\0') ? path : null;
  } catch {
    return null;
  }
}

/** Where `path` is below `webRoot`; null when it leads out of it. */
function locate(webRoot: string, path: string): string | null {
  const root = resolve(webRoot);
  const file = resolve(root, `./${path}`);
  return file.startsWith(root + sep) ? file : null;
}

async function isFile(webRoot: string, path: string): Promise<boolean> {
  const file = locate(webRoot, path);
  if (file === null) return false;
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function readPage(webRoot: string, name: string): Promise<string | null> {
  const file = locate(webRoot, name);
  return file === null ? null : readFile(file, 'utf8').catch(() => null);
}

function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('content-security-policy', policyFor(html))
    .header('x-frame-options', 'DENY')
    .send(html);
}

/**
 * A static export starts from inline scripts, which cannot carry a nonce: the policy names the
 * digest of each instead, so that no other inline script runs. Styles are set by charts inline.
 */
export function policyFor(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, code = '']) => createHash('sha256').update(code).digest('base64'))
    .map((digest) => `'sha256-${digest}'`);
  return [
    "default-src 'self'",
    `script-src 'self' ${[...new Set(scripts)].join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
