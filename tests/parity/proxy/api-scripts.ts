/** One request: method, path, body (text as it is, anything else as JSON), headers. */
export type Step = readonly [
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
];

/** Requests that both servers answer in the same way, status, headers and body alike. */
export interface Script {
  readonly title: string;
  /** `{taken}` in a body or path stands for a port that something else listens on. */
  readonly steps: readonly Step[];
}

const UP = '127.0.0.1:9';
const LINE = { name: 'line', listen: '127.0.0.1:0', upstream: UP };
const CREATE: Step = ['POST', '/proxies', LINE];
const TOXICS = '/proxies/line/toxics';

/** Every toxic with its attributes in full, as a client sends them. */
export const EVERY_TOXIC = [
  { type: 'latency', attributes: { latency: 1000, jitter: 100 } },
  { type: 'bandwidth', attributes: { rate: 100 } },
  { type: 'slow_close', attributes: { delay: 100 } },
  { type: 'timeout', attributes: { timeout: 1000 } },
  { type: 'reset_peer', attributes: { timeout: 2000 } },
  { type: 'slicer', attributes: { average_size: 64, size_variation: 32, delay: 10 } },
  { type: 'limit_data', attributes: { bytes: 1000 } },
  { type: 'noop', attributes: {} },
] as const;

const routing: readonly Script[] = [
  {
    title: 'unknown paths, wrong methods, trailing slashes',
    steps: [
      ['GET', '/'],
      ['GET', '/nowhere'],
      ['GET', '/proxies/'],
      ['GET', '/proxies/line/'],
      ['GET', '/proxies/line/toxics/'],
      ['GET', '/proxies/line/toxics/a/b'],
      ['GET', '/version/'],
      ['GET', '/metrics'],
      ['PUT', '/proxies'],
      ['DELETE', '/proxies'],
      ['PATCH', '/proxies'],
      ['HEAD', '/proxies'],
      ['OPTIONS', '/proxies'],
      ['PUT', '/proxies/line'],
      ['DELETE', TOXICS],
      ['PUT', `${TOXICS}/x`],
      ['GET', '/reset'],
      ['GET', '/populate'],
      ['POST', '/version'],
    ],
  },
  {
    title: 'things that do not exist',
    steps: [
      ['GET', '/proxies/nobody'],
      ['POST', '/proxies/nobody', {}],
      ['PATCH', '/proxies/nobody', '{'],
      ['DELETE', '/proxies/nobody'],
      ['GET', '/proxies/nobody/toxics'],
      ['POST', '/proxies/nobody/toxics', '{'],
      ['GET', '/proxies/nobody/toxics/x'],
      ['PATCH', '/proxies/nobody/toxics/x', {}],
      ['DELETE', '/proxies/nobody/toxics/x'],
      CREATE,
      ['GET', `${TOXICS}/x`],
      ['POST', `${TOXICS}/x`, {}],
      ['PATCH', `${TOXICS}/x`, '{'],
      ['DELETE', `${TOXICS}/x`],
    ],
  },
  {
    title: 'browsers, by their user agent',
    steps: [
      ['GET', '/proxies', undefined, { 'User-Agent': 'Mozilla/5.0 (X11)' }],
      ['POST', '/reset', undefined, { 'User-Agent': 'Mozilla/5.0 (X11)' }],
      ['GET', '/nowhere', undefined, { 'User-Agent': 'Mozilla/5.0 (X11)' }],
      ['PUT', '/proxies', undefined, { 'User-Agent': 'Mozilla/5.0 (X11)' }],
      ['GET', '/proxies', undefined, { 'User-Agent': 'curl/8 Mozilla/5.0' }],
    ],
  },
  {
    title: 'queries and encoded paths',
    steps: [
      CREATE,
      ['GET', '/proxies?x=1'],
      ['GET', '/proxies/%6Cine'],
      ['GET', '/proxies/a%2Fb'],
      ['POST', '/proxies', { ...LINE, name: 'größe & co' }],
      ['GET', `/proxies/${encodeURIComponent('größe & co')}`],
      ['DELETE', `/proxies/${encodeURIComponent('größe & co')}`],
    ],
  },
];

