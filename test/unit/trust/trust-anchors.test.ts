import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrustAnchors, type TrustAnchor } from '../../../main/core/trust/trust-anchors.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { loadTrustAnchors } from '../../../main/node/trust-anchors.js';
import { formatDistinguishedName, parseCertificate } from '../../../sdk/formats/index.js';
import { ClientError } from '../../../main/core/errors.js';
import {
  authorityKeyIdentifier,
  authorityName,
  holderExtensions,
  issueAuthority,
  issueHolder,
  testKey,
  type TestAuthority,
} from '../../support/test-pki.js';

type Role = 'authentication' | 'signing';

const FILE = join(import.meta.dirname, '../../../resources/trust-anchors/jpki.json');
const REAL_NAME = 'JPKI';

/** An authority under the real hierarchy's name: what a forger would make. */
function namedAuthority(role: Role, keyName: string, serialNumber = 1): TestAuthority {
  const subject = authorityName(role, REAL_NAME);
  return { ...issueAuthority(role, keyName, { subject, serialNumber }), subject };
}

function anchorOf(role: Role, { certificate }: TestAuthority, generation = 1): TrustAnchor & { obtained: true } {
  const { subject, serialNumber, extensions } = parseCertificate(certificate);
  return {
    role,
    generation,
    subject: formatDistinguishedName(subject),
    serialNumber,
    obtained: true,
    sha256: createHash('sha256').update(certificate).digest('hex'),
    subjectKeyIdentifier: Buffer.from(extensions.subjectKeyIdentifier ?? []).toString('hex'),
  };
}

describe('resources/trust-anchors/jpki.json', () => {
  const anchors = loadTrustAnchors();

  it('has three generations of both authorities, the second for authentication without its certificate', () => {
    expect(anchors.map(({ role, generation, obtained }) => [role, generation, obtained])).toEqual([
      ['signing', 1, true],
      ['signing', 2, true],
      ['signing', 3, true],
      ['authentication', 1, true],
      ['authentication', 2, false],
      ['authentication', 3, true],
    ]);
  });

  it('holds no test hierarchy', () => {
    expect(readFileSync(FILE, 'utf8')).not.toContain('TEST');
  });
});

describe('a file of trust anchors that cannot be right', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'madoguchi-anchors-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  interface Entry {
    [member: string]: unknown;
  }
  interface Document {
    [member: string]: unknown;
    authorities: Entry[];
  }

  function reasonOf(text: string): string {
    const path = join(directory, 'anchors.json');
    writeFileSync(path, text);
    try {
      loadTrustAnchors(path);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'ERR_INTERNAL_FILE') return String(error.details['reason']);
      throw error;
    }
    throw new Error('the file was accepted');
  }

  function changed(change: (document: Document, first: Entry) => void): string {
    const document = JSON.parse(readFileSync(FILE, 'utf8')) as Document;
    change(document, document.authorities[0] ?? {});
    return JSON.stringify(document);
  }

  it('is the real one, for a start', () => {
    const path = join(directory, 'same.json');
    writeFileSync(
      path,
      changed(() => undefined),
    );
    expect(loadTrustAnchors(path)).toHaveLength(6);
  });

  it.each<[string, string, (document: Document, first: Entry) => void]>([
    ['another format', 'format', (document) => (document['format'] = 'other')],
    ['another version', 'version', (document) => (document['version'] = 2)],
    ['a member nobody knows', '', (document) => (document['extra'] = true)],
    ['no authority at all', 'authorities', (document) => (document.authorities = [])],
    ['a fingerprint cut short', 'authorities.0.sha256', (_, first) => (first['sha256'] = 'ab')],
    ['an upper-case fingerprint', 'authorities.0.sha256', (_, first) => (first['sha256'] = 'AB'.repeat(32))],
    ['no fingerprint', 'authorities.0.sha256', (_, first) => delete first['sha256']],
    ['a fingerprint of what was not obtained', 'authorities.0', (_, first) => (first['obtained'] = false)],
    ['an unknown role', 'authorities.0.role', (_, first) => (first['role'] = 'other')],
    ['the other role', 'authorities.0', (_, first) => (first['role'] = 'authentication')],
    ['generation 0', 'authorities.0.generation', (_, first) => (first['generation'] = 0)],
    ['a test hierarchy', 'authorities.0.subject', (_, first) => (first['subject'] = 'C=JP, O=JPKI-TEST, OU=x')],
    ['dates the wrong way round', 'authorities.0', (_, first) => (first['notBefore'] = '2040-01-01T00:00:00Z')],
    ['no date', 'authorities.0.notAfter', (_, first) => (first['notAfter'] = 'soon')],
    [
      'a generation twice',
      'authorities.6',
      ({ authorities }, first) => authorities.push({ ...first, sha256: 'ab'.repeat(32) }),
    ],
    ['a fingerprint twice', 'authorities.6', ({ authorities }, first) => authorities.push({ ...first, generation: 4 })],
  ])('%s', (_what, member, change) => {
    expect(reasonOf(changed(change))).toContain(`anchors.json: ${member}`);
  });

  it('text that is no JSON, and a file that is not there', () => {
    expect(reasonOf('{')).toContain('anchors.json');
    expect(() => loadTrustAnchors(join(directory, 'absent.json'))).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL_FILE' }),
    );
  });
});

