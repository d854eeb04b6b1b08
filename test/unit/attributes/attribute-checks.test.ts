import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkAttributes,
  type AttributeRootKey,
  type CheckFiles,
} from '../../../main/core/attributes/attribute-checks.js';
import { parseAttributeFile } from '../../../main/core/attributes/attribute-file.js';
import { ClientError } from '../../../main/core/errors.js';
import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import {
  attributeFile,
  digestFile,
  MY_NUMBER_DIGEST,
  ROOT_KEY_ID,
  rsaSigner,
  signerCertificate,
  spki,
  tlv,
} from './card-files.js';

const signer = rsaSigner();
const root = rsaSigner();
const { file, digested } = attributeFile();
const digests = digestFile(digested, signer);
const certificate = signerCertificate(signer, root);
const rootKey: AttributeRootKey = { keyId: ROOT_KEY_ID, subjectPublicKeyInfo: spki(root) };
const MATCHES = { digest: 'matches', signature: 'not-checked', issuer: 'not-checked' };
const NOTHING = { ...MATCHES, digest: 'not-checked' };

interface Given {
  readonly file?: Uint8Array;
  readonly digests?: Uint8Array | undefined;
  readonly certificate?: Uint8Array | undefined;
  readonly rootKeys?: readonly AttributeRootKey[];
}

function check(given: Given = {}) {
  const whole = { file, digests, certificate, rootKeys: [], ...given };
  const files: CheckFiles = {
    attributes: parseAttributeFile(whole.file),
    digests: whole.digests,
    signerCertificate: whole.certificate,
  };
  return checkAttributes(files, { crypto: nodeCrypto, rootKeys: whole.rootKeys });
}

/** A copy with the last byte of the part changed. */
function flipped(bytes: Uint8Array, at = bytes.length - 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('what holds', () => {
  it('digest and signature, without anybody’s word for the key', async () => {
    expect(await check()).toEqual({ digest: 'matches', signature: 'holds', issuer: 'not-checked' });
  });

  it.each(['value', 'object'] as const)('the issuer, where its key is given and it signed the %s', async (signed) => {
    const given = { certificate: signerCertificate(signer, root, signed), rootKeys: [rootKey] };
    expect(await check(given)).toEqual({ digest: 'matches', signature: 'holds', issuer: 'holds' });
  });

  it('is not the issuer where another issuer’s key is given', async () => {
    const rootKeys = [{ ...rootKey, keyId: Buffer.from('ANOTHER-KEY-NUM1') }];
    expect(await check({ rootKeys })).toMatchObject({ signature: 'holds', issuer: 'not-checked' });
  });

  it.each(['two-bytes', 'four-bytes'] as const)(
    'with lengths in the %s form, which the digest covers as they are',
    async (form) => {
      const loose = attributeFile({ form });
      expect(await check({ file: loose.file, digests: digestFile(loose.digested, signer) })).toMatchObject({
        digest: 'matches',
        signature: 'holds',
      });
      expect(await codeOf(check({ file: loose.file }))).toBe('ERR_SIGN_DIGEST');
    },
  );

  it('with the table of offsets absent or not in the first place', async () => {
    const objects = Buffer.concat([tlv('df22', Buffer.from('A')), tlv('df23', Buffer.from('B'))]);
    const rest = tlv('df24', Buffer.from('19900401'));
    const table = tlv('df21', Buffer.alloc(8, 5));
    const digestOfAll = digestFile(Buffer.concat([objects, rest]), signer);
    for (const content of [
      [objects, rest],
      [objects, table, rest],
      [objects, rest, table],
    ]) {
      expect((await check({ file: tlv('ff20', Buffer.concat(content)), digests: digestOfAll })).digest).toBe('matches');
    }
  });
});

describe('a contradiction is an error', () => {
  it('attributes that differ from the digest', async () => {
    const changed = attributeFile({ values: { gender: '1' } });
    expect(await codeOf(check({ file: changed.file }))).toBe('ERR_SIGN_DIGEST');
  });

  it('a signature that does not hold, be it the My Number’s digest that was changed', async () => {
    expect(await codeOf(check({ digests: flipped(digests) }))).toBe('ERR_SIGN_INVALID');
    const myNumberDigest = digests.indexOf(MY_NUMBER_DIGEST);
    expect(await codeOf(check({ digests: flipped(digests, myNumberDigest) }))).toBe('ERR_SIGN_INVALID');
    expect(await codeOf(check({ certificate: signerCertificate(rsaSigner(), root) }))).toBe('ERR_SIGN_INVALID');
  });

  it('a key that the given root key did not sign', async () => {
    const rootKeys = [{ ...rootKey, subjectPublicKeyInfo: spki(signer) }];
    expect(await codeOf(check({ rootKeys }))).toBe('ERR_CERT_UNTRUSTED');
    expect(await codeOf(check({ certificate: flipped(certificate), rootKeys: [rootKey] }))).toBe('ERR_CERT_UNTRUSTED');
  });

  it('and its error holds no digest', async () => {
    const changed = attributeFile({ values: { gender: '1' } });
    for (const given of [{ file: changed.file }, { digests: flipped(digests) }, { digests: digests.subarray(0, -1) }]) {
      const error = await check(given).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ClientError);
      const text = inspect(error, { depth: Infinity, showHidden: true }).toLowerCase();
      expect(text).not.toContain(MY_NUMBER_DIGEST.toString('hex').slice(0, 16));
      expect(text).not.toContain(MY_NUMBER_DIGEST.toString('base64').slice(0, 12).toLowerCase());
    }
  });
});