const proxies: readonly Script[] = [
  {
    title: 'the life of a proxy',
    steps: [
      ['GET', '/proxies'],
      CREATE,
      CREATE,
      ['POST', '/proxies', { ...LINE, listen: 'bad' }],
      ['POST', '/proxies', { ...LINE, name: 'alpha' }],
      ['GET', '/proxies'],
      ['GET', '/proxies/line'],
      ['POST', '/proxies/line', {}],
      ['PATCH', '/proxies/line', {}],
      ['PATCH', '/proxies/line', null],
      ['PATCH', '/proxies/line', { name: 'other', toxics: [{ type: 'noop' }] }],
      ['PATCH', '/proxies/line', { upstream: '127.0.0.1:8' }],
      ['PATCH', '/proxies/line', { upstream: '' }],
      ['PATCH', '/proxies/line', { enabled: false }],
      ['GET', '/proxies/line'],
      ['PATCH', '/proxies/line', { enabled: false }],
      ['PATCH', '/proxies/line', { enabled: true }],
      ['DELETE', '/proxies/line'],
      ['DELETE', '/proxies/line'],
      ['GET', '/proxies'],
    ],
  },
  {
    title: 'bodies of a proxy that say too little or too much',
    steps: [
      ['POST', '/proxies', ''],
      ['POST', '/proxies', ' \n '],
      ['POST', '/proxies', '{'],
      ['POST', '/proxies', '{"name":"x"'],
      ['POST', '/proxies', null],
      ['POST', '/proxies', {}],
      ['POST', '/proxies', { name: 'x' }],
      ['POST', '/proxies', { name: '', upstream: UP }],
      ['POST', '/proxies', { name: null, upstream: UP }],
      ['POST', '/proxies', { upstream: UP }],
      ['POST', '/proxies', { name: 'x', upstream: '' }],
      ['POST', '/proxies', `${JSON.stringify({ ...LINE, name: 'trailing' })} {"more": tru`],
      ['POST', '/proxies', { NAME: 'cased', LiStEn: '127.0.0.1:0', UPSTREAM: UP, ENABLED: false }],
      ['POST', '/proxies', { ...LINE, name: 'nulls', enabled: null }],
      ['POST', '/proxies', { ...LINE, name: 'more', unknown: { a: [1] } }],
      ['POST', '/proxies', { ...LINE, name: 'typed' }, { 'Content-Type': 'text/html' }],
      ['GET', '/proxies'],
    ],
  },
  {
    title: 'addresses',
    steps: [
      ['POST', '/proxies', { ...LINE, name: 'off', enabled: false, listen: 'localhost:0' }],
      ['PATCH', '/proxies/off', { enabled: true }],
      ['POST', '/proxies', { ...LINE, name: 'any', listen: '' }],
      ['POST', '/proxies', { ...LINE, name: 'any0', listen: ':0' }],
      ['POST', '/proxies', { ...LINE, name: 'wild', listen: '0.0.0.0:0' }],
      ['POST', '/proxies', { ...LINE, name: 'v6', listen: '[::1]:0' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: 'badhost' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: 'a:b:c' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '[::1' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '[::1]' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '[::1]x:80' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '127.0.0.1:99999' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '127.0.0.1:-1' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '192.0.2.1:0' }],
      ['POST', '/proxies', { ...LINE, name: 'bad', listen: '127.0.0.1:{taken}' }],
      ['GET', '/proxies/bad'],
      ['PATCH', '/proxies/any', { listen: 'zzz' }],
      ['PATCH', '/proxies/any', { listen: '127.0.0.1:99999' }],
      ['PATCH', '/proxies/any', { listen: '127.0.0.1:{taken}' }],
      ['GET', '/proxies/any'],
      ['PATCH', '/proxies/any', { listen: '127.0.0.1:0', enabled: true }],
      ['POST', '/proxies', { ...LINE, name: 'odd', upstream: 'no port', enabled: false }],
    ],
  },
];

const populate: readonly Script[] = [
  {
    title: 'populate',
    steps: [
      ['POST', '/populate', []],
      ['POST', '/populate', [LINE, { ...LINE, name: 'off', enabled: false }]],
      ['POST', TOXICS, { type: 'noop' }],
      ['PATCH', '/proxies/line', { enabled: false }],
      ['POST', '/populate', [{ ...LINE, name: 'off', listen: '127.0.0.1:0', enabled: true }]],
      ['POST', '/populate', [{ ...LINE, upstream: '127.0.0.1:8' }]],
      ['GET', '/proxies'],
      ['POST', '/populate', [LINE, { listen: '127.0.0.1:0', upstream: UP }]],
      ['POST', '/populate', [{ ...LINE, name: 'new' }, { name: 'x' }]],
      ['GET', '/proxies/new'],
      [
        'POST',
        '/populate',
        [
          { ...LINE, name: 'new' },
          { ...LINE, name: 'x', listen: 'zzz' },
        ],
      ],
      ['GET', '/proxies/new'],
      ['POST', '/populate', [{ ...LINE, name: 'x', listen: '127.0.0.1:{taken}' }]],
      ['POST', '/populate', ''],
      ['POST', '/populate', '['],
      ['GET', '/proxies'],
    ],
  },
  {
    title: 'reset',
    steps: [
      ['POST', '/reset'],
      CREATE,
      ['POST', TOXICS, { type: 'noop' }],
      ['POST', TOXICS, { type: 'latency', stream: 'upstream' }],
      ['PATCH', '/proxies/line', { enabled: false }],
      ['GET', '/proxies/line'],
      ['POST', '/reset', 'ignored'],
      ['GET', '/proxies/line'],
    ],
  },
];

