import { secretsSchema, type SecretView } from '@faultline/server/contract';
import type { CommandContext, CommandGroup } from '../command.ts';

/** `secrets`: which there are, and new ones while the fleet runs. */
export const secretCommands: CommandGroup = (program, context) => {
  const secrets = program
    .command('secrets')
    .description('secrets of the launch, never their values');
  secrets
    .command('list')
    .description('kinds of secrets, and when each was replaced')
    .action(async () => {
      const { api, terminal, json } = context();
      const { secrets: views } = await api.get('/api/secrets', secretsSchema);
      if (json) terminal.json(views);
      else {
        const rows = views.map(({ what, title, rotatedAt }) => [what, title, when(rotatedAt)]);
        terminal.table(['what', 'secrets', 'replaced'], rows);
      }
    });
  secrets
    .command('rotate <what>')
    .description(
      'replace certificates, authority, clients, database, internal or assertion-key while the fleet runs',
    )
    .action((what: string) => rotate(context(), what));
};

async function rotate({ api, terminal, json }: CommandContext, what: string): Promise<void> {
  const { secrets } = secretsSchema.parse(await api.send('POST', '/api/secrets/rotate', { what }));
  const view = secrets.find((one) => one.what === what);
  if (json) terminal.json(view);
  else terminal.line(`${what} replaced. ${view?.effect ?? ''}`);
}

function when(at: SecretView['rotatedAt']): string {
  return at === null ? 'not since the launch' : new Date(at).toISOString();
}
