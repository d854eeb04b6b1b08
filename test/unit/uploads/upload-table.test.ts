import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkSignRequest } from '../../../main/core/bridge/check-sign-request.js';
import type { IncomingUpload } from '../../../main/core/bridge/uploads.js';
import { ClientError } from '../../../main/core/errors.js';
import { DEFAULT_POLICY, type Policy } from '../../../main/core/policy/policy.js';
import { systemRandom } from '../../../main/node/system.js';
import {
  LIMITS,
  operationRequestSchema,
  registryServiceSchema,
  uploadResultSchema,
  type Envelope,
  type SignRequest,
  type UploadResult,
} from '../../../sdk/protocol/index.js';
import { errorCode } from '../../support/error-code.js';
import { bridgeUnderTest, codeOf, type BridgeUnderTest } from '../bridge/bridge-under-test.js';
import { asker, fakeRegistry, memorySites, only, ORIGIN, OTHER_ORIGIN, settle } from '../bridge/fakes.js';
import { detachedItems, MemoryUploads, signEach } from '../bridge/signing-fakes.js';

const MEBIBYTE = 1024 * 1024;
/** One megabyte as often as it is wanted, and never more than once in memory. */
const BLOCK = new Uint8Array(MEBIBYTE);

function content(bytes: Uint8Array | readonly Uint8Array[], declaredSize?: number): IncomingUpload {
  async function* octets() {
    for (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) yield chunk;
  }
  return { octets: octets(), declaredSize };
}

const blocks = (count: number): IncomingUpload => content(Array.from({ length: count }, () => BLOCK));

/** Keeps sizes alone, so that a test may fill it. */
class SizesOnly extends MemoryUploads {
  override async create() {
    const place = await super.create();
    return { ...place, write: () => Promise.resolve() };
  }
}

let uploads: MemoryUploads;
let under: BridgeUnderTest;
let policy: Policy;

beforeEach(() => {
  policy = DEFAULT_POLICY;
  uploads = new SizesOnly();
  under = bridgeUnderTest({ uploads, random: systemRandom, policy: () => policy });
});

function resultOf(envelope: Envelope<UploadResult>): UploadResult {
  if (!envelope.ok) throw new Error(envelope.error.code);
  return uploadResultSchema.parse(envelope.result);
}

async function upload(bytes = new TextEncoder().encode('hello'), origin = ORIGIN): Promise<string> {
  return resultOf(await under.bridge.upload(origin, content(bytes))).uploadId;
}

const signing = (...ids: readonly string[]) => ({
  operation: 'sign',
  items: ids.map((id) => ({ name: 'a.pdf', upload: id })),
});

describe('an upload', () => {
  it('is what arrived, in one piece or many', async () => {
    under = bridgeUnderTest({ random: systemRandom });
    const text = new TextEncoder().encode('書類の全部');
    const pieces = Array.from(text, (octet) => Uint8Array.of(octet));
    const sha256 = createHash('sha256').update(text).digest('hex');
    for (const bytes of [text, pieces]) {
      const result = resultOf(await under.bridge.upload(ORIGIN, content(bytes)));
      expect(result).toMatchObject({ size: text.length, sha256 });
      await under.open(asker(), signing(result.uploadId));
      const item = only(detachedItems(under.operations.signings.at(-1)?.request.items ?? []));
      expect(Buffer.from(await item.bytes()).toString()).toBe('書類の全部');
    }
  });

  it('may be empty', async () => {
    expect(resultOf(await under.bridge.upload(ORIGIN, content([]))).size).toBe(0);
  });

  it('has an id that nobody guesses', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => upload()));
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(32);
  });

  it('and its id, name and digest are never in the log', async () => {
    const id = await upload();
    await under.open(asker(), signing(id));
    const sha256 = createHash('sha256').update('hello').digest('hex');
    expect(JSON.stringify(under.log.events)).not.toMatch(new RegExp(`${id}|a\\.pdf|${sha256}`));
  });
});

