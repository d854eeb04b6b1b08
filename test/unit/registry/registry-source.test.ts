import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  openRegistrySource,
  type RegistryFile,
  type RegistryNotice,
  type RememberedRegistry,
} from '../../../main/core/registry/registry-source.js';
import { nodeJose } from '../../../main/node/jose.js';
import { systemClock } from '../../../main/node/system.js';
import {
  decryptionKey,
  serviceEntry,
  signingKey,
  signRegistry,
  type RegistryParts,
  type SigningKey,
} from '../../support/signed-registry.js';
import { recordingLog } from '../bridge/fakes.js';

const DAY = 86_400_000;
const ONE = 'https://one.example';
const TWO = 'https://two.example';

let key: SigningKey;
let stranger: SigningKey;

beforeAll(async () => {
  [key, stranger] = await Promise.all([signingKey(), signingKey()]);
});

/** A registry's file and what is remembered of it, for as long as the test runs. */
class FakeFile implements RegistryFile {
  readonly kind = 'administrator';
  readonly name: string;
  jws: string | undefined;
  remembered: RememberedRegistry | undefined;
  storable = true;

  constructor(name = 'registry.jws') {
    this.name = name;
  }

  get trust() {
    return { keys: [key.jwk], loopbackOrigins: false };
  }

  read(): Promise<string> {
    return this.jws === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(this.jws);
  }

  readonly memory = {
    load: () => Promise.resolve(this.remembered),
    store: (registry: RememberedRegistry) => {
      if (!this.storable) return Promise.reject(new Error('EROFS'));
      this.remembered = registry;
      return Promise.resolve();
    },
  };
}

let file: FakeFile;
let now: Date;
let log: ReturnType<typeof recordingLog>;
let heard: RegistryNotice[];

beforeEach(() => {
  file = new FakeFile();
  now = new Date('2026-11-21T03:00:00Z');
  log = recordingLog();
  heard = [];
});

const open = (...files: FakeFile[]) =>
  openRegistrySource(
    {
      jose: nodeJose,
      clock: { ...systemClock, now: () => now },
      log,
      onNotice: (notice) => heard.push(notice),
    },
    files.length === 0 ? [file] : files,
  );

/** An edition whose only service tells which it is. */
const edition = (version: number, parts: RegistryParts = {}, signer = key): Promise<string> =>
  signRegistry(
    signer,
    { version, services: [serviceEntry({ id: `edition-${version}`, origins: [ONE] })], ...parts },
    now,
  );

type Source = Awaited<ReturnType<typeof open>>;
const inForce = ({ registry }: Source): string | undefined => registry.serviceOf(ONE)?.id;
const faults = (source: Source): string[] => source.notices().map(({ problem }) => problem.fault);
const refusals = () => log.events.filter(({ name }) => name === 'registry.refused').map(({ fields }) => fields);

describe('a registry in force', () => {
  it('says who an origin and a verifier is', async () => {
    const { jwk } = await decryptionKey();
    const service = serviceEntry({ id: 'one', origins: [ONE, TWO] });
    const verifier = { id: 'verifier', name: service.name, operator: service.operator, keys: [jwk] };
    file.jws = await edition(1, { services: [service], verifiers: [verifier] });
    const source = await open();
    const { registry } = source;
    expect(registry.serviceOf(ONE)).toEqual(service);
    expect(registry.serviceOf(TWO)).toEqual(service);
    expect(registry.serviceOf('https://three.example')).toBeUndefined();
    expect(registry.serviceOf(`${ONE}/`)).toBeUndefined();
    expect(registry.verifier('verifier')).toEqual(verifier);
    expect(registry.verifier('one')).toBeUndefined();
    expect(registry.verifier('__proto__')).toBeUndefined();
    expect(source.notices()).toEqual([]);
    expect(source.status()[0]?.inForce).toMatchObject({ version: 1, services: 1, verifiers: 1 });
  });

  it('gives way to a newer one', async () => {
    file.jws = await edition(1);
    const source = await open();
    file.jws = await edition(2);
    await source.refresh();
    expect(inForce(source)).toBe('edition-2');
    expect(heard).toEqual([]);
  });

  it('may be signed anew, also by another trusted signature', async () => {
    file.jws = await edition(1);
    const source = await open();
    file.jws = await edition(1);
    await source.refresh();
    expect(faults(source)).toEqual([]);
  });
});

