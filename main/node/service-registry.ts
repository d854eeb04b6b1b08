import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { signatureJwkSchema, type SignatureJwk } from '../../sdk/protocol/index.js';
import { ClientError } from '../core/errors.js';
import type { Log } from '../core/ports.js';
import { judgeRegistry, MAX_REGISTRY_LENGTH, type JudgedRegistry } from '../core/registry/judge-registry.js';
import {
  openRegistrySource,
  type RegistryFile,
  type RegistryMemory,
  type RegistryNotice,
  type ServiceRegistrySource,
} from '../core/registry/registry-source.js';
import { nodeJose } from './jose.js';
import { packageRoot } from './package-root.js';
import type { ClientPolicy } from './policy/index.js';
import { replaceFile } from './replace-file.js';
import { systemClock } from './system.js';

/** A registry of a developer's own: what it lists, and whose signature counts. */
export interface DeveloperRegistry {
  /** Compact JWS. */
  readonly file: string;
  /** JWK Set (RFC 7517 §5) of public keys. */
  readonly keysFile: string;
}

export interface ServiceRegistryOptions {
  readonly policy: Pick<ClientPolicy, 'registries' | 'registryMode'>;
  /** In developer mode only. */
  readonly developerRegistry?: DeveloperRegistry | undefined;
  /** Where what was in force is kept. */
  readonly stateDirectory: string;
  readonly log: Log;
  /** Told of each registry that is refused or has run out, when that happens. */
  readonly onRegistryNotice?: ((notice: RegistryNotice) => void) | undefined;
}

const keySetSchema = z.strictObject({ keys: z.array(signatureJwkSchema).min(1).max(10) });

const rememberedSchema = z.strictObject({
  version: z.int().min(1),
  jws: z.string().max(MAX_REGISTRY_LENGTH),
});

/**
 * The registries of this PC: a developer's own, the administrator's in their order, the shipped one.
 * @throws ClientError `ERR_INTERNAL_FILE` for a list of keys that cannot be used; registries themselves end up in `notices`
 */
export function openServiceRegistry(options: ServiceRegistryOptions): Promise<ServiceRegistrySource> {
  const { log, onRegistryNotice: onNotice } = options;
  return openRegistrySource({ jose: nodeJose, clock: systemClock, log, onNotice }, registryFiles(options));
}

/** Judges a registry that was not put in force: signature, form, dates. Its `http:` origins count as in developer mode. */
export async function checkRegistryFile({ file, keysFile }: DeveloperRegistry): Promise<JudgedRegistry> {
  const trust = { keys: readKeySet(keysFile), loopbackOrigins: true };
  const jws = await readRegistry(file).catch((error: unknown) => {
    throw unusable(file, error);
  });
  return judgeRegistry({ jose: nodeJose, clock: systemClock }, jws, trust);
}

function registryFiles({ policy, developerRegistry, stateDirectory }: ServiceRegistryOptions): RegistryFile[] {
  const files: RegistryFile[] = policy.registries.map(({ file, keys }) => ({
    kind: 'administrator',
    name: file,
    trust: { keys, loopbackOrigins: false },
    read: () => readRegistry(file),
    memory: fileMemory(stateDirectory, file),
  }));
  if (policy.registryMode === 'add') files.push(shippedRegistry(stateDirectory));
  return developerRegistry ? [developersRegistry(developerRegistry), ...files] : files;
}

function shippedRegistry(stateDirectory: string): RegistryFile {
  const folder = join(packageRoot(), 'resources', 'service-registry');
  return {
    kind: 'shipped',
    name: 'registry.jws',
    trust: { keys: readKeySet(join(folder, 'keys.json')), loopbackOrigins: false },
    read: () => readRegistry(join(folder, 'registry.jws')),
    memory: fileMemory(stateDirectory, 'shipped'),
  };
}

/** Not remembered: whoever develops a service signs its registry anew with each attempt. */
function developersRegistry({ file, keysFile }: DeveloperRegistry): RegistryFile {
  return {
    kind: 'developer',
    name: resolve(file),
    trust: { keys: readKeySet(keysFile), loopbackOrigins: true },
    read: () => readRegistry(file),
  };
}

/** One line break at the end is an editor's. */
async function readRegistry(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_REGISTRY_LENGTH) throw new Error('larger than a registry can be');
    return (await file.readFile('latin1')).replace(/\r?\n$/, '');
  } finally {
    await file.close();
  }
}

function readKeySet(path: string): readonly SignatureJwk[] {
  const parsed = keySetSchema.safeParse(readJson(path));
  if (parsed.success) return parsed.data.keys;
  const [issue] = parsed.error.issues;
  throw unusable(path, new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Keeps the registry in a file of its own; `id` tells registries apart. */
function fileMemory(stateDirectory: string, id: string): RegistryMemory {
  const name = createHash('sha256').update(id).digest('hex').slice(0, 16);
  const path = join(stateDirectory, `service-registry-${name}.json`);
  return {
    async load() {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : parseRemembered(text);
    },
    async store(remembered) {
      await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
      await replaceFile(path, JSON.stringify(remembered));
    },
  };
}

function parseRemembered(text: string): z.infer<typeof rememberedSchema> | undefined {
  try {
    return rememberedSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function unusable(path: string, error: unknown): ClientError {
  const reason = `${path}: ${error instanceof Error ? error.message : 'unreadable'}`;
  return new ClientError('ERR_INTERNAL_FILE', 'a registry or its keys cannot be read', {
    details: { reason },
    cause: error,
  });
}
