import { rmSync, writeFileSync } from 'node:fs';
import { askByPage } from '../../support/abuse-asks.js';
import type { AbusedClient } from '../../support/abused-client.js';
import {
  registryClaims,
  seconds,
  serviceEntry,
  signJws,
  signRegistry,
  type RegistryParts,
} from '../../support/signed-registry.js';
import { REGISTRY_TYPE } from '../../../sdk/protocol/index.js';
import { EVIL, LISTED, LISTED_ID, openClient, signedRequest, type AbuseCase, type World } from './fixture.js';

const HOUR = 3_600;

/** What an attacker would like to have in force: their own origin in the service's entry. */
function coveted({ registry, strangerKey }: World, parts: RegistryParts = {}): RegistryParts {
  const entry = serviceEntry({ id: LISTED_ID, origins: [EVIL, LISTED], keys: [strangerKey.jwk] });
  return { ...registry, version: 3, services: [entry], ...parts };
}

/** What the client says about its registry: what is wrong, whether person and log were told, what is in force. */
async function loudness(client: AbusedClient): Promise<string> {
  const source = await client.registry();
  const [status] = source.status();
  const fault = status?.problem?.fault ?? 'nothing';
  const notice = client.notices.some(({ problem }) => problem.fault === fault) && source.notices().length === 1;
  const event = client.events.find(({ name, fields }) => name === 'registry.refused' && fields['fault'] === fault);
  return `${fault}, notice ${String(notice)}, log ${String(event?.fields['versionInForce'])}, in force ${String(status?.inForce?.version)}`;
}

/** The old registry's key still makes a verified service, the coveted one's nothing. */
async function whoIsVerified(client: AbusedClient, world: World): Promise<string> {
  const byStranger = { signedRequest: await signedRequest(world, { key: world.strangerKey }) };
  const refused = await askByPage(client, { origin: LISTED, body: byStranger });
  const asked = await askByPage(client, { origin: LISTED, body: { signedRequest: await signedRequest(world) } });
  return `${refused}, ${asked}`;
}

const VERIFIED = { requester: { origin: LISTED, standing: { level: 'verified', serviceId: LISTED_ID } } };

const replaced = (name: string, forge: (world: World) => Promise<string> | string, fault: string): AbuseCase => ({
  name: `a registry ${name}: the old one stays in force, loudly`,
  async act({ client, world }) {
    writeFileSync(client.registryFile, await forge(world));
    await (await client.registry()).refresh();
    return `${await loudness(client)}; ${await whoIsVerified(client, world)}`;
  },
  expected: `${fault}, notice true, log 2, in force 2; ERR_PROTOCOL_REQUEST_SIGNATURE, ERR_USER_REFUSED`,
  consents: [VERIFIED],
  own: {},
});

const own = (world: World, parts: RegistryParts): Promise<string> => signRegistry(world.registryKey, parts);

async function tampered(world: World): Promise<string> {
  const [header, , signature] = (await own(world, world.registry)).split('.');
  const payload = Buffer.from(JSON.stringify(registryClaims(coveted(world)))).toString('base64url');
  return [header, payload, signature].join('.');
}

const unsigned = (world: World): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: REGISTRY_TYPE, kid: 'registry-1' })}.${part(registryClaims(coveted(world)))}.AA`;
};

const now = (): number => seconds(new Date());

const files: AbuseCase[] = [
  replaced('with a bad signature', tampered, 'signature'),
  replaced('without a signature', unsigned, 'signature'),
  replaced(
    'signed by a stranger of the same name',
    (world) =>
      signRegistry({ ...world.strangerKey, jwk: { ...world.strangerKey.jwk, kid: 'registry-1' } }, coveted(world)),
    'signature',
  ),
  replaced('signed by a service', (world) => signRegistry(world.key, coveted(world)), 'signature'),
  replaced(
    'that is a signed request',
    (world) => signJws(world.registryKey, 'madoguchi-request+jwt', registryClaims(coveted(world))),
    'signature',
  ),
  replaced('that is older', (world) => own(world, coveted(world, { version: 1 })), 'rollback'),
  replaced('of the same version with other content', (world) => own(world, coveted(world, { version: 2 })), 'rollback'),
  replaced(
    'that has expired',
    (world) => own(world, coveted(world, { iat: now() - 2 * HOUR, exp: now() - 1 })),
    'expired',
  ),
  replaced(
    'of the future',
    (world) => own(world, coveted(world, { iat: now() + HOUR, exp: now() + 2 * HOUR })),
    'not-yet-valid',
  ),
  replaced(
    'with a member twice',
    (world) =>
      signJws(
        world.registryKey,
        REGISTRY_TYPE,
        JSON.stringify(registryClaims(coveted(world))).replace('{', '{"version":9,'),
      ),
    'content',
  ),
  replaced(
    'that lists an origin without TLS',
    (world) => own(world, coveted(world, { services: [serviceEntry({ id: 'x', origins: ['http://evil.invalid'] })] })),
    'content',
  ),
  replaced('that is no registry', () => 'x', 'signature'),
];

const others: AbuseCase[] = [
  {
    name: 'a registry that is taken away: the old one stays in force, loudly',
    async act({ client, world }) {
      rmSync(client.registryFile);
      await (await client.registry()).refresh();
      return `${await loudness(client)}; ${await whoIsVerified(client, world)}`;
    },
    expected: 'unreadable, notice true, log 2, in force 2; ERR_PROTOCOL_REQUEST_SIGNATURE, ERR_USER_REFUSED',
    consents: [VERIFIED],
    own: {},
  },
  {
    name: 'an older registry while the client was not running: the newer one is remembered, loudly',
    async act({ client: { stateDirectory }, world }) {
      const registry = await own(world, coveted(world, { version: 1 }));
      const restarted = await openClient(world, { stateDirectory, registry });
      const verdict = `${await loudness(restarted)}; ${await whoIsVerified(restarted, world)}`;
      const shown = restarted.dialogs.map(({ consent: { requester } }) =>
        JSON.stringify(requester).includes('"verified"'),
      );
      const pins = restarted.commands.filter(({ carriesPin }) => carriesPin).length;
      await restarted.close();
      return `${verdict}; verified ${shown.join()}, ${pins} PINs`;
    },
    expected: `rollback, notice true, log 2, in force 2; ERR_PROTOCOL_REQUEST_SIGNATURE, ERR_USER_REFUSED; verified true, 0 PINs`,
    own: {},
  },
];

export const registryCases: readonly AbuseCase[] = [...files, ...others];