describe('what is not accepted', () => {
  const cases: [string, string, () => Promise<string | undefined>][] = [
    ['a bad signature', 'signature', () => edition(2, {}, stranger)],
    ['no registry', 'signature', async () => '<html>'],
    ['an empty file', 'signature', async () => ''],
    ['a lower version', 'rollback', () => edition(4)],
    ['the same version with other content', 'rollback', () => edition(5, { services: [] })],
    ['an end in the past', 'expired', () => edition(6, { exp: Math.floor(now.getTime() / 1_000) - 10 })],
    [
      'a beginning in the future',
      'not-yet-valid',
      () => edition(6, { iat: Math.floor(now.getTime() / 1_000) + 3_600 }),
    ],
    [
      'a wrong form',
      'content',
      () => edition(6, { services: [serviceEntry({ id: 'x', origins: ['http://x.example'] })] }),
    ],
    ['no file', 'unreadable', async () => undefined],
  ];

  it.each(cases)('leaves the old one in force and says so: %s', async (_, fault, make) => {
    file.jws = await edition(5);
    const source = await open();
    file.jws = await make();
    await source.refresh();
    expect(inForce(source)).toBe('edition-5');
    expect(faults(source)).toEqual([fault]);
    expect(heard.map(({ problem, inForce: instead }) => [problem.fault, instead?.version])).toEqual([[fault, 5]]);
    expect(refusals()).toEqual([{ kind: 'administrator', fault, versionInForce: 5 }]);
  });

  it.each(cases)('leaves the old one in force after a restart: %s', async (_, fault, make) => {
    file.jws = await edition(5);
    await open();
    file.jws = await make();
    const source = await open();
    expect(inForce(source)).toBe('edition-5');
    expect(faults(source)).toEqual([fault]);
    expect(heard).toHaveLength(1);
    expect(refusals()).toEqual([{ kind: 'administrator', fault, versionInForce: 5 }]);
    expect(file.remembered?.version).toBe(5);
  });

  it('puts nothing in force where there was nothing', async () => {
    file.jws = await edition(1, {}, stranger);
    const source = await open();
    expect(inForce(source)).toBeUndefined();
    expect(source.registry.lookAlikeOf('https://0ne.example')).toBeUndefined();
    expect(refusals()).toEqual([{ kind: 'administrator', fault: 'signature', versionInForce: 0 }]);
  });

  it('is said once, and again when something else is wrong', async () => {
    file.jws = await edition(5);
    const source = await open();
    file.jws = await edition(6, {}, stranger);
    await source.refresh();
    await source.refresh();
    file.jws = await edition(7, {}, stranger);
    await source.refresh();
    expect(heard).toHaveLength(1);
    file.jws = undefined;
    await source.refresh();
    expect(heard.map(({ problem }) => problem.fault)).toEqual(['signature', 'unreadable']);
  });

  it('is over as soon as the file is good', async () => {
    file.jws = await edition(5);
    const source = await open();
    const good = file.jws;
    for (const bad of [await edition(4), undefined]) {
      file.jws = bad;
      await source.refresh();
      expect(faults(source)).toHaveLength(1);
      file.jws = good;
      await source.refresh();
      expect(faults(source)).toEqual([]);
    }
  });

  it('becomes valid by itself when its time comes', async () => {
    const iat = Math.floor(now.getTime() / 1_000) + 3_600;
    file.jws = await edition(1, { iat, exp: iat + 86_400 });
    const source = await open();
    expect(faults(source)).toEqual(['not-yet-valid']);
    now = new Date((iat + 1) * 1_000);
    await source.refresh();
    expect(faults(source)).toEqual([]);
    expect(inForce(source)).toBe('edition-1');
  });
});

