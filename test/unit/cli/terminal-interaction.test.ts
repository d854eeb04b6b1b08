import { describe, expect, it } from 'vitest';
import { createApprovingInteraction } from '../../../main/cli/approving-interaction.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { createTerminalInteraction } from '../../../main/cli/terminal-interaction.js';
import { buildConsentModel } from '../../../main/core/consent/build-consent-model.js';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import { heldToModel } from '../../../main/core/consent/held-to-model.js';
import type { ConsentDialog, Decision, PinRole } from '../../../main/core/ports.js';
import type { ConsentTerms } from '../../../main/core/signing/operations.js';
import { TEST_CARD_PINS } from '../../../native/virtual-card/index.js';
import type { RequestedAttribute } from '../../../sdk/protocol/index.js';
import { originRequester } from '../../support/origin-requester.js';

const t = loadMessages('ja');
const never = new AbortController().signal;
const SITE = originRequester();
const AGREE = 'よろしければ y と入力してください';
const WITHHOLD = '渡さないものの番号';

function login(terms: ConsentTerms = {}): ConsentModel {
  const { origin } = SITE;
  return buildConsentModel({ operation: 'authenticate', requester: SITE, origin, challengeNonce: 'n', ...terms });
}

const UNLISTED_SIGNING = buildConsentModel(
  { operation: 'sign', requester: SITE, items: [], separateStep: 'unlisted-signing' },
  [],
);
const OWN: ConsentModel = { ...login(), requester: { kind: 'self' } };

function reading(required: readonly RequestedAttribute[], optional: readonly RequestedAttribute[]): ConsentModel {
  const asked = { requester: SITE, required, optional, unverifiedPurpose: 'x' };
  return buildConsentModel({ operation: 'readAttributes', ...asked });
}

/** 1 and 3 are not optional. */
const READING = reading(['name', 'gender'], []);
const OPTIONAL = reading(['name'], ['address', 'gender', { ageOver: 20 }]);

interface Scene {
  readonly consent: ConsentModel;
  /** Lines typed, in order; null closes a question, as does their end. */
  readonly lines?: readonly (string | null)[];
  readonly interactive?: boolean;
  readonly yes?: boolean;
}

function open({ consent, lines = [], interactive = true, yes = false }: Scene) {
  const screen: string[] = [];
  const asked: string[] = [];
  const left = [...lines];
  const ask = (question: string) => {
    asked.push(question);
    const line = left.shift() ?? null;
    return Promise.resolve(
      line === null
        ? ({ status: 'closed' } as const)
        : ({ status: 'entered', bytes: new TextEncoder().encode(line) } as const),
    );
  };
  const terminal = { columns: 80, interactive, write: (text: string) => void screen.push(text), ask, askSecret: ask };
  const interaction = createTerminalInteraction({ terminal, t, agreeBeforehand: yes, showFailures: true });
  return { dialog: interaction.open(consent, never), asked, shown: () => screen.join('') };
}

/** What the core takes the person's answer for. */
async function decision(scene: Scene): Promise<Decision> {
  return heldToModel(await open(scene).dialog.decide(), scene.consent);
}

const REFUSED: Decision = { answer: 'refused' };
const AGREED: Decision = { answer: 'agreed' };
const BLOCKED: Decision = { answer: 'refused', block: true };
const REMEMBERED: Decision = { answer: 'agreed', remember: true };

