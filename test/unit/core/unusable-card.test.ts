import { describe, expect, it } from 'vitest';
import { toClientError, toPublicError, type ClientError } from '../../../main/core/errors.js';
import type { ConsentModel, Requester } from '../../../main/core/consent/consent-model.js';
import { createTerminalInteraction } from '../../../main/cli/terminal-interaction.js';
import { loadMessages } from '../../../main/cli/messages.js';
import type { CardProfileName } from '../../../native/virtual-card/index.js';
import { LIMITS, type ErrorCode } from '../../../sdk/protocol/index.js';
import { commandSummary, coreClient, freshCard, type CoreClient } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { itemOf } from '../../support/signable-items.js';
import { originRequester } from '../../support/origin-requester.js';
import { FakeClock } from '../bridge/fakes.js';

const ORIGIN = 'https://service.example';
const page = originRequester(ORIGIN);
const never = new AbortController().signal;

/** What a page could want to find out with nobody agreeing. */
const CASES = [
  { what: 'a blocked PIN', profile: 'blocked-6983', operation: 'authenticate', code: 'ERR_PIN_BLOCKED' },
  { what: 'an expired certificate', profile: 'expired', operation: 'authenticate', code: 'ERR_CERT_EXPIRED' },
  { what: 'dates to come', profile: 'not-yet-valid', operation: 'authenticate', code: 'ERR_CERT_NOT_YET_VALID' },
  { what: 'a child’s card', profile: 'no-signing-files', operation: 'sign', code: 'ERR_CERT_MISSING' },
  { what: 'no card', profile: 'default', operation: 'authenticate', code: 'ERR_CARD_ABSENT' },
] as const satisfies readonly Case[];

interface Case {
  readonly what: string;
  readonly profile: CardProfileName;
  readonly operation: 'authenticate' | 'sign';
  readonly code: ErrorCode;
}

async function clientWith({ what, profile }: Case, person: Person, clock?: FakeClock): Promise<CoreClient> {
  const now = clock && {
    now: () => new Date(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds: number, signal?: AbortSignal) => clock.sleep(milliseconds, signal),
  };
  const client = coreClient({ card: await freshCard({ profile }), person, ...(now && { clock: now }) });
  if (what === 'no card') client.readers.removeCard();
  return client;
}

interface Asking {
  readonly requester: Requester;
  readonly operation?: 'authenticate' | 'sign';
  readonly signal?: AbortSignal;
}

function ask({ operations }: CoreClient, { requester, operation, signal = never }: Asking): Promise<ClientError> {
  const items = [itemOf('x', Uint8Array.of(1))];
  const login = { operation: 'authenticate', requester, origin: ORIGIN, challengeNonce: 'A'.repeat(44) } as const;
  const answer: Promise<unknown> =
    operation === 'sign'
      ? operations.sign({ operation, requester, items }, signal)
      : operations.authenticate(login, signal);
  return answer.then(() => expect.fail('it succeeded'), toClientError);
}

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe.each(CASES)('$what', (unusable) => {
  const { code, operation } = unusable;

  it('is told one’s own command at once', async () => {
    const client = await clientWith(unusable, {});
    expect(await ask(client, { requester: { kind: 'self' }, operation })).toMatchObject({ code });
    expect(client.interaction.dialogs[0]).toMatchObject({ acknowledged: false, outcome: { code } });
  });

  it('is told the person; the page hears nothing until that person closes, and then what a refusal sounds like', async () => {
    const [shown, closed] = [gate(), gate()];
    const client = await clientWith(unusable, {
      async acknowledge() {
        shown.open();
        await closed.opened;
      },
    });
    let answered = false;
    const answer = ask(client, { requester: page, operation }).finally(() => (answered = true));
    await shown.opened;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    expect(client.interaction.dialogs[0]?.preparations.at(-1)).toMatchObject({ status: 'failed', code });
    expect(client.interaction.dialogs[0]).toMatchObject({ decided: false, prompts: [] });
    closed.open();
    const refused = coreClient({ card: await freshCard(), person: { decide: () => 'refused' } });
    expect(toPublicError(await answer)).toEqual(toPublicError(await ask(refused, { requester: page, operation })));
    expect(commandSummary(client.card).verifies).toBe(0);
  });

  it('lets the person hear no more of the site', async () => {
    const client = await clientWith(unusable, { blocksAfterReading: true });
    const decisions: unknown[] = [];
    const request = {
      operation: 'authenticate',
      requester: page,
      origin: ORIGIN,
      challengeNonce: 'A'.repeat(44),
    } as const;
    const onDecision = (decision: unknown): void => void decisions.push(decision);
    const signing = { operation: 'sign', requester: page, items: [] } as const;
    const asked =
      operation === 'sign'
        ? client.operations.sign({ ...signing, onDecision }, never)
        : client.operations.authenticate({ ...request, onDecision }, never);
    await expect(asked).rejects.toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(decisions).toEqual([{ answer: 'refused', block: true }]);
  });

  it.each(['the time limit', 'the page'] as const)('ends by %s as a usable card does', async (what) => {
    const clock = new FakeClock();
    const shown = gate();
    const gone = new AbortController();
    const wait = async (): Promise<void> => {
      shown.open();
      await clock.sleep((LIMITS.dialogSeconds + 1) * 1_000, gone.signal);
    };
    const client = await clientWith(unusable, { acknowledge: wait }, clock);
    const answer = ask(client, { requester: page, operation, signal: gone.signal });
    await shown.opened;
    if (what === 'the page') gone.abort();
    else await clock.advance((LIMITS.dialogSeconds + 2) * 1_000);
    expect(await answer).toMatchObject({ code: what === 'the page' ? 'ERR_USER_CANCELLED' : 'ERR_USER_TIMEOUT' });
  });
});

describe('the terminal', () => {
  const consent: ConsentModel = {
    operation: 'authenticate',
    requester: page,
    pinRole: 'authentication',
    disclosed: [],
    items: [],
  };

  function terminal(interactive: boolean, entry: 'entered' | 'closed') {
    const screen: string[] = [];
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve(entry === 'closed' ? { status: entry } : { status: entry, bytes: new Uint8Array(0) });
    };
    const io = { columns: 80, interactive, write: (text: string) => void screen.push(text), ask, askSecret: ask };
    const options = { terminal: io, t: loadMessages('en'), agreeBeforehand: false, showFailures: true };
    return { screen, asked, interaction: createTerminalInteraction(options) };
  }

  it('tells what is wrong and waits for a line', async () => {
    const { screen, asked, interaction } = terminal(true, 'entered');
    const dialog = interaction.open(consent, never);
    dialog.showPreparation({ status: 'failed', code: 'ERR_PIN_BLOCKED', details: { role: 'authentication' } });
    await dialog.acknowledge();
    expect(screen.join('')).toContain('blocked');
    expect(asked).toHaveLength(1);
  });

  it('takes Ctrl-C for a cancellation, as at the decision', async () => {
    const dialog = terminal(true, 'closed').interaction.open(consent, never);
    await expect(dialog.acknowledge()).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    await expect(dialog.decide()).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });

  it('with nobody there refuses a page before any card is looked for', async () => {
    const card = await freshCard();
    card.clearLog();
    const { interaction } = terminal(false, 'closed');
    const client = coreClient({
      card,
      person: { beforeOpen: (consent, signal) => void interaction.open(consent, signal) },
    });
    expect(await ask(client, { requester: page })).toMatchObject({ code: 'ERR_USER_REFUSED' });
    expect(card.log).toEqual([]);
  });
});
