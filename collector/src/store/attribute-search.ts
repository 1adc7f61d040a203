import type { DuckDBValue } from '@duckdb/node-api';

/**
 * `key=value` as a condition on a column of JSON attributes.
 *
 * The column holds what `JSON.stringify` wrote: quotes within strings are escaped, so the text
 * `"key":"value"` stands nowhere but at that attribute. A search for text needs no JSON parser,
 * and is ten times faster than one. A value that reads as number or boolean is also looked for
 * unquoted, followed by what ends a value.
 */
export function attributeCondition(attr: string): {
  sql: string;
  values: Record<string, DuckDBValue>;
} {
  const split = attr.indexOf('=');
  const key = JSON.stringify(attr.slice(0, split));
  const value = attr.slice(split + 1);
  const values: Record<string, DuckDBValue> = { attrText: `${key}:${JSON.stringify(value)}` };
  let sql = 'contains(attributes, $attrText)';
  if (/^(true|false|-?\d+(\.\d+)?)$/.test(value)) {
    values.attrNext = `${key}:${value},`;
    values.attrLast = `${key}:${value}}`;
    sql = `(${sql} OR contains(attributes, $attrNext) OR contains(attributes, $attrLast))`;
  }
  return { sql, values };
}
