import type { Command } from 'commander';
import { challengeNonceSchema } from '../../../sdk/protocol/index.js';
import { parseRequestOrigin } from '../../core/bridge/origin.js';
import { ClientError } from '../../core/errors.js';
import { ExitCode } from '../exit-codes.js';
import type { RunCommand } from '../main.js';

interface AuthenticateOptions {
  readonly origin: string;
  readonly nonce: string;
}

export function addAuthenticateCommand(program: Command, run: RunCommand): void {
  program
    .command('authenticate')
    .description('make an authentication token for an origin; the asker is shown as a program on this PC')
    .requiredOption('--origin <origin>', 'serialised origin, such as https://www.example.go.jp')
    .requiredOption('--nonce <nonce>', 'challenge nonce of the service, 44 to 128 characters of base64')
    .action((options: AuthenticateOptions) =>
      run(async (context) => {
        const origin = parseRequestOrigin(options.origin);
        const challengeNonce = parseNonce(options.nonce);
        return context.withClient(async ({ operations }) => {
          const requester = { kind: 'local-program', claimedOrigin: origin } as const;
          const token = await operations.authenticate(
            { operation: 'authenticate', requester, origin, challengeNonce },
            context.signal,
          );
          context.output.result(token, JSON.stringify(token));
          return ExitCode.DONE;
        });
      }),
    );
}

function parseNonce(unverifiedNonce: string): string {
  const parsed = challengeNonceSchema.safeParse(unverifiedNonce);
  if (parsed.success) return parsed.data;
  throw new ClientError('ERR_PROTOCOL_MALFORMED', 'not a challenge nonce', {
    details: { reason: '--nonce: 44 to 128 characters of base64' },
  });
}
