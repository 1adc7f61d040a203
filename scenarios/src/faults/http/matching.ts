import { numberField, textField } from '../fields.ts';

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** Which requests a fault of HTTP means, and how many of them; shared by all its kinds. */
export const matchingShape = {
  method: textField({
    ...{ title: 'Method', description: 'Only requests with this method; empty: any' },
    ...{ longest: 20, rule: /^[A-Za-z]*$/ },
  }),
  path: textField({
    title: 'Path',
    description: 'Only requests with this path, without query; * is a wildcard; empty: any',
  }),
  header: textField({
    title: 'Header',
    description: 'Only requests with this header: name, or name: value with *; empty: any',
    rule: new RegExp(`^(${TOKEN}(:[^\\p{Cc}]*)?)?$`, 'u'),
  }),
  share: numberField({
    ...{ title: 'Share of requests', unit: 'ratio', minimum: 0, maximum: 1, default: 1 },
    description: 'Each request that matches draws once whether it is hit',
  }),
};

/** A header's name. */
export const HEADER_NAME = new RegExp(`^${TOKEN}$`);

/** See {@link matchingShape}. */
export interface Matching {
  method: string;
  path: string;
  header: string;
  share: number;
}

/** The requests that are meant, when not all: ` of POST /v1/*, 25 % of them`. */
export function sayRequests({ method, path, header, share }: Matching): string {
  const line = [method.toUpperCase(), path].filter((one) => one !== '').join(' ');
  const meant = [line, header === '' ? '' : `with ${header}`].filter((one) => one !== '').join(' ');
  const some = share === 1 ? '' : `, ${Number((share * 100).toFixed(1))} % of them`;
  return `${meant === '' ? '' : ` for ${meant}`}${some}`;
}
