import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { IssuerStanding, Preparation } from '../../../main/core/ports.js';
import { createTrustAnchors, type TrustAnchor, type TrustAnchors } from '../../../main/core/trust/trust-anchors.js';
import { loadMessages } from '../../../main/cli/messages.js';
import { createTerminalInteraction } from '../../../main/cli/terminal-interaction.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import type { VirtualCard } from '../../../native/virtual-card/index.js';
import { encodeHex, formatDistinguishedName, parseCertificate } from '../../../sdk/formats/index.js';
import { coreClient, freshCard, type CoreClient, type CoreClientOptions } from '../../support/core-client.js';
import type { Person } from '../../support/fake-interaction.js';
import { itemOf } from '../../support/signable-items.js';

const never = new AbortController().signal;
const onlyReader = () => Promise.reject(new Error('one reader'));
const requester = { kind: 'self' } as const;

let card: VirtualCard;
beforeAll(async () => {
  card = await freshCard();
});
beforeEach(() => {
  card.clearLog();
});

function client(options: Partial<CoreClientOptions> = {}): CoreClient {
  return coreClient({ card, person: { decide: () => 'agreed', pins: ['ABC123'] }, ...options });
}

function sign({ operations }: CoreClient) {
  const items = [itemOf('a.txt', new TextEncoder().encode('a'))];
  return operations.sign({ operation: 'sign', requester, items }, never);
}

function issuerShown({ interaction }: CoreClient): IssuerStanding | undefined {
  const shown = interaction.dialogs.at(-1)?.preparations.at(-1);
  return shown?.status === 'ready' ? shown.issuer : undefined;
}

/** The signing authority of the test card, as a release that trusted it would list it. */
async function listedSigningAuthority(): Promise<TrustAnchor> {
  const { der, subject, serialNumber } = parseCertificate(card.testAuthorities().signing);
  return {
    role: 'signing',
    generation: 9,
    subject: formatDistinguishedName(subject),
    serialNumber,
    obtained: true,
    sha256: encodeHex(await nodeCrypto.digest('SHA-256', der)),
    subjectKeyIdentifier: '00',
  };
}

/** What trust would say of a card whose authority is on no list and no test hierarchy. */
const UNLISTED: TrustAnchors = {
  ...createTrustAnchors([], nodeCrypto),
  standingOf: () => Promise.resolve({ standing: 'unlisted' }),
  claimedStanding: () => 'unlisted',
};

describe('before a signature', () => {
  it('says that the authority is on the list', async () => {
    const own = client({ trustAnchors: [await listedSigningAuthority()] });
    await sign(own);
    expect(issuerShown(own)).toBe('listed');
  });

  it('says that it is a test authority', async () => {
    const own = client();
    await sign(own);
    expect(issuerShown(own)).toBe('test');
  });

  it('warns of an unlisted one, and signs', async () => {
    const own = client({ trust: UNLISTED });
    const [item] = await sign(own);
    expect([issuerShown(own), item?.status]).toEqual(['unlisted', 'signed']);
  });

  it.each([
    ['is missing', { statusWord: 0x6a82 }],
    ['is refused', { statusWord: 0x6985 }],
    ['is garbled', { respond: Uint8Array.from([0x30, 0x03, 0x02, 0x01, 0x01, 0x90, 0x00]) }],
    ['wants a PIN', { statusWord: 0x6982 }],
  ])('says that it does not know where the authority’s certificate %s, and signs', async (what, fault) => {
    const before = client();
    await sign(before);
    const read = card.log.findIndex(({ fileId, ins }) => ins === 0xb0 && fileId === 0x0002);
    expect(read).toBeGreaterThan(0);
    card.clearLog();
    card.insertFault({ at: read, fault });
    // Where the short identifier is refused, the file is selected.
    if (what === 'is missing' || what === 'is refused') card.insertFault({ at: read + 1, fault });
    const own = client();
    const [item] = await sign(own);
    expect([issuerShown(own), item?.status]).toEqual(['unknown', 'signed']);
  });
});

describe('before a log-in', () => {
  const authenticate = (own: CoreClient) =>
    own.operations.authenticate(
      { operation: 'authenticate', requester, origin: 'https://service.example', challengeNonce: 'n'.repeat(44) },
      never,
    );
  const person: Person = { decide: () => 'agreed', pins: ['1234'] };

  it('goes by what the certificate claims, and reads no authority’s certificate for it', async () => {
    const own = client({ person });
    await authenticate(own);
    expect(issuerShown(own)).toBe('test');
    expect(card.log.filter(({ fileId, ins }) => ins === 0xb0 && fileId === 0x000b)).toEqual([]);
  });

  it('goes by the authority’s certificate where it was read before, at no command', async () => {
    const { der } = parseCertificate(card.testAuthorities().authentication);
    const anchor: TrustAnchor = {
      ...(await listedSigningAuthority()),
      obtained: true,
      role: 'authentication',
      sha256: encodeHex(await nodeCrypto.digest('SHA-256', der)),
      subjectKeyIdentifier: '00',
    };
    const own = client({ person, trustAnchors: [anchor] });
    await own.inspection.inspect(onlyReader, never);
    card.clearLog();
    await authenticate(own);
    expect(issuerShown(own)).toBe('listed');
    expect(card.log.filter(({ ins }) => ins === 0xb0)).toEqual([]);
  });

  it('warns of an unlisted one, and logs in', async () => {
    const own = client({ person, trust: UNLISTED });
    await expect(authenticate(own)).resolves.toMatchObject({ format: 'web-eid:1.0' });
    expect(issuerShown(own)).toBe('unlisted');
  });
});

describe('the terminal', () => {
  const consent: ConsentModel = { operation: 'sign', requester, pinRole: 'signing', disclosed: [], items: [] };
  const ready: Preparation & { status: 'ready' } = {
    status: 'ready',
    readerName: 'Reader',
    triesLeft: 5,
    testCard: false,
    issuer: 'listed',
  };

  function shown(issuer: IssuerStanding | undefined, language: 'ja' | 'en'): string {
    let screen = '';
    const closed = () => Promise.resolve({ status: 'closed' } as const);
    const terminal = {
      columns: 80,
      interactive: false,
      write: (text: string) => void (screen += text),
      ask: closed,
      askSecret: closed,
    };
    const t = loadMessages(language);
    const dialog = createTerminalInteraction({ terminal, t, agreeBeforehand: false, showFailures: false }).open(
      consent,
      never,
    );
    dialog.showPreparation({ ...ready, issuer });
    return screen;
  }

  it.each([
    [
      'unlisted',
      '登録されている公的個人認証サービスの認証局のものと一致しませんでした',
      'none of the JPKI authorities',
    ],
    ['unknown', '認証局の証明書を読めなかったため', 'could not be read'],
  ] as const)('tells %s in both languages, and that one can go on', (issuer, ja, en) => {
    expect(shown(issuer, 'ja')).toContain(ja);
    expect(shown(issuer, 'ja')).toContain('署名やログインは続けられます');
    expect(shown(issuer, 'en')).toContain(en);
    expect(shown(issuer, 'en')).toContain('You can still sign and log in');
  });

  it.each(['listed', 'test', undefined] as const)('says nothing of %s', (issuer) => {
    expect(shown(issuer, 'ja')).not.toContain('認証局');
    expect(shown(issuer, 'en')).not.toContain('authorit');
  });
});

afterAll(() => {
  card.powerOff();
});
