import { exportJWK } from 'jose';
import { SIGNED_REQUEST_TYPE, type OperationRequestInput, type RegistryService } from '../../../sdk/protocol/index.js';
import type { VerifierPrivateJwk } from '../../../sdk/verifier/index.js';
import { openAbusedClient, type AbusedClient, type AbusedClientOptions } from '../../support/abused-client.js';
import {
  decryptionKey,
  seconds,
  serviceEntry,
  signingKey,
  signJws,
  signRegistry,
  type DecryptionKey,
  type RegistryParts,
  type SigningKey,
} from '../../support/signed-registry.js';
import { NONCE } from '../../unit/bridge/fakes.js';

/** In the registry, with the keys of `World`; may ask for everything. */
export const LISTED = 'https://kurashi-madoguchi.example';
export const LISTED_ID = 'kurashi';
/** More origins of the same entry, so that a refusal of one case is not held against the next. */
export const LISTED_TOO = Array.from({ length: 19 }, (_, index) => `https://m${index}.kurashi-madoguchi.example`);
/** In the registry, with a key of its own; every request has to be signed. */
export const STRICT = 'https://kenko-kiroku.example';
export const STRICT_ID = 'kenko';
/** In the registry; may ask for log-ins only. */
export const LIBRARY = 'https://toshokan-card.example';
/** In no registry, and like no name of it. */
export const EVIL = 'https://evil.invalid';
export const VERIFIER_ID = 'kensho';

export const LOGIN = { operation: 'authenticate', challengeNonce: NONCE } as const;
export const SIGN: OperationRequestInput = { operation: 'sign', items: [{ name: 'a.txt', content: 'YQ==' }] };
export const ATTRIBUTES: OperationRequestInput = { operation: 'readAttributes', required: ['name'], purpose: 'x' };

/** Keys and registry of the whole suite. */
export interface World {
  readonly template: string;
  readonly registryKey: SigningKey;
  readonly key: SigningKey;
  readonly rsaKey: SigningKey;
  readonly edKey: SigningKey;
  /** Of the entry of `STRICT`; its `kid` is that of `key`. */
  readonly strictKey: SigningKey;
  /** In no registry; its `kid` is that of `key`. */
  readonly strangerKey: SigningKey;
  readonly verifierKey: DecryptionKey;
  readonly verifierJwk: VerifierPrivateJwk;
  readonly registry: RegistryParts;
}

export async function makeWorld(template: string): Promise<World> {
  const [registryKey, key, rsaKey, edKey, strictKey, strangerKey] = await Promise.all([
    signingKey('registry-1'),
    signingKey('key-1'),
    signingKey('key-rsa', 'PS256'),
    signingKey('key-ed', 'EdDSA'),
    signingKey('key-1'),
    signingKey('key-1'),
  ]);
  const verifierKey = await decryptionKey();
  const { kid } = verifierKey.jwk;
  const verifierJwk = { ...(await exportJWK(verifierKey.privateKey)), kid };
  const verifier = { id: VERIFIER_ID, name: text('検証'), operator: text('検証者'), keys: [verifierKey.jwk] };
  const registry = {
    version: 2,
    services: services({ key, rsaKey, edKey, strictKey }),
    verifiers: [verifier],
  };
  return { template, registryKey, key, rsaKey, edKey, strictKey, strangerKey, verifierKey, verifierJwk, registry };
}

const text = (ja: string) => ({ ja, en: 'Test' });

function services(keys: Record<'key' | 'rsaKey' | 'edKey' | 'strictKey', SigningKey>): RegistryService[] {
  const { key, rsaKey, edKey, strictKey } = keys;
  return [
    serviceEntry({ id: LISTED_ID, origins: [LISTED, ...LISTED_TOO], keys: [key.jwk, rsaKey.jwk, edKey.jwk] }),
    serviceEntry({ id: STRICT_ID, origins: [STRICT], keys: [strictKey.jwk], requiresSignedRequests: true }),
    serviceEntry({ id: 'toshokan', origins: [LIBRARY], operations: ['authenticate'] }),
  ];
}

/** A client of this world. */
export async function openClient(world: World, options: Partial<AbusedClientOptions> = {}): Promise<AbusedClient> {
  const { template, registryKey } = world;
  const registry = await signRegistry(registryKey, world.registry);
  return openAbusedClient({ template, registryKey, registry, ...options });
}

/** What an attacker has: a running client, and everything of the world but what it means. */
export interface Attack {
  readonly client: AbusedClient;
  readonly world: World;
}

export interface AbuseCase {
  readonly name: string;
  /** Attacks, and says in codes what came of it. */
  readonly act: (attack: Attack) => Promise<string>;
  readonly expected: string;
  /** What the consents say, at least, that a person is shown all the same, in order. Absent: nobody is asked. */
  readonly consents?: readonly object[];
  /** Attacks a client of its own, opened with these, so that nobody else's limits and decisions count. */
  readonly own?: Partial<Pick<AbusedClientOptions, 'policy' | 'limits'>>;
}

export interface RequestChanges {
  readonly key?: SigningKey;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** In place of the payload. */
  readonly payload?: string;
}

/** The claims of a right request of `LISTED`, changed; undefined takes one away. */
export function requestClaims(changes: Readonly<Record<string, unknown>> = {}): object {
  const iat = seconds(new Date());
  return {
    iss: LISTED_ID,
    aud: 'urn:madoguchi:v1',
    origin: LISTED,
    iat,
    exp: iat + 300,
    jti: crypto.randomUUID(),
    request: LOGIN,
    ...changes,
  };
}

/** A request of `LISTED` that is right in every part but those given. */
export function signedRequest(world: World, { key = world.key, header, claims, payload }: RequestChanges = {}) {
  return signJws(key, SIGNED_REQUEST_TYPE, payload ?? requestClaims(claims), header);
}