const toxics: readonly Script[] = [
  {
    title: 'every toxic, created, shown, changed and removed on both streams',
    steps: [
      CREATE,
      ...EVERY_TOXIC.flatMap((toxic): Step[] => [
        ['POST', TOXICS, toxic],
        ['POST', TOXICS, { ...toxic, stream: 'upstream', toxicity: 0.5 }],
        ['GET', `${TOXICS}/${toxic.type}_upstream`],
        ['POST', `${TOXICS}/${toxic.type}_upstream`, { toxicity: 0.25 }],
        ['PATCH', `${TOXICS}/${toxic.type}_downstream`, { attributes: {} }],
        ['PATCH', `${TOXICS}/${toxic.type}_downstream`, { attributes: null }],
      ]),
      ['GET', TOXICS],
      ['GET', '/proxies/line'],
      ...EVERY_TOXIC.map(({ type }): Step => ['DELETE', `${TOXICS}/${type}_upstream`]),
      ['GET', TOXICS],
    ],
  },
  {
    title: 'attributes, one by one',
    steps: [
      CREATE,
      ...['latency', 'bandwidth', 'slow_close', 'timeout', 'reset_peer', 'limit_data', 'noop'].map(
        (type): Step => ['POST', TOXICS, { type }],
      ),
      ['PATCH', `${TOXICS}/latency_downstream`, { attributes: { latency: 7 } }],
      ['PATCH', `${TOXICS}/latency_downstream`, { attributes: { jitter: 3, unknown: 1 } }],
      ['PATCH', `${TOXICS}/latency_downstream`, { attributes: { LATENCY: 8, Jitter: null } }],
      ['PATCH', `${TOXICS}/latency_downstream`, { toxicity: null, name: 'x', type: 'noop' }],
      ['PATCH', `${TOXICS}/latency_downstream`, { stream: 'upstream' }],
      ['PATCH', `${TOXICS}/latency_downstream`, ''],
      ['PATCH', `${TOXICS}/latency_downstream`, '{'],
      ['GET', TOXICS],
    ],
  },
  {
    title: 'names, streams and toxicity',
    steps: [
      CREATE,
      ['POST', TOXICS, { type: 'latency', stream: 'UPSTREAM' }],
      ['POST', TOXICS, { type: 'latency', stream: 'Downstream', name: 'mine' }],
      ['POST', TOXICS, { type: 'latency', stream: 'upstream', name: 'mine' }],
      ['POST', TOXICS, { type: 'latency', stream: '' }],
      ['POST', TOXICS, { type: 'latency', stream: 'sideways' }],
      ['POST', TOXICS, { type: 'nothing' }],
      ['POST', TOXICS, { type: 'nothing', stream: 'sideways' }],
      ['POST', TOXICS, { type: 'nothing', name: 'mine' }],
      ['POST', TOXICS, {}],
      ['POST', TOXICS, null],
      ['POST', TOXICS, ''],
      ['POST', TOXICS, { type: 'noop', name: 'null', stream: null, toxicity: null }],
      ['POST', TOXICS, { type: 'noop', name: 'shown', attributes: null }],
      ...[0, 1, 0.1, 0.3, 1 / 3, 1e-7, 1e-6, 0.123456789, 0.99999999].map((toxicity): Step => [
        'POST',
        TOXICS,
        { type: 'noop', name: `share ${toxicity}`, toxicity },
      ]),
      ['GET', `${TOXICS}/share%200.1`],
      ['GET', '/proxies/line'],
    ],
  },
];

/** All scripts, by subject. */
export const SCRIPTS: readonly Script[] = [...routing, ...proxies, ...populate, ...toxics];