describe('what cannot be checked is called not checked', () => {
  const signed = (...objects: Buffer[]): Buffer => tlv('ff30', Buffer.concat(objects), 'two-bytes');
  const attributesDigest = digests.subarray(digests.indexOf(Buffer.from('df3220', 'hex'))).subarray(0, 35);
  const signature = digests.subarray(digests.indexOf(Buffer.from('df33', 'hex')));

  it.each<[string, Given, object]>([
    ['no EF 0003', { digests: undefined }, NOTHING],
    ['an EF 0003 of another structure', { digests: tlv('ff31', Buffer.alloc(3, 1)) }, NOTHING],
    ['no DF32', { digests: signed(tlv('df31', MY_NUMBER_DIGEST)) }, NOTHING],
    ['a DF32 of another length', { digests: signed(tlv('df32', Buffer.alloc(20, 1))) }, NOTHING],
    ['no signature', { digests: signed(attributesDigest) }, MATCHES],
    ['a signature that comes before the digest', { digests: signed(signature, attributesDigest) }, MATCHES],
    ['no EF 0004', { certificate: undefined }, MATCHES],
    ['an EF 0004 of another structure', { certificate: tlv('7f22', Buffer.alloc(3, 1)) }, MATCHES],
    ['an EF 0004 without key', { certificate: tlv('7f21', tlv('5f4e', Buffer.alloc(31, 1))) }, MATCHES],
    ['a weak key', { certificate: signerCertificate(rsaSigner(1024), root) }, MATCHES],
  ])('%s', async (_what, given, expected) => {
    expect(await check({ ...given, rootKeys: [rootKey] })).toEqual(expected);
  });

  it('but malformed BER-TLV is refused', async () => {
    expect(await codeOf(check({ digests: digests.subarray(0, -1) }))).toBe('ERR_CARD_RESPONSE');
    expect(await codeOf(check({ certificate: certificate.subarray(0, -1) }))).toBe('ERR_CARD_RESPONSE');
  });
});

it('whatever is in EF 0003 and EF 0004, there is an outcome or a ClientError', { timeout: FUZZ_TIMEOUT }, async () => {
  const around = (whole: Buffer) =>
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.nat(whole.length), fc.nat(6), fc.uint8Array({ maxLength: 6 }))
        .map(([at, remove, insert]) => Buffer.concat([whole.subarray(0, at), insert, whole.subarray(at + remove)])),
    );
  await fc.assert(
    fc.asyncProperty(around(digests), around(certificate), async (changedDigests, changedCertificate) => {
      const outcome = await check({
        digests: changedDigests,
        certificate: changedCertificate,
        rootKeys: [rootKey],
      }).catch((thrown: unknown) => thrown);
      const code = outcome instanceof ClientError ? outcome.code : outcome instanceof Error ? 'defect' : 'outcome';
      expect(code).toMatch(/^(outcome|ERR_(CARD_RESPONSE|SIGN_DIGEST|SIGN_INVALID|CERT_UNTRUSTED))$/);
    }),
    { numRuns: FUZZ_RUNS },
  );
});

async function codeOf(outcome: Promise<unknown>): Promise<unknown> {
  return outcome.then(
    () => undefined,
    (error: unknown) => (error as ClientError).code,
  );
}
