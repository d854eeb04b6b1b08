import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  identifyCertificate,
  MemoryCertificateLinks,
  pairwiseSubject,
  resolveSubject,
  type CertificateIdentifier,
  type CertificateLinks,
} from '../../../sdk/verifier/index.js';
import { parseCertificate } from '../../../sdk/formats/index.js';
import { issueAuthority } from '../../support/test-pki.js';

const key = randomBytes(32);
const issuerKeyHash = createHash('sha256').update('an issuer').digest('base64url');
const certificate: CertificateIdentifier = { issuerKeyHash, serialNumber: '0a1b2c' };
const options = { key, sector: 'tax.example.go.jp', certificate };

const numbered = (serialNumber: string): CertificateIdentifier => ({ issuerKeyHash, serialNumber });

describe('a pairwise subject', () => {
  it('is HMAC-SHA-256 over label, sector, issuer key and number, each behind its length', async () => {
    const field = (octets: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(octets.length);
      return Buffer.concat([length, octets]);
    };
    const message = [
      Buffer.from('madoguchi pairwise subject v1'),
      Buffer.from('tax.example.go.jp'),
      Buffer.from(issuerKeyHash, 'base64url'),
      Buffer.from('0a1b2c', 'hex'),
    ].map(field);
    const expected = createHmac('sha256', key).update(Buffer.concat(message)).digest('base64url');
    expect(await pairwiseSubject(options)).toBe(expected);
  });

  it('stays the same for a person and service, and differs in everything else', async () => {
    const subjects = await Promise.all([
      pairwiseSubject(options),
      pairwiseSubject({ ...options, sector: 'tax.example.go.jp.evil.example' }),
      pairwiseSubject({ ...options, sector: 'pension.example.go.jp' }),
      pairwiseSubject({ ...options, certificate: numbered('0a1b2d') }),
      pairwiseSubject({ ...options, certificate: numbered('0a1b2c00') }),
      pairwiseSubject({ ...options, certificate: { ...certificate, issuerKeyHash: issuerKeyHash.replace(/^./, '_') } }),
      pairwiseSubject({ ...options, key: randomBytes(32) }),
    ]);
    expect(new Set(subjects).size).toBe(subjects.length);
    for (const subject of subjects) expect(subject).toMatch(/^[\w-]{43}$/);
    expect(await pairwiseSubject({ ...options })).toBe(subjects[0]);
  });

  it('does not let two services join their people', async () => {
    const people = ['01', '02', '03'].map(numbered);
    const seenBy = (sector: string): Promise<string[]> =>
      Promise.all(people.map((each) => pairwiseSubject({ key, sector, certificate: each })));
    const [tax, pension] = [await seenBy('tax.example'), await seenBy('pension.example')];
    expect(tax.filter((subject) => pension.includes(subject))).toEqual([]);
    // What one of them could compute without the key: nothing of the other's comes out.
    const guesses = tax.flatMap((subject) =>
      people.map(({ serialNumber }) =>
        createHmac('sha256', Buffer.from(subject, 'base64url')).update(serialNumber).digest('base64url'),
      ),
    );
    expect(guesses.filter((guess) => pension.includes(guess))).toEqual([]);
  });

  it.each([
    ['a short key', { key: randomBytes(31) }],
    ['a key in text', { key: 'x'.repeat(32) as unknown as Uint8Array }],
    ['no sector', { sector: '' }],
    ['a sector in capitals', { sector: 'Tax.example' }],
    ['an origin for a sector', { sector: 'https://tax.example' }],
    ['a sector with a port', { sector: 'tax.example:443' }],
    ['a sector of 254 characters', { sector: 'a'.repeat(254) }],
    ['a number in capitals', { certificate: numbered('0A1B2C') }],
    ['a number with an octet of nought before it', { certificate: numbered('000a') }],
    ['half an octet', { certificate: numbered('0a1') }],
    ['no number', { certificate: numbered('') }],
    ['a number of 21 octets', { certificate: numbered('01'.repeat(21)) }],
    ['another hash of the issuer', { certificate: { ...certificate, issuerKeyHash: 'abc' } }],
  ])('is not made from %s', async (_, wrong) => {
    await expect(pairwiseSubject({ ...options, ...wrong })).rejects.toThrow(TypeError);
  });
});

describe('a certificate', () => {
  it('is told by its issuer’s key and its number', async () => {
    const [one, other] = [issueAuthority('authentication'), issueAuthority('authentication', 'next-generation')];
    const identify = (der: Uint8Array): Promise<CertificateIdentifier> =>
      identifyCertificate({ issuerCertificate: parseCertificate(der), serialNumber: '1234' });
    expect(await identify(one.certificate)).toEqual({
      issuerKeyHash: createHash('sha256').update(one.key.spki).digest('base64url'),
      serialNumber: '1234',
    });
    const subjects = await Promise.all(
      [one, other].map(async (ca) => pairwiseSubject({ ...options, certificate: await identify(ca.certificate) })),
    );
    expect(subjects[0]).not.toBe(subjects[1]);
  });
});

describe('a renewed certificate', () => {
  it('has the subject of the first one, where the verifier knows the link', async () => {
    const links = new MemoryCertificateLinks();
    const [first, second, third] = [numbered('01'), numbered('02'), numbered('03')];
    links.link({ previous: first, renewed: second });
    links.link({ previous: second, renewed: third });
    const subject = await pairwiseSubject({ ...options, certificate: first });
    for (const each of [first, second, third]) {
      expect(await resolveSubject({ ...options, certificate: each, links })).toBe(subject);
    }
  });

  it('has a subject of its own where nothing is known', async () => {
    const links = new MemoryCertificateLinks();
    const renewed = numbered('02');
    const subject = await resolveSubject({ ...options, certificate: renewed, links });
    expect(subject).toBe(await pairwiseSubject({ ...options, certificate: renewed }));
    expect(subject).not.toBe(await pairwiseSubject({ ...options, certificate: numbered('01') }));
  });

  it('gets no second predecessor, no second successor, and is not its own', () => {
    const links = new MemoryCertificateLinks();
    links.link({ previous: numbered('01'), renewed: numbered('02') });
    links.link({ previous: numbered('01'), renewed: numbered('02') });
    const link = (previous: string, renewed: string) => (): void =>
      links.link({ previous: numbered(previous), renewed: numbered(renewed) });
    expect(link('01', '03')).toThrow(RangeError);
    expect(link('03', '02')).toThrow(RangeError);
    expect(link('04', '04')).toThrow(RangeError);
    expect(link('02', '01')).toThrow(RangeError);
    expect(link('0A', '05')).toThrow(TypeError);
  });

  it('whose links lead in a circle, or nowhere, has no subject', async () => {
    const circle: CertificateLinks = { predecessorOf: (each) => Promise.resolve(each) };
    await expect(resolveSubject({ ...options, links: circle })).rejects.toThrow(Error);
    const wrong: CertificateLinks = { predecessorOf: () => Promise.resolve(numbered('XX')) };
    await expect(resolveSubject({ ...options, links: wrong })).rejects.toThrow(TypeError);
  });

  it('is shown to the table without anything else', async () => {
    const asked: object[] = [];
    const links: CertificateLinks = {
      predecessorOf: (each) => {
        asked.push(each);
        return Promise.resolve(undefined);
      },
    };
    const withMore = { ...certificate, certificate: 'everything else about the login' };
    await resolveSubject({ ...options, certificate: withMore, links });
    expect(asked).toEqual([certificate]);
  });
});
