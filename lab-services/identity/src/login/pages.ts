const STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #16181d; --quiet: #565d6b;
  --line: #8b93a3; --accent: #1d4ed8; --on-accent: #fff; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ground: #101216; --card: #191c22; --ink: #eceef2;
  --quiet: #a7aebb; --line: #6b7383; --accent: #8ab4ff; --on-accent: #0b1220; --bad: #ff9b8f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; border-radius: .75rem; background: var(--card);
  box-shadow: 0 1px 3px rgb(0 0 0 / .2); }
h1 { margin: 0 0 .25rem; font-size: 1.375rem; }
p { margin: 0 0 1.25rem; color: var(--quiet); }
label { display: block; margin-bottom: .25rem; font-weight: 600; }
input { width: 100%; margin-bottom: 1rem; padding: .625rem .75rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .5rem; }
button { width: 100%; padding: .625rem; font: inherit; font-weight: 600; cursor: pointer; border: 0;
  border-radius: .5rem; background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
p.bad { color: var(--bad); font-weight: 600; }`;

/** Of the login page. `uid` is a path segment that the provider made. */
export interface LoginPage {
  uid: string;
  /** What was typed before; it is shown again. */
  user?: string;
  /** Why it was refused. */
  problem?: string;
}

/** The page on which people log in. Works without scripts. */
export function renderLoginPage({ uid, user = '', problem }: LoginPage): string {
  const described = problem ? ' aria-invalid="true" aria-describedby="problem"' : '';
  return page(
    'Log in',
    `<h1>Log in to the shop</h1>
<p>People of the lab: customer-001 to customer-200, support-001, admin-001.</p>
${problem ? `<p class="bad" id="problem" role="alert">${escape(problem)}</p>` : ''}
<form method="post" action="/interaction/${encodeURIComponent(uid)}">
<label for="user">User</label>
<input id="user" name="user" value="${escape(user)}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64"${described}${user ? '' : ' autofocus'}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200"${described}${user ? ' autofocus' : ''}>
<button type="submit">Log in</button>
</form>`,
  );
}

/** Says what went wrong with a request that leads nowhere. */
export function renderErrorPage(detail: string): string {
  return page(
    'Login failed',
    `<h1>This did not work</h1>
<p class="bad" role="alert">${escape(detail)}</p>
<p>Go back to where you came from and begin again.</p>`,
  );
}

/**
 * Headers of both pages: nothing from elsewhere, in nobody's frame. The answer to the form
 * redirects to a loopback address, which counts as a target of the form.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; " +
    "form-action 'self' http://127.0.0.1:* http://localhost:*",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · The shop</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