describe('whose upload it is', () => {
  it.each([
    ['another origin', OTHER_ORIGIN],
    ['another host of the same name', ORIGIN.replace('service', 'other')],
    ['another port', `${ORIGIN}:8443`],
  ])('%s can neither sign nor delete it', async (_, origin) => {
    const id = await upload();
    expect(codeOf(await under.tryOpen(asker(origin), signing(id)))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
    expect(codeOf(await under.bridge.deleteUpload(origin, id))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
    expect(under.operations.calls).toBe(0);
    expect(codeOf(await under.tryOpen(asker(), signing(id)))).toBe('none');
  });

  it('a guess is no upload, and looks no different from another’s', async () => {
    const other = await upload(undefined, OTHER_ORIGIN);
    const [guessed, foreign] = [
      await under.tryOpen(asker(), signing('A'.repeat(43))),
      await under.tryOpen(asker(), signing(other)),
    ];
    expect(guessed).toEqual(foreign);
    expect(codeOf(guessed)).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
  });

  it.each(['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}/`, '../../etc/passwd'.padEnd(43, 'A')])(
    'the id %j is no message of the contract',
    async (id) => {
      expect(codeOf(await under.tryOpen(asker(), signing(id)))).toBe('ERR_PROTOCOL_MALFORMED');
    },
  );

  it('a redirect cannot name one, however it is signed', async () => {
    const id = await upload();
    const redirected = await under.tryOpen(asker(ORIGIN, { route: 'redirect' }), signing(id));
    expect(codeOf(redirected)).toBe('ERR_POLICY_REQUEST_UNSIGNED');
    const request = operationRequestSchema.parse(signing(id)) as SignRequest;
    const terms = { asker: asker(ORIGIN, { route: 'redirect' }), service: undefined, policy };
    expect(errorCode(() => checkSignRequest(request, terms))).toBe('ERR_PROTOCOL_ROUTE');
    for (const route of ['loopback', 'extension'] as const) {
      expect(errorCode(() => checkSignRequest(request, { ...terms, asker: asker(ORIGIN, { route }) }))).toBeUndefined();
    }
  });
});

describe('an upload is used once', () => {
  it('and by one session', async () => {
    const id = await upload();
    await under.open(asker(), signing(id));
    expect(codeOf(await under.tryOpen(asker(), signing(id)))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
    expect(codeOf(await under.bridge.deleteUpload(ORIGIN, id))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
  });

  it('and by one item', async () => {
    const id = await upload();
    expect(codeOf(await under.tryOpen(asker(), signing(id, id)))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
    expect(codeOf(await under.tryOpen(asker(), signing(id)))).toBe('none');
  });

  it('stays where another of the same request is not there', async () => {
    const id = await upload();
    const request = signing(id, 'A'.repeat(43));
    expect(codeOf(await under.tryOpen(asker(), request))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
    expect(uploads.kept).toBe(1);
    expect(codeOf(await under.tryOpen(asker(), signing(id)))).toBe('none');
  });

  it('stays where the request came too early', async () => {
    const ids = [await upload(), await upload(), await upload()];
    for (const id of ids.slice(0, 2)) await under.open(asker(), signing(id));
    const [, , third = ''] = ids;
    expect(codeOf(await under.tryOpen(asker(), signing(third)))).toBe('ERR_PROTOCOL_BUSY');
    expect(uploads.kept).toBe(3);
  });
});

describe('an upload is gone', () => {
  it('when it was signed', async () => {
    const id = await under.open(asker(), signing(await upload(), await upload()));
    expect(uploads.kept).toBe(2);
    const { request, resolve } = only(under.operations.signings);
    resolve(await signEach(request.items, Uint8Array.of(1)));
    await settle();
    expect(uploads.kept).toBe(0);
    expect(await under.poll(id)).toMatchObject({ result: { output: { items: [{ signature: 'AQ==' }, {}] } } });
  });

  it('when the person refused, or the card failed', async () => {
    await under.open(asker(), signing(await upload()));
    only(under.operations.signings).reject(new ClientError('ERR_USER_REFUSED', 'no'));
    await settle();
    expect(uploads.kept).toBe(0);
  });

  it('when the page cancelled, and not before what reads it has ended', async () => {
    const session = await under.open(asker(), signing(await upload()));
    under.operations.endsOnAbort = false;
    under.bridge.cancel(ORIGIN, session);
    await settle();
    expect(uploads.kept).toBe(1);
    only(under.operations.signings).reject(new Error('wound down'));
    await settle();
    expect(uploads.kept).toBe(0);
  });

  it('when the page cancelled before its turn came', async () => {
    await under.open(asker(OTHER_ORIGIN));
    const session = await under.open(asker(), signing(await upload()));
    under.bridge.cancel(ORIGIN, session);
    await settle();
    expect(uploads.kept).toBe(0);
  });

  it('when nobody polls the session that has it', async () => {
    await under.open(asker(), signing(await upload()));
    await under.clock.advance(LIMITS.pollSilenceSeconds * 1_000);
    expect(uploads.kept).toBe(0);
  });

  it('when the person blocked the site while it waited', async () => {
    const sites = memorySites();
    under = bridgeUnderTest({ uploads, sites, random: systemRandom });
    await under.open(asker());
    await under.open(asker(), signing(await upload()));
    const { request, reject } = only(under.operations.authentications);
    await request.onDecision?.({ answer: 'refused', block: true });
    reject(new ClientError('ERR_USER_REFUSED', 'no'));
    await settle();
    expect(uploads.kept).toBe(0);
  });

  it('when it was deleted', async () => {
    const id = await upload();
    expect(await under.bridge.deleteUpload(ORIGIN, id)).toEqual({ ok: true, result: {} });
    expect(uploads.kept).toBe(0);
    expect(codeOf(await under.bridge.deleteUpload(ORIGIN, id))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
  });

  it('when nobody used it for its time, and not before', async () => {
    const id = await upload();
    await under.clock.advance(LIMITS.uploadSeconds * 1_000 - 1);
    expect(uploads.kept).toBe(1);
    await under.clock.advance(1);
    expect(uploads.kept).toBe(0);
    expect(codeOf(await under.tryOpen(asker(), signing(id)))).toBe('ERR_PROTOCOL_UPLOAD_UNKNOWN');
  });

  it('not by its time while a session has it', async () => {
    const session = await under.open(asker(), signing(await upload()));
    for (let seconds = 0; seconds <= LIMITS.uploadSeconds; seconds += 20) {
      await under.poll(session);
      await under.clock.advance(20_000);
    }
    expect(uploads.kept).toBe(1);
  });

  it('when the program ends, with nothing left asleep', async () => {
    await upload();
    await upload(undefined, OTHER_ORIGIN);
    const ending = under.bridge.close();
    await under.clock.advance(0);
    await ending;
    expect({ kept: uploads.kept, sleeping: under.clock.sleeping }).toEqual({ kept: 0, sleeping: 0 });
    expect(codeOf(await under.bridge.upload(ORIGIN, content(BLOCK)))).toBe('ERR_USER_CANCELLED');
  });

  it('when no session comes of the request that took it, through no fault of the request', async () => {
    const documents = {
      detached: () => {
        throw new Error('no thread');
      },
    };
    under = bridgeUnderTest({ uploads, documents, random: systemRandom });
    const ids = [await upload(), await upload()];
    expect(codeOf(await under.tryOpen(asker(), signing(...ids)))).toBe('ERR_INTERNAL');
    await settle();
    expect(uploads.kept).toBe(0);
    for (let count = 0; count < LIMITS.uploadBytesPerOrigin / LIMITS.uploadBytes; count++) {
      expect(codeOf(await under.bridge.upload(ORIGIN, blocks(LIMITS.uploadBytes / MEBIBYTE)))).toBe('none');
    }
  });

  it('when its sender goes away half-way', async () => {
    async function* octets() {
      yield BLOCK;
      throw new ClientError('ERR_USER_CANCELLED', 'gone');
    }
    const envelope = await under.bridge.upload(ORIGIN, { octets: octets(), declaredSize: 2 * MEBIBYTE });
    expect(codeOf(envelope)).toBe('ERR_USER_CANCELLED');
    expect(uploads.kept).toBe(0);
  });

  it('when it cannot be written', async () => {
    class Full extends MemoryUploads {
      override async create() {
        const place = await super.create();
        return { ...place, write: () => Promise.reject(new ClientError('ERR_INTERNAL_FILE', 'no room')) };
      }
    }
    uploads = new Full();
    under = bridgeUnderTest({ uploads });
    expect(codeOf(await under.bridge.upload(ORIGIN, content(BLOCK)))).toBe('ERR_INTERNAL');
    expect(uploads.kept).toBe(0);
  });
});

const LISTED = 'https://listed.example.jp';
const OTHER_LISTED = 'https://listed.example.ed.jp';

function entry(origin: string, operations: readonly string[] = ['sign']) {
  const name = { ja: '市', en: 'City' };
  const id = origin.replace(/\W+/g, '-');
  return registryServiceSchema.parse({ id, name, operator: name, origins: [origin], operations });
}

function withListed(...origins: readonly string[]): BridgeUnderTest {
  const registry = fakeRegistry({ services: origins.map((origin) => entry(origin)) });
  return bridgeUnderTest({ uploads, random: systemRandom, policy: () => policy, registry });
}

describe('how much', () => {
  const size = LIMITS.uploadBytes / MEBIBYTE;

  it('one upload has: as much as is said, and not an octet more', async () => {
    expect(codeOf(await under.bridge.upload(ORIGIN, blocks(size)))).toBe('none');
    const tooMuch = content([...Array.from({ length: size }, () => BLOCK), Uint8Array.of(0)]);
    expect(codeOf(await under.bridge.upload(ORIGIN, tooMuch))).toBe('ERR_PROTOCOL_BODY_TOO_LARGE');
    expect(uploads.kept).toBe(1);
  });

  it('is refused by what it declares before any of it is read', async () => {
    async function* octets() {
      yield await Promise.reject<Uint8Array>(new Error('was read'));
    }
    const declaredSize = LIMITS.uploadBytes + 1;
    expect(codeOf(await under.bridge.upload(ORIGIN, { octets: octets(), declaredSize }))).toBe(
      'ERR_PROTOCOL_BODY_TOO_LARGE',
    );
    expect(uploads.kept).toBe(0);
  });

  it('one origin has altogether, whatever hosts of its name it goes through', async () => {
    for (let count = 0; count < LIMITS.uploadBytesPerOrigin / LIMITS.uploadBytes; count++) {
      const origin = count % 2 === 0 ? ORIGIN : ORIGIN.replace('service.', 'sub.service.');
      expect(codeOf(await under.bridge.upload(origin, blocks(size)))).toBe('none');
    }
    expect(codeOf(await under.bridge.upload(ORIGIN, content(Uint8Array.of(1))))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    expect(codeOf(await under.bridge.upload(OTHER_ORIGIN, content(Uint8Array.of(1))))).toBe('none');
  });

  it('all have together, and what of it is left for services of the registry', async () => {
    under = withListed(LISTED, OTHER_LISTED);
    const reserved = LIMITS.reservedUploadBytes / LIMITS.uploadBytes;
    const count = LIMITS.uploadBytesAltogether / LIMITS.uploadBytes - reserved;
    for (let index = 0; index < count; index++) {
      expect(codeOf(await under.bridge.upload(`https://site-${index}.invalid`, blocks(size)))).toBe('none');
    }
    expect(codeOf(await under.bridge.upload(ORIGIN, blocks(1)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    for (let index = 0; index < reserved; index++) {
      expect(codeOf(await under.bridge.upload(LISTED, blocks(size)))).toBe('none');
    }
    expect(codeOf(await under.bridge.upload(OTHER_LISTED, blocks(1)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    expect(uploads.kept).toBe(count + reserved);
  });

  it('is not all for two sites that nobody knows', async () => {
    under = withListed(LISTED);
    for (const origin of ['https://a.invalid', 'https://b.invalid']) {
      for (let count = 0; count < LIMITS.uploadBytesPerOrigin / LIMITS.uploadBytes; count++) {
        await under.bridge.upload(origin, blocks(size));
      }
    }
    expect(codeOf(await under.bridge.upload(LISTED, blocks(size)))).toBe('none');
  });

  it('services of the registry have of what others leave, too', async () => {
    under = withListed(LISTED, OTHER_LISTED);
    const each = LIMITS.uploadBytesPerOrigin / LIMITS.uploadBytes;
    for (const origin of [LISTED, OTHER_LISTED]) {
      for (let count = 0; count < each; count++) {
        expect(codeOf(await under.bridge.upload(origin, blocks(size)))).toBe('none');
      }
    }
    expect(codeOf(await under.bridge.upload(ORIGIN, blocks(1)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
  });

  it('counts what sessions still use', async () => {
    const ids = [];
    for (let count = 0; count < LIMITS.uploadBytesPerOrigin / LIMITS.uploadBytes; count++) {
      ids.push(resultOf(await under.bridge.upload(ORIGIN, blocks(size))).uploadId);
    }
    await under.open(asker(), signing(...ids));
    expect(codeOf(await under.bridge.upload(ORIGIN, blocks(1)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    only(under.operations.signings).reject(new ClientError('ERR_USER_REFUSED', 'no'));
    await settle();
    expect(codeOf(await under.bridge.upload(ORIGIN, blocks(1)))).toBe('none');
  });

  it('uploads one origin may have open: a number, those that arrive included', async () => {
    const never = { octets: { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) } };
    void under.bridge.upload(ORIGIN, { ...never, declaredSize: 1 });
    for (let count = 1; count < LIMITS.uploadsPerOrigin; count++) await upload();
    expect(codeOf(await under.bridge.upload(ORIGIN, content(BLOCK)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    expect(codeOf(await under.bridge.upload(OTHER_ORIGIN, content(BLOCK)))).toBe('none');
  });

  it('uploads there may be altogether: a number too', async () => {
    under = withListed(LISTED, OTHER_LISTED);
    const forAll = LIMITS.uploadsAltogether - LIMITS.reservedUploads;
    for (let index = 0; index < forAll; index++) await upload(undefined, `https://s${index}.invalid`);
    expect(codeOf(await under.bridge.upload(ORIGIN, content(BLOCK)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    for (let count = 0; count < LIMITS.reservedUploads; count++) await upload(undefined, LISTED);
    expect(codeOf(await under.bridge.upload(OTHER_LISTED, content(BLOCK)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    expect(uploads.kept).toBe(LIMITS.uploadsAltogether);
  });

  it('is as many as may be signed at a time, where policy raises that', async () => {
    policy = { ...DEFAULT_POLICY, signItems: 150 };
    const ids = [];
    for (let count = 0; count < 150; count++) ids.push(await upload());
    expect(codeOf(await under.bridge.upload(ORIGIN, content(BLOCK)))).toBe('ERR_PROTOCOL_UPLOADS_FULL');
    expect(codeOf(await under.tryOpen(asker(), signing(...ids)))).toBe('none');
  });
});

describe('who may not sign may not upload', () => {
  const attempt = (): Promise<string> => under.bridge.upload(ORIGIN, content(BLOCK)).then(codeOf);

  it('because its entry says so', async () => {
    under = bridgeUnderTest({ uploads, registry: fakeRegistry({ services: [entry(ORIGIN, ['authenticate'])] }) });
    expect(await attempt()).toBe('ERR_POLICY_OPERATION');
    under = bridgeUnderTest({ uploads, registry: fakeRegistry({ services: [entry(ORIGIN)] }) });
    expect(await attempt()).toBe('none');
  });

  it('because policy lets only listed origins sign', async () => {
    policy = { ...DEFAULT_POLICY, unlistedSigning: 'refuse' };
    expect(await attempt()).toBe('ERR_POLICY_OPERATION');
  });

  it('because policy lets only others ask', async () => {
    policy = { ...DEFAULT_POLICY, allowedOrigins: [OTHER_ORIGIN] };
    expect(await attempt()).toBe('ERR_POLICY_ORIGIN');
  });

  it('because the person has blocked it', async () => {
    await under.sites.block(ORIGIN, true);
    expect(await attempt()).toBe('ERR_USER_BLOCKED');
    expect(uploads.kept).toBe(0);
  });

  it.each(['null', '', 'http://service.example.go.jp', `${ORIGIN}/`])('because %j is no origin', async (origin) => {
    expect(codeOf(await under.bridge.upload(origin, content(BLOCK)))).toMatch(/^ERR_ORIGIN_/);
  });
});
