import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompactSign, importJWK } from 'jose';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import { REGISTRY_TYPE, type RegistryClaims } from '../../../sdk/protocol/index.js';
import type { DeveloperRegistry } from '../service-registry.js';
import { openDeveloperKeys, publicHalf, type DeveloperKeys } from './developer-keys.js';

/** Names in a registry of the developer's own. */
const SERVICE_ID = 'sample.example';
const VERIFIER_ID = 'verifier.sample.example';
const REGISTRY_SECONDS = 30 * 24 * 60 * 60;

export interface DevServiceOptions {
  readonly stateDirectory: string;
  /** Where the sample service will listen on this PC; its origin is `http://localhost:<port>`. */
  readonly port: number;
}

/** Everything that makes the sample service a registered one on this PC. */
export interface DevService {
  readonly origin: string;
  readonly registry: DeveloperRegistry;
  /**
   * Writes the service's configuration.
   * @returns its path
   */
  configure(options: ServiceConfiguration): Promise<string>;
}

export interface ServiceConfiguration {
  readonly bridgePort: number;
  /** DER. */
  readonly authenticationCa: Uint8Array;
  /** DER. */
  readonly signingCa: Uint8Array;
}

/** Writes a service registry in which the sample service and a verifier of its own are listed, and the keys to it. */
export async function prepareDevService({ stateDirectory, port }: DevServiceOptions): Promise<DevService> {
  const directory = join(stateDirectory, 'dev-service');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const keys = await openDeveloperKeys(join(directory, 'keys.json'));
  const origin = `http://localhost:${port}`;
  const registry = { file: join(directory, 'registry.jws'), keysFile: join(directory, 'registry-keys.json') };
  await writeFile(registry.file, await signRegistry(keys, origin));
  await writeFile(registry.keysFile, JSON.stringify({ keys: [publicHalf(keys.registry)] }));
  return {
    origin,
    registry,
    async configure({ bridgePort, authenticationCa, signingCa }) {
      await writeFile(join(directory, 'authentication-ca.pem'), encodePemCertificate(authenticationCa));
      await writeFile(join(directory, 'signing-ca.pem'), encodePemCertificate(signingCa));
      const file = join(directory, 'service.json');
      await writeFile(file, JSON.stringify(configuration(keys, { port, bridgePort })), { mode: 0o600 });
      return file;
    },
  };
}

/** As `examples/sample-service/main.js` reads it. */
function configuration(keys: DeveloperKeys, ports: { readonly port: number; readonly bridgePort: number }): object {
  return {
    authenticationCa: 'authentication-ca.pem',
    signingCa: 'signing-ca.pem',
    port: ports.port,
    bridgePorts: [ports.bridgePort],
    registration: { serviceId: SERVICE_ID, key: keys.service },
    verifier: { id: VERIFIER_ID, keys: [keys.verifier], subjectKey: keys.subjectKey },
  };
}

async function signRegistry(keys: DeveloperKeys, origin: string): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims: RegistryClaims = {
    // The time rises by itself, and so does each edition.
    version: now,
    iat: now,
    exp: now + REGISTRY_SECONDS,
    services: [
      {
        id: SERVICE_ID,
        name: { ja: '見本市 電子申請（見本）', en: 'Mihon City e-application (sample)' },
        operator: { ja: '見本市（実在しません）', en: 'Mihon City (does not exist)' },
        origins: [origin],
        keys: [publicHalf(keys.service)],
        purposes: [{ ja: '動作の確認', en: 'trying things out' }],
        operations: ['authenticate', 'sign', 'readAttributes'],
        requiresSignedRequests: false,
        rawDigest: false,
      },
    ],
    verifiers: [
      {
        id: VERIFIER_ID,
        name: { ja: '見本検証者（見本）', en: 'Sample verifier (sample)' },
        operator: { ja: '見本検証者（実在しません）', en: 'Sample verifier (does not exist)' },
        keys: [publicHalf(keys.verifier)],
      },
    ],
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', typ: REGISTRY_TYPE, kid: keys.registry.kid })
    .sign(await importJWK(keys.registry, 'ES256'));
}
