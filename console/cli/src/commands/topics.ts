import { topicsSchema, type Topic, type TopicGroup, type Topics } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { duration, rate, timeOfDay } from '../format.ts';
import { printable, type Paint } from '../terminal.ts';
import { followMessages, showDeadLetters, type MessageOptions } from './messages.ts';
import { redrive, type RedriveOptions } from './redrive.ts';

/** Rates are measured between two looks so far apart, milliseconds. */
const MEASURE_MS = 1200;

/** `topics`: what is on the event backbone, who reads it, what was given up. */
export const topicCommands: CommandGroup = (program, context) => {
  const topics = program
    .command('topics')
    .description('topics with their rates, the lag of their readers, dead letters')
    .action(() => list(context()));
  topics
    .command('show <topic>')
    .description('partitions and consumer groups of one topic')
    .action((topic: string) => show(context(), topic));
  topics
    .command('messages <topic>')
    .description('newest messages, oldest of them first; no consumer group notices')
    .option('-n, --limit <count>', 'how many, 1 to 200', '20')
    .option('--partition <number>', 'of one partition')
    .option('--from <offset>', 'from this offset of the partition downwards')
    .option('--key <key>', 'the whole key')
    .option('--type <type>', "an event's type, or a beginning such as order.*")
    .option('-f, --follow', 'go on until interrupted')
    .action((topic: string, options: MessageOptions) => followMessages(context(), topic, options));
  topics
    .command('deadletters <topic>')
    .description('what consumers gave up on, newest first')
    .option('-n, --limit <count>', 'how many, 1 to 200', '50')
    .action((topic: string, options: { limit: string }) =>
      showDeadLetters(context(), topic, options),
    );
  topics
    .command('redrive <topic>')
    .description('send dead letters to their topic again; it cannot be undone')
    .option('--all', 'all that wait')
    .option('--offset <partition:offset...>', 'these, for instance 0:12 0:15')
    .option('-n, --limit <count>', 'at most so many, oldest first')
    .option('--dry-run', 'say what would be sent and send nothing')
    .action((topic: string, options: RedriveOptions) => redrive(context(), topic, options));
};

async function list(context: CommandContext): Promise<void> {
  const answer = await measured(context);
  const { terminal, json } = context;
  if (json) {
    terminal.json(answer);
    return;
  }
  const letters = new Set(answer.topics.map(({ deadLetters }) => deadLetters?.topic));
  const rows = answer.topics
    .filter(({ name }) => !letters.has(name))
    .flatMap((topic) => rowsOf(topic, answer.at, terminal.paint));
  if (rows.length === 0) terminal.line('no topics yet');
  else terminal.table(['topic', 'messages', 'in', 'group', 'lag', 'out', 'drained', 'dead'], rows);
}

function rowsOf(topic: Topic, at: number, paint: Paint): string[][] {
  const { name, messages, inPerS, groups, deadLetters } = topic;
  const dead =
    deadLetters === null
      ? '-'
      : deadLetters.waiting === 0
        ? '0'
        : paint.warn(`${deadLetters.waiting}${ageOf(deadLetters.oldestAt, at)}`);
  const own = [name, String(messages), perSecond(inPerS)];
  if (groups.length === 0) return [[...own, paint.muted('nobody reads it'), '', '', '', dead]];
  return groups.map((group, index) => [
    ...(index === 0 ? own : ['', '', '']),
    ...[printable(group.group), String(group.lag), perSecond(group.outPerS)],
    ...[drained(group, paint), index === 0 ? dead : ''],
  ]);
}

function ageOf(since: number | null, at: number): string {
  return since === null ? '' : `, oldest ${duration(at - since)}`;
}

function perSecond(value: number | null): string {
  return value === null ? '-' : rate(value);
}

function drained({ state, drainMs }: Pick<TopicGroup, 'state' | 'drainMs'>, paint: Paint): string {
  switch (state) {
    case 'idle':
      return paint.ok('yes');
    case 'keeping-up':
    case 'draining':
      return `in ${duration(drainMs)}`;
    case 'growing':
      return paint.warn('never, lag grows');
    case 'stuck':
      return paint.bad('never, reads nothing');
    case 'unmeasured':
      return '-';
  }
}

async function show(context: CommandContext, name: string): Promise<void> {
  const answer = await measured(context);
  const { terminal, json } = context;
  const topic = answer.topics.find((candidate) => candidate.name === name);
  if (!topic) {
    const known = answer.topics.map((one) => one.name).join(', ');
    throw new CommandFailure(EXIT.refused, `${name} is no topic; there are: ${known}`);
  }
  if (json) {
    terminal.json(topic);
    return;
  }
  terminal.line(`${terminal.paint.strong(topic.name)}  ${topic.messages} messages`);
  terminal.table(
    ['partition', 'from', 'to', 'messages', 'in'],
    topic.partitions.map(({ partition, low, high, messages, inPerS }) => [
      ...[partition, low, high, messages].map(String),
      perSecond(inPerS),
    ]),
  );
  for (const group of topic.groups) showGroup(group, context);
  if (topic.deadLetters === null) return;
  const { count, waiting, oldestAt } = topic.deadLetters;
  const since = oldestAt === null ? '' : `, the oldest since ${timeOfDay(oldestAt)}`;
  terminal.line(`\ndead letters: ${waiting} of ${count} wait${since}`);
}

function showGroup(group: TopicGroup, { terminal }: CommandContext): void {
  const { paint } = terminal;
  terminal.line(
    `\ngroup ${paint.strong(printable(group.group))}  ${group.brokerState}, ${group.members.length} members, lag ${group.lag}, drained: ${drained(group, paint)}`,
  );
  const readerOf = (partition: number): string =>
    group.members.find(({ partitions }) => partitions.includes(partition))?.clientId ?? '-';
  terminal.table(
    ['partition', 'committed', 'lag', 'out', 'drained', 'reader'],
    group.partitions.map((own) => [
      ...[String(own.partition), own.committed === null ? '-' : String(own.committed)],
      ...[String(own.lag), perSecond(own.outPerS), drained(own, paint)],
      printable(readerOf(own.partition)),
    ]),
  );
}

/** Asked twice when nobody looked before: a rate takes two looks. */
async function measured({ api }: CommandContext): Promise<Topics> {
  const first = await api.get('/api/topics', topicsSchema);
  if (first.topics.every(({ inPerS }) => inPerS !== null)) return first;
  await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
  return api.get('/api/topics', topicsSchema);
}
