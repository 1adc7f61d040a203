/**
 * Reads a `.dockerignore` as the engine does: patterns line by line, `#` for comments, `!` takes
 * back, the last one that fits decides; `*` and `?` stay within a folder, `**` does not. A pattern
 * that fits a folder fits all below it.
 *
 * @returns whether a path (relative, with slashes) is left out
 */
export function readIgnoreRules(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const takesBack = line.startsWith('!');
      const pattern = (takesBack ? line.slice(1) : line).trim().replace(/^\/+|\/+$/g, '');
      return { takesBack, pattern: toRegExp(pattern) };
    });
  return (path) => {
    const decisive = rules.findLast(({ pattern }) => pattern.test(path));
    return decisive !== undefined && !decisive.takesBack;
  };
}

function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    switch (part) {
      case '**/':
        return '(?:.*/)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      default:
        return `\\${part}`;
    }
  });
  return new RegExp(`^${source}(?:/.*)?$`);
}