describe('the answer to a consent', () => {
  const MAY_BE = login({ remembered: 'may-be' });
  it.each<[string, ConsentModel, string, Decision]>([
    ['of a page', login(), 'y', AGREED],
    ['of a page', login(), ' YES ', AGREED],
    ['of a page', login(), 'はい', AGREED],
    ['of a page', login(), '', REFUSED],
    ['of a page', login(), 'n', REFUSED],
    ['of a page', login(), 'yy', REFUSED],
    ['of a page', login(), 'b', BLOCKED],
    ['of a page', login(), 'B', BLOCKED],
    ['of a page', login(), 'r', REFUSED],
    ['that may be shortened', MAY_BE, 'r', REMEMBERED],
    ['that may be shortened', MAY_BE, 'y', AGREED],
    ['that may be shortened', MAY_BE, 'b', BLOCKED],
    ['that may be shortened', MAY_BE, '', REFUSED],
    ['that may be shortened', MAY_BE, 'ry', REFUSED],
    ['to sign for an unlisted site', UNLISTED_SIGNING, 'r', REFUSED],
    ['of one’s own command', OWN, 'y', AGREED],
    ['of one’s own command', OWN, 'b', REFUSED],
    ['of one’s own command', OWN, 'r', REFUSED],
    ['of attributes with nothing optional', READING, 'y', AGREED],
  ])('%s: %#', async (_what, consent, line, expected) => {
    expect(await decision({ consent, lines: [line] })).toEqual(expected);
  });

  it('offers b to pages only, and r only where the explanation can be shortened', async () => {
    const question = async (consent: ConsentModel): Promise<string> => {
      const { dialog, asked } = open({ consent, lines: [''] });
      await dialog.decide();
      return asked[0] ?? '';
    };
    expect(await question(OWN)).toBe(`${AGREE}（Enterだけなら断ります）: `);
    expect(await question(login())).toContain('b なら断り');
    expect(await question(login())).not.toContain('r なら');
    expect(await question(MAY_BE)).toContain('r なら同意し、次回から説明を短くします');
    for (const consent of [OWN, login(), MAY_BE]) expect(await question(consent)).toMatch(new RegExp(`^${AGREE}`));
  });

  it('says that a site is blocked, and how to undo it', async () => {
    const { dialog, shown } = open({ consent: login(), lines: ['b'] });
    await dialog.decide();
    expect(shown()).toContain('このサイトからの依頼を、今後は受け付けません。元に戻すには、madoguchi sites unblock');
  });

  it('says of a request that nobody confirmed that only such requests are blocked', async () => {
    const requester = originRequester(SITE.origin, { route: 'redirect', confirmed: false });
    const { dialog, asked, shown } = open({ consent: { ...login(), requester }, lines: ['b'] });
    expect(await dialog.decide()).toEqual(BLOCKED);
    expect(asked[0]).toContain('だれが始めたか確認できないこのサイト宛ての依頼を今後は受け付けません');
    expect(shown()).not.toContain('このサイトからの依頼を');
  });

  it('is a cancellation where the question is closed', async () => {
    await expect(open({ consent: login() }).dialog.decide()).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });
});

describe('optional attributes', () => {
  it.each<[string, readonly number[]]>([
    ['2', [1]],
    ['2,4', [1, 3]],
    ['4 2', [3, 1]],
    ['２、３', [1, 2]],
    ['2,2, 2 ', [1]],
    [' , ', []],
    ['', []],
  ])('%j leaves out these', async (line, withheld) => {
    const { dialog, asked } = open({ consent: OPTIONAL, lines: [line, 'y'] });
    expect(await dialog.decide()).toEqual({ answer: 'agreed', withheld });
    expect(asked[0]).toContain(WITHHOLD);
    expect(asked[0]).toContain('2, 3, 4 の中から');
    expect(asked[1]).toContain(AGREE);
  });

  it.each(['1', '2,1', '5', '0', '-2', '2.5', 'y', 'all', '2..4', '02', '2;rm', '١', '９９９９９９９９９９９'])(
    '%j is asked again, and agrees to nothing',
    async (line) => {
      const { dialog, asked, shown } = open({ consent: OPTIONAL, lines: [line, '3', 'y'] });
      expect(await dialog.decide()).toEqual({ answer: 'agreed', withheld: [2] });
      expect(asked.map((question) => question.startsWith(WITHHOLD))).toEqual([true, true, false]);
      expect(shown()).toContain('［任意］のものの番号（2, 3, 4）だけを入力してください。');
    },
  );

  it('says what is left before the agreement is asked, and takes Enter there for a refusal', async () => {
    const { dialog, shown } = open({ consent: OPTIONAL, lines: ['2,4', ''] });
    expect(await dialog.decide()).toEqual({ answer: 'refused' });
    expect(shown()).toContain('渡すもの: 氏名、性別\n');
  });

  it('all left out, and nothing required: a refusal, said as one', async () => {
    const { dialog, asked, shown } = open({ consent: reading([], ['name', 'gender']), lines: ['1,2', 'y'] });
    expect(await dialog.decide()).toEqual({ answer: 'refused' });
    expect(asked).toHaveLength(1);
    expect(shown()).toContain('断ったことになります');
  });

  it('none optional: nothing is asked about them', async () => {
    const { dialog, asked } = open({ consent: READING, lines: ['y'] });
    await dialog.decide();
    expect(asked.map((question) => question.startsWith(AGREE))).toEqual([true]);
  });

  it('the question closed: a cancellation', async () => {
    const { dialog } = open({ consent: OPTIONAL, lines: ['x', null] });
    await expect(dialog.decide()).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });
});

