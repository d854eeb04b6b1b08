import type { AttributeAnswer, AttributeName, RequestedAttribute } from '../../../sdk/protocol/index.js';
import { buildConsentModel } from '../consent/build-consent-model.js';
import type { ConsentAttribute } from '../consent/consent-model.js';
import type { Decision } from '../ports.js';
import type { ServiceAttributesOperation } from '../signing/operations.js';
import { calendarDateInJapan, hasReachedAge } from './age.js';
import type { CardAttributes } from './attribute-file.js';
import { runAttributeSession, type AttributesEnvironment } from './read-attributes.js';

/**
 * A service's request for 基本4情報 of 券面事項入力補助AP, from consent to answers. What was not asked for, or the person
 * left out, is not decoded; of a birth date that only an age is asked of, nothing but the answer leaves this function.
 * @throws ClientError as `AttributeReader.readAttributes`
 */
export async function readServiceAttributes(
  environment: AttributesEnvironment,
  request: ServiceAttributesOperation,
  signal: AbortSignal,
): Promise<readonly AttributeAnswer[]> {
  const consent = buildConsentModel(request);
  const { attributes: asked = [] } = consent;
  let withheld: readonly number[] = [];
  const isGiven = (_asked: ConsentAttribute, position: number): boolean => !withheld.includes(position);
  const reading = await runAttributeSession(
    environment,
    {
      consent,
      pinRole: 'profile',
      names: () => sources(asked.filter(isGiven)),
      async onDecision(decision: Decision) {
        if (decision.answer === 'agreed') withheld = decision.withheld ?? [];
        await request.onDecision?.(decision);
      },
    },
    signal,
  );
  const today = calendarDateInJapan(environment.clock.now());
  return asked.map(({ attribute }, position) =>
    withheld.includes(position)
      ? { attribute, status: 'declined' }
      : answer(attribute, { attributes: reading.attributes, today }),
  );
}

/** What has to be read for the answers, each once. */
function sources(asked: readonly ConsentAttribute[]): readonly AttributeName[] {
  const names = asked.map(({ attribute }) => (typeof attribute === 'string' ? attribute : 'birthDate'));
  return [...new Set(names)];
}

interface Known {
  readonly attributes: CardAttributes;
  readonly today: ReturnType<typeof calendarDateInJapan>;
}

function answer(attribute: RequestedAttribute, { attributes, today }: Known): AttributeAnswer {
  const value =
    typeof attribute === 'string'
      ? givenValue(attribute, attributes)
      : hasReachedAge(attribute.ageOver, attributes.birthDate ?? '', today);
  return value === undefined ? { attribute, status: 'unknown' } : { attribute, status: 'given', value };
}

function givenValue(name: AttributeName, attributes: CardAttributes): string | undefined {
  const value = attributes[name];
  return name === 'birthDate' ? value?.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') : value;
}
