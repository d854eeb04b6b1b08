import type { RegistryService, RegistryVerifier } from '../../../sdk/protocol/index.js';
import type { LookAlike } from '../consent/consent-model.js';

/** The services and verifiers in force: all registries of this PC together, each of them checked. */
export interface ServiceRegistry {
  /** The service that has this origin, if one has it. */
  serviceOf(origin: string): RegistryService | undefined;
  verifier(id: string): RegistryVerifier | undefined;
  /** A listed origin that `origin`, itself not listed, could be taken for. */
  lookAlikeOf(origin: string): LookAlike | undefined;
}
