/** The parts of an OpenAPI document that the reference page shows. */
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content?: Record<string, { schema?: { properties?: object } }> };
  responses?: Record<string, unknown>;
}

/** The reference page of the API, made from its OpenAPI document: `docs/reference/api.md`. */
export function renderApiReference(
  document: Document,
  problems: Readonly<Record<string, readonly [number, string]>>,
): string {
  const operations = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'head')
        .map(([method, operation]) => section(method, path, operation)),
    );
  const errors = Object.entries(problems).map(
    ([code, [status, title]]) => `- \`${code}\` (${status}): ${title}`,
  );
  return `${[HEAD, ...operations, '## Errors', errors.join('\n')].join('\n\n')}\n`;
}

const HEAD = `# Control plane API

Made from \`/api/openapi.json\`; a test holds this page against it. JSON over HTTP. Errors are
\`application/problem+json\` with a stable \`code\`; \`errors\` names field, rule and value received.
Requests with a foreign \`Host\` or \`Origin\` are refused; beyond loopback a token is asked for
(\`Authorization: Bearer\`, or the login link). \`X-Faultline-Actor\` names who acts, for the audit
trail and as the owner of faults.`;

function section(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).filter((one) => one.in === 'query');
  const body = Object.keys(
    operation.requestBody?.content?.['application/json']?.schema?.properties ?? {},
  );
  const answers = Object.keys(operation.responses ?? {}).filter((code) => code !== 'default');
  return [
    `## ${method.toUpperCase()} ${path}`,
    `${operation.summary ?? ''}.`,
    ...(operation.description ? [operation.description] : []),
    [
      ...(parameters.length > 0 ? [`- query: ${names(parameters.map(({ name }) => name))}`] : []),
      ...(body.length > 0 ? [`- body: ${names(body)}`] : []),
      `- answers: ${answers.join(', ')}`,
    ].join('\n'),
  ].join('\n\n');
}

function names(list: readonly string[]): string {
  return list.map((name) => `\`${name}\``).join(', ');
}