describe('the separate step', () => {
  it.each([
    ['yes', true],
    [' Yes', true],
    ['y', false],
    ['はい', false],
    ['', false],
    ['no', false],
  ])('%j: %s', async (line, expected) => {
    const { dialog, asked, shown } = open({ consent: UNLISTED_SIGNING, lines: [line] });
    expect(await dialog.confirmSeparateStep()).toBe(expected);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('yes と入力してください');
    expect(shown()).toContain('実印を押すことに相当します');
  });

  it('is a cancellation where it is closed', async () => {
    const { dialog } = open({ consent: UNLISTED_SIGNING });
    await expect(dialog.confirmSeparateStep()).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });
});

describe('--yes', () => {
  it('agrees to the consent, and to nothing that is optional', async () => {
    const yes = { yes: true, interactive: false };
    expect(await decision({ consent: login({ remembered: 'may-be' }), ...yes })).toEqual(AGREED);
    expect(await decision({ consent: OPTIONAL, ...yes })).toEqual({ answer: 'agreed', withheld: [1, 2, 3] });
    expect(await decision({ consent: reading([], ['name']), ...yes })).toEqual(REFUSED);
  });

  it('never takes the separate step: without a terminal no, with one the person is asked', async () => {
    const alone = open({ consent: UNLISTED_SIGNING, yes: true, interactive: false });
    expect(await alone.dialog.confirmSeparateStep()).toBe(false);
    const { dialog, asked } = open({ consent: UNLISTED_SIGNING, yes: true, lines: ['n'] });
    expect(await dialog.confirmSeparateStep()).toBe(false);
    expect(asked).toHaveLength(1);
  });
});

describe('with nobody there', () => {
  it('a page is refused, and one’s own command agrees to nothing', async () => {
    expect(() => open({ consent: login(), interactive: false })).toThrow(
      expect.objectContaining({ code: 'ERR_USER_REFUSED' }) as Error,
    );
    const { dialog, asked } = open({ consent: OWN, interactive: false });
    expect(await dialog.decide()).toEqual(REFUSED);
    expect(asked).toEqual([]);
  });
});

describe('--approve-all', () => {
  function approving(consent: ConsentModel): ConsentDialog {
    const terminal = { write: () => undefined };
    return createApprovingInteraction({ terminal, t, pins: () => TEST_CARD_PINS }).open(consent, never);
  }

  it('agrees to everything, with all that is optional', async () => {
    expect(heldToModel(await approving(OPTIONAL).decide(), OPTIONAL)).toEqual(AGREED);
    expect(await approving(UNLISTED_SIGNING).confirmSeparateStep()).toBe(true);
    expect(heldToModel(await approving(login({ remembered: 'may-be' })).decide(), login())).toEqual(AGREED);
  });

  it.each<[PinRole, string]>([
    ['authentication', TEST_CARD_PINS.authentication],
    ['signing', TEST_CARD_PINS.signing],
    ['profile', TEST_CARD_PINS.text],
    ['number-b', TEST_CARD_PINS.numberB],
  ])('enters the test card’s own secret for %s, once', async (role, pin) => {
    const prompt = { role, triesLeft: 3, minLength: 4, maxLength: 16, testCard: true };
    const dialog = approving(OPTIONAL);
    const entered = await dialog.enterPin(prompt);
    expect(entered && new TextDecoder().decode(entered)).toBe(pin);
    expect(await dialog.enterPin({ ...prompt, reason: 'incorrect' })).toBeUndefined();
  });

  it('stops at a card that is no test card', () => {
    const ready = { status: 'ready', readerName: 'R', triesLeft: 3, testCard: false, issuer: undefined } as const;
    expect(() => {
      approving(OPTIONAL).showPreparation(ready);
    }).toThrow(expect.objectContaining({ code: 'ERR_POLICY_TEST_CARD' }) as Error);
  });
});
