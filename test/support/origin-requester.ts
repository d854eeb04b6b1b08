import type { OriginRequester } from '../../main/core/consent/consent-model.js';

/** A page of an origin that no registry lists, come over the loopback. */
export function originRequester(
  origin = 'https://service.example',
  overrides: Partial<Omit<OriginRequester, 'kind' | 'origin'>> = {},
): OriginRequester {
  return {
    kind: 'origin',
    origin,
    route: 'loopback',
    confirmed: true,
    standing: { level: 'unlisted' },
    caller: { kind: 'unknown' },
    ...overrides,
  };
}
