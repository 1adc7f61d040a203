/** Most texts that get a name: what is made at run time must not fill the connections' memory. */
export const MOST_STATEMENTS = 100;

/**
 * Names for statements with parameters: each connection then has PostgreSQL parse and plan a text
 * once. Undefined for texts beyond the first {@link MOST_STATEMENTS}, which are sent whole each time.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST_STATEMENTS) return known;
    const name = `s${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}