describe('standingOf', () => {
  const listed = namedAuthority('signing', 'listed-ca', 7);
  const trust = createTrustAnchors([anchorOf('signing', listed, 3)], nodeCrypto);
  const standing = (authority: TestAuthority, role: Role = 'signing') =>
    trust.standingOf(parseCertificate(authority.certificate), role);

  it('is listed for the certificate on the list, with its generation', async () => {
    expect(await standing(listed)).toEqual({ standing: 'listed', generation: 3 });
  });

  it('is unlisted for a forgery: same name, serial number and dates, another key', async () => {
    expect(await standing(namedAuthority('signing', 'forged-ca', 7))).toEqual({ standing: 'unlisted' });
  });

  it('is unlisted for another certificate of the listed key, key identifier and all', async () => {
    const again = namedAuthority('signing', 'listed-ca', 8);
    expect(await standing(again)).toEqual({ standing: 'unlisted' });
  });

  it('is unlisted for the listed certificate in the other role', async () => {
    expect(await standing(listed, 'authentication')).toEqual({ standing: 'unlisted' });
  });

  it('is test for a test hierarchy, whatever else it is like', async () => {
    expect(await standing(issueAuthority('signing', 'listed-ca'))).toEqual({ standing: 'test' });
  });

  it('names the generation that an authority claims, where its certificate was never obtained', async () => {
    const real = createTrustAnchors(loadTrustAnchors(), nodeCrypto);
    const second = namedAuthority('authentication', 'second-ca', 0x0133c349);
    expect(await real.standingOf(parseCertificate(second.certificate), 'authentication')).toEqual({
      standing: 'unlisted',
      claimedGeneration: 2,
    });
    const third = namedAuthority('authentication', 'third-ca', 0x06d18006);
    expect(await real.standingOf(parseCertificate(third.certificate), 'authentication')).toEqual({
      standing: 'unlisted',
    });
  });
});

describe('issued', () => {
  const trust = createTrustAnchors([], nodeCrypto);
  const issued = (authority: TestAuthority, holder: Uint8Array) =>
    trust.issued(parseCertificate(authority.certificate), parseCertificate(holder));
  const authority = namedAuthority('signing', 'listed-ca');

  it('holds for the authority that signed, and for no other of its name', async () => {
    const { certificate } = issueHolder('signing', authority);
    expect(await issued(authority, certificate)).toBe(true);
    expect(await issued(namedAuthority('signing', 'forged-ca'), certificate)).toBe(false);
  });

  it('does not hold where the right key signed under another name', async () => {
    const { certificate } = issueHolder('signing', { ...authority, subject: authorityName('signing', 'Other') });
    expect(await issued(authority, certificate)).toBe(false);
  });

  it('does not hold for a signature by an algorithm that is not accepted', async () => {
    const { certificate } = issueHolder('signing', authority, { digest: 'sha1' });
    expect(await issued(authority, certificate)).toBe(false);
  });
});

describe('claimedStanding', () => {
  const listed = namedAuthority('authentication', 'listed-authentication-ca');
  const trust = createTrustAnchors([anchorOf('authentication', listed)], nodeCrypto);
  const claimed = (authority: TestAuthority, keyName?: string) => {
    const extensions = holderExtensions('authentication');
    const identifier = keyName === undefined ? [] : [authorityKeyIdentifier(testKey(keyName))];
    const { certificate } = issueHolder('authentication', authority, { extensions: [...extensions, ...identifier] });
    return trust.claimedStanding(parseCertificate(certificate), 'authentication');
  };

  it('says nothing against a certificate that names a listed authority, by name or by key too', () => {
    expect(claimed(listed)).toBeUndefined();
    expect(claimed(listed, 'listed-authentication-ca')).toBeUndefined();
  });

  it('is unlisted for another key, another name, and the other role’s authority', () => {
    expect(claimed(listed, 'forged-ca')).toBe('unlisted');
    expect(claimed({ ...listed, subject: authorityName('authentication', 'Other') })).toBe('unlisted');
    expect(claimed({ ...listed, subject: authorityName('signing', REAL_NAME) })).toBe('unlisted');
  });

  it('is test for a test hierarchy', () => {
    expect(claimed(issueAuthority('authentication'))).toBe('test');
  });

  it('compares with the key identifier of the list, as certificates carry it', () => {
    const key = testKey('listed-authentication-ca');
    expect(anchorOf('authentication', listed).subjectKeyIdentifier).toBe(
      createHash('sha1').update(key.spki).digest('hex'),
    );
  });
});