describe('time', () => {
  it('ends a registry in force, loudly, without a change of the file', async () => {
    file.jws = await edition(1);
    const source = await open();
    now = new Date(now.getTime() + DAY);
    expect(inForce(source)).toBeUndefined();
    expect(faults(source)).toEqual(['expired']);
    await source.refresh();
    expect(heard.map(({ problem }) => problem.fault)).toEqual(['expired']);
    expect(source.status()[0]?.inForce).toBeUndefined();
  });

  it('ends a remembered registry too, and an older one does not come back', async () => {
    file.jws = await edition(5);
    await open();
    now = new Date(now.getTime() + DAY);
    file.jws = await edition(4);
    const source = await open();
    expect(inForce(source)).toBeUndefined();
    expect(faults(source)).toEqual(['rollback']);
  });
});

describe('what is remembered', () => {
  it('is judged again: it does not outlive its key', async () => {
    file.jws = await edition(5, {}, stranger);
    file.remembered = { version: 5, jws: file.jws };
    const source = await open();
    expect(inForce(source)).toBeUndefined();
  });

  it('cannot claim another version than it has', async () => {
    file.remembered = { version: 9, jws: await edition(5) };
    file.jws = await edition(6);
    const source = await open();
    expect(inForce(source)).toBe('edition-6');
    expect(faults(source)).toEqual([]);
  });

  it('does not let a key that is trusted no more shut out what follows', async () => {
    file.remembered = { version: Number.MAX_SAFE_INTEGER, jws: await edition(Number.MAX_SAFE_INTEGER, {}, stranger) };
    file.jws = await edition(2);
    const source = await open();
    expect(inForce(source)).toBe('edition-2');
    expect(faults(source)).toEqual([]);
  });

  it('is the last accepted, and not needed to go on', async () => {
    file.storable = false;
    file.jws = await edition(1);
    const source = await open();
    expect(inForce(source)).toBe('edition-1');
    expect(log.events.map(({ name }) => name)).toContain('registry.not-remembered');
  });
});

describe('several registries', () => {
  it('are one, in which the first counts', async () => {
    const other = new FakeFile('other');
    file.jws = await edition(1, { services: [serviceEntry({ id: 'first', origins: [ONE] })] });
    other.jws = await edition(7, { services: [serviceEntry({ id: 'second', origins: [ONE, TWO] })] });
    const { registry } = await open(file, other);
    expect(registry.serviceOf(ONE)?.id).toBe('first');
    expect(registry.serviceOf(TWO)?.id).toBe('second');
    expect((await open(other, file)).registry.serviceOf(ONE)?.id).toBe('second');
  });

  it('fail one by one', async () => {
    const other = new FakeFile('other');
    file.jws = await edition(1);
    other.jws = 'broken';
    const source = await open(other, file);
    expect(inForce(source)).toBe('edition-1');
    expect(source.notices().map(({ name }) => name)).toEqual(['other']);
  });

  it('know each other’s names before they call one an imitation', async () => {
    const other = new FakeFile('other');
    const bank = 'https://midoribank.example';
    const near = 'https://midoribamk.example';
    file.jws = await edition(1, { services: [serviceEntry({ id: 'bank', origins: [bank] })] });
    other.jws = await edition(1, { services: [] });
    expect((await open(other, file)).registry.lookAlikeOf(near)?.origin).toBe(bank);
    other.jws = await edition(2, { services: [serviceEntry({ id: 'near', origins: [near] })] });
    expect((await open(other, file)).registry.lookAlikeOf(near)).toBeUndefined();
  });
});
