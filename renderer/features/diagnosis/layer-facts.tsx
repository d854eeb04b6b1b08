import type { ReactNode } from 'react';
import type { DiagnosisDetails } from '../../../main/ipc/diagnosis.js';
import { useTexts, type Texts } from '../../app/text.js';
import { Disclosure } from '../../ui/disclosure.js';
import { Fact, Facts } from '../../ui/facts.js';
import { Quoted } from '../../ui/quoted.js';

/** Facts worth a person's reading, in this order. The report has all of them. */
const FACTS = [
  'reader',
  'program',
  'port',
  'registered',
  'unregistered',
  'sandboxed',
  'authentication',
  'signing',
  'profile',
  'number-b',
  'code',
  'scard',
] as const;
type FactName = (typeof FACTS)[number];

interface LayerFactsProps {
  readonly details: DiagnosisDetails;
}

export function LayerFacts({ details }: LayerFactsProps) {
  const texts = useTexts();
  const { t } = texts;
  const facts = FACTS.flatMap((name) => {
    const value = details[name];
    return value === undefined ? [] : [{ name, value }];
  });
  if (facts.length === 0) return null;
  return (
    <Disclosure title={t('diagnosis.facts')}>
      <Facts>
        {facts.map(({ name, value }) => (
          <Fact key={name} name={t(`diagnosis.fact.${name}`)}>
            {factValue(name, value, texts)}
          </Fact>
        ))}
      </Facts>
    </Disclosure>
  );
}

function factValue(name: FactName, value: string | number | boolean, { t, lookUp }: Texts): ReactNode {
  switch (name) {
    case 'reader':
    case 'program':
      return <Quoted>{String(value)}</Quoted>;
    case 'registered':
    case 'unregistered':
    case 'sandboxed':
      return browserNames(String(value), { t, lookUp }).join(t('diagnosis.separator'));
    case 'authentication':
    case 'signing':
    case 'profile':
    case 'number-b':
      return typeof value === 'number'
        ? t('diagnosis.tries', { count: value })
        : lookUp(`diagnosis.pinState.${String(value)}`);
    case 'port':
    case 'code':
    case 'scard':
      return String(value);
  }
}

/** `chrome firefox-snap`, by their own names. */
function browserNames(list: string, { t, lookUp }: Pick<Texts, 't' | 'lookUp'>): string[] {
  return list.split(' ').map((word) => {
    const [name = '', packaging] = word.split('-');
    const browser = lookUp(`diagnosis.browser.${name}`) || name;
    if (packaging !== 'snap' && packaging !== 'flatpak') return browser;
    return t(`diagnosis.packaged.${packaging}`, { browser });
  });
}
