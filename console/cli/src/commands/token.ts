import { tokenSchema } from '@faultline/server/contract';
import type { CommandGroup } from '../command.ts';

/** `token`: try the shop by hand. */
export const tokenCommands: CommandGroup = (program, context) => {
  program
    .command('token <user>')
    .description(
      'log customer-001 to customer-200, support-001 or admin-001 in; print an access token',
    )
    .option('-p, --password', 'print the password for the login page instead')
    .action(async (user: string, { password }: { password?: boolean }) => {
      const { api, terminal, json } = context();
      const answer = tokenSchema.parse(await api.send('POST', '/api/tokens', { user }));
      if (json) terminal.json(answer);
      else terminal.line(password ? answer.password : answer.accessToken);
    });
};
