/**
 * Where the stand-in differs from Toxiproxy on purpose. Each one is a row of the reference page
 * (docs/reference/tcp-proxy.md) and is shown on both servers by `differences.test.ts`, so that one
 * that disappears, on either side, is noticed.
 */
export const KNOWN_DIFFERENCES = {
  'slicer-size': {
    toxiproxy: 'slicer without `average_size`: the process dies at the first byte',
    here: '400 with field, rule and value',
    why: 'a fault injector must not be the fault',
  },
  'negative-rate': {
    toxiproxy: 'bandwidth with a negative rate: the process dies at the first byte',
    here: '400 with field, rule and value',
    why: 'a fault injector must not be the fault',
  },
  'toxicity-range': {
    toxiproxy: 'toxicity 7 and negative times are stored',
    here: '400 unless 0 to 1, and at least 0',
    why: 'they are mistakes',
  },
  'reset-live': {
    toxiproxy: 'reset_peer sends RST only to connections opened after it',
    here: 'RST to every link it hits',
    why: 'a fault does what it says',
  },
  'reset-spared': {
    toxiproxy: 'reset_peer makes every close a RST, even at toxicity 0',
    here: 'a link that is spared closes in order',
    why: 'a fault hits no other',
  },
  'reset-removal': {
    toxiproxy: 'reset_peer blocks its own removal for the rest of its wait, then resets',
    here: 'removal is immediate; data that waited is delivered',
    why: 'undo must be quick',
  },
  'control-waits': {
    toxiproxy: 'changes wait for every link, and other calls for them',
    here: 'calls return at once, links follow',
    why: 'control must not depend on data',
  },
  'dial-blocks': {
    toxiproxy: 'one dial at a time, without a time limit; meanwhile no other client and no removal',
    here: 'concurrent dials, 10 s each',
    why: 'one dead upstream must not block a proxy',
  },
  'half-close': {
    toxiproxy: 'half-close is lost',
    here: 'kept; `-half-close=false` for parity',
    why: 'protocols that end their request need the reply',
  },
  'live-metrics': {
    toxiproxy: 'bytes are counted when a connection ends',
    here: 'live',
    why: 'an open connection is the interesting one',
  },
  'runtime-metrics': {
    toxiproxy: '`-runtime-metrics` shows the Go runtime (`go_*`)',
    here: 'the Node runtime (`nodejs_*`)',
    why: 'it is another runtime; `process_*` is common to both',
  },
  'neighbour-redraw': {
    toxiproxy: "a link's toxicity is drawn again when a neighbouring toxic comes or goes",
    here: 'only when the toxic itself changes',
    why: 'a fault must not move by itself',
  },
  'wildcard-populate': {
    toxiproxy: '`listen` `:80` differs from `[::]:80` in populate',
    here: 'equal',
    why: 'it cut live connections for nothing',
  },
  'reset-stops': {
    toxiproxy: 'reset stops at the first proxy that cannot start',
    here: 'heals all others, then answers 500',
    why: 'stop all must stop all',
  },
  'seed-ignored': {
    toxiproxy: '`-seed` is ignored',
    here: 'obeyed',
    why: 'experiments repeat',
  },
  'slash-names': {
    toxiproxy: 'names with `/` are accepted and lost',
    here: '400',
    why: 'they could never be addressed',
  },
  'nested-toxics': {
    toxiproxy: '`toxics` in create and populate are ignored',
    here: 'created, or the whole request is refused',
    why: 'one call sets a line up',
  },
  leases: {
    toxiproxy: '`ttl_ms` and `seed` of a toxic are ignored',
    here: 'a lease and a seed of its own, shown in replies',
    why: 'a fault whose owner is gone must end',
  },
  'double-slash': {
    toxiproxy: '`//proxies` is redirected',
    here: '404',
    why: 'no client needs it',
  },
  'packet-loss': {
    toxiproxy: '2.12 has no `packet_loss`; the later one drops bytes of the stream',
    here: 'the same (`mode: drop`), or late data (`mode: retransmit`)',
    why: 'TCP repeats what a network loses',
  },
  'http-toxic': {
    toxiproxy: 'no `http` toxic (`invalid toxic type`)',
    here: 'single requests are answered, delayed, aborted, changed',
    why: 'services without a chassis need faults of requests, too',
  },
  'more-endpoints': {
    toxiproxy: 'no `/connections`, no `/events`',
    here: 'both',
    why: 'an experiment wants to see what it hits',
  },
  strangers: {
    toxiproxy: 'any `Origin` and `Host` is answered',
    here: '403 for an `Origin`, and on loopback for a foreign `Host`',
    why: 'a web page must not break the lab (DNS rebinding)',
  },
  'parser-texts': {
    toxiproxy: 'parser texts of Go in 400 answers',
    here: 'the same prefix, our text',
    why: 'they name the field and the rule',
  },
  'whole-numbers': {
    toxiproxy: 'attributes written as `1.0` or `1e3` are refused',
    here: 'accepted: they are whole numbers',
    why: 'JSON does not tell them apart',
  },
  logger: {
    toxiproxy: 'replies carry an empty `"Logger":{}`',
    here: 'left out',
    why: 'a slip of the original that no client reads',
  },
  version: {
    toxiproxy: 'the version is that of the build (`git` when built from the module)',
    here: '`2.12.0+faultline-...`',
    why: 'clients look for the API level, people for the program',
  },
} as const;

export type DifferenceId = keyof typeof KNOWN_DIFFERENCES;

/** The rows of the reference page. */
export function differenceRows(): readonly string[] {
  return Object.values(KNOWN_DIFFERENCES).map(
    ({ toxiproxy, here, why }) => `| ${toxiproxy} | ${here} | ${why} |`,
  );
}
