import { decodedOrigin } from '../bridge/origin.js';
import type { RegistryService } from '../../../sdk/protocol/index.js';
import type { RegistryKind } from './registry-source.js';

/** A service in force, with the origins for which its registry is the one that counts. */
export interface ListedService {
  readonly service: RegistryService;
  readonly origins: readonly string[];
  readonly registry: RegistryKind;
}

/**
 * The services whose names or origins hold every word of `text`: letters of either case and width are the same, and an
 * origin is found by its Unicode form too. Without a word, all of them.
 */
export function searchServices(services: readonly ListedService[], text: string): readonly ListedService[] {
  const words = folded(text).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return services;
  return services.filter((one) => {
    const where = folded(searchedText(one));
    return words.every((word) => where.includes(word));
  });
}

function searchedText({ service: { name, operator }, origins }: ListedService): string {
  const hosts = origins.flatMap((origin) => [origin, decodedOrigin(origin) ?? '']);
  return [name.ja, name.en, operator.ja, operator.en, ...hosts].join('\n');
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
