import { LIMITS } from '../../../../sdk/protocol/index.js';
import {
  ALL_ORIGINS,
  MOST_ORIGINS,
  POLICY_NAMES,
  policyDefinition,
  type PolicyDefinition,
  type PolicyName,
} from '../definitions.js';
import { POLICY_TEXTS } from '../texts.js';

/**
 * JSON Schema of a file of policies; also what device management takes as the schema of a profile's values. What an origin or
 * a key is in every detail, the program says itself.
 */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Madoguchi policies (jp.madoguchi.desktop)',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(POLICY_NAMES.map((name) => [name, property(name)])),
  };
}

function property(name: PolicyName): object {
  const definition = policyDefinition(name);
  const { title, meaning, security } = POLICY_TEXTS[name].en;
  const { default: standard } = definition;
  return {
    title,
    description: `${meaning} Security: ${security}`,
    ...(standard !== undefined && { default: standard }),
    ...typeOf(definition),
  };
}

const ORIGIN = '^https?://(?:[a-z0-9._-]+|\\[[0-9a-f:]+\\])(?::[0-9]{1,5})?$';

function typeOf(definition: PolicyDefinition): object {
  switch (definition.kind) {
    case 'switch':
      return { type: 'boolean' };
    case 'choice':
      return { type: 'string', enum: definition.choices };
    case 'number':
      return { type: 'integer', minimum: definition.least, maximum: definition.most };
    case 'text':
      return { type: 'string', maxLength: 2_048, ...(definition.form === 'version' && { pattern: VERSION }) };
    case 'origins': {
      const pattern = definition.takesAll ? `${ORIGIN}|^\\${ALL_ORIGINS}$` : ORIGIN;
      return {
        type: 'array',
        maxItems: MOST_ORIGINS,
        items: { type: 'string', maxLength: LIMITS.originLength, pattern },
      };
    }
    case 'ports': {
      const items = { type: 'integer', minimum: definition.least, maximum: definition.most };
      return { type: 'array', minItems: 1, maxItems: definition.longest, uniqueItems: true, items };
    }
    case 'registries':
      return { type: 'array', maxItems: definition.longest, items: REGISTRY };
  }
}

const VERSION = '^[0-9]{1,5}(?:\\.[0-9]{1,5}){2}$';

const REGISTRY = {
  type: 'object',
  additionalProperties: false,
  required: ['file', 'keys'],
  properties: {
    file: { type: 'string', maxLength: 4_096, description: 'Absolute path of a compact JWS.' },
    keys: { type: 'array', minItems: 1, maxItems: 10, items: { type: 'object' }, description: 'Public JWK.' },
  },
} as const;
