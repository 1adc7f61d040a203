import {
  faultsSchema,
  fleetSchema,
  invariantsSchema,
  loadSchema,
  type Load,
} from '@faultline/server/contract';
import { redSnapshotSchema } from '@faultline/collector/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { duration, percent, rate, size, timeOfDay } from '../format.ts';
import { printable, type Paint } from '../terminal.ts';

/** `status`, `invariants` and `load`: how the lab is doing. */
export const statusCommands: CommandGroup = (program, context) => {
  program
    .command('status')
    .description('the fleet, its traffic and what is broken')
    .action(() => showStatus(context()));
  program
    .command('invariants')
    .description("check money, stock and sagas in the services' own data; exit 1 if one is broken")
    .action(() => showInvariants(context()));
  program
    .command('load [rps]')
    .description('show the load, or set it in requests per second (0 to 500)')
    .option('--seed <seed>', 'seed of the journeys')
    .action((rps: string | undefined, options: { seed?: string }) =>
      showLoad(context(), rps, options.seed),
    );
};

async function showStatus({ api, terminal, json }: CommandContext): Promise<void> {
  const [fleet, faults, load] = await Promise.all([
    api.get('/api/fleet', fleetSchema),
    api.get('/api/faults', faultsSchema),
    api.get('/api/load', loadSchema),
  ]);
  const red = await api.get('/api/red?window=30s', redSnapshotSchema).catch(() => null);
  if (json) {
    terminal.json({ fleet, faults, load, red });
    return;
  }
  const { paint } = terminal;
  const figures = fleet.usage
    ? `, ${size(fleet.usage.memoryBytes)}, ${percent(fleet.usage.cpuRatio)} of one core`
    : '';
  terminal.line(
    `${paint.strong('fleet')} ${byHealth(fleet.state, paint)} (${fleet.runtime} runtime${figures}), load ${load.enabled ? `${load.rps} requests/s` : 'off'}`,
  );
  if (fleet.usage?.saturated) {
    terminal.line(
      paint.warn(
        `this machine is full (${fleet.usage.cores} cores): what looks like a fault may be overload; lower the load`,
      ),
    );
  }
  if (fleet.engine?.state === 'lost') {
    const { since, detail } = fleet.engine;
    terminal.line(paint.bad(`engine lost since ${timeOfDay(since)}: ${printable(detail)}`));
  }
  if (fleet.problem) terminal.line(paint.bad(printable(fleet.problem)));
  terminal.line();
  const totals = new Map(red?.services.filter((row) => !row.operation).map((r) => [r.service, r]));
  terminal.table(
    ['part', 'instances', 'rate', 'errors', 'p95'],
    [...fleet.services, ...fleet.resources].map(({ name, instances }) => {
      const row = totals.get(name);
      return [
        name,
        instances
          .map((one) => byHealth(`${one.id.slice(name.length + 1)}:${one.state}`, paint))
          .join(' '),
        row ? rate(row.ratePerS) : '-',
        row ? percent(row.errorRatio) : '-',
        duration(row?.p95Ms ?? null),
      ];
    }),
  );
  terminal.line();
  if (faults.latched) terminal.line(paint.warn('stopped: new faults are refused until released'));
  if (faults.faults.length === 0) terminal.line('no active faults');
  for (const fault of faults.faults) {
    terminal.line(paint.ours(`⚡ ${fault.id}  ${fault.target.selector}  ${fault.summary}`));
  }
}

function byHealth(text: string, paint: Paint): string {
  if (/ready$/.test(text)) return paint.ok(text);
  if (/(crashed|degraded)$/.test(text)) return paint.bad(text);
  return /(starting|launching|paused|stopping)$/.test(text) ? paint.warn(text) : paint.muted(text);
}

async function showInvariants({ api, terminal, json }: CommandContext): Promise<void> {
  const answer = await api.get('/api/invariants', invariantsSchema);
  if (json) terminal.json(answer);
  else {
    for (const { title, holds, evidence, violations } of answer.invariants) {
      const mark = holds ? terminal.paint.ok('✓') : terminal.paint.bad('✗');
      terminal.line(`${mark} ${title}  ${terminal.paint.muted(evidence)}`);
      for (const { subject, detail } of violations) terminal.line(`    ${subject}: ${detail}`);
    }
  }
  if (!answer.holds) throw new CommandFailure(EXIT.refused, 'an invariant is broken');
}

async function showLoad(
  { api, terminal, json }: CommandContext,
  rps: string | undefined,
  seed: string | undefined,
): Promise<void> {
  const change = {
    ...(rps === undefined ? {} : { rps: numberOf('rps', rps), enabled: Number(rps) > 0 }),
    ...(seed === undefined ? {} : { seed: numberOf('--seed', seed) }),
  };
  const load =
    Object.keys(change).length > 0
      ? await api.send<Load>('PUT', '/api/load', change)
      : await api.get('/api/load', loadSchema);
  if (json) terminal.json(load);
  else {
    const { browse, checkout, history } = load.mix;
    const state = load.enabled ? `${load.rps} requests/s` : 'off';
    terminal.line(
      `${state}, browse:checkout:history ${browse}:${checkout}:${history}, seed ${load.seed}`,
    );
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandFailure(EXIT.usage, `${name} must be a number, got ${text}`);
}
