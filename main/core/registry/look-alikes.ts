import type { RegistryService } from '../../../sdk/protocol/index.js';
import type { LookAlike } from '../consent/consent-model.js';
import { skeleton } from './confusables.js';
import { isWithinDistance } from './edit-distance.js';
import { hostName, type HostName } from './host-name.js';

/** Labels that name no one: they say nothing about who is imitated. */
const GENERIC_LABELS = new Set(
  `account accounts api app apps auth authn cdn city demo dev entry form forms help home id identity info login m mail member
  mobile my mypage oauth oidc online portal pref public secure service services shinsei signin sign sso stage staging stg
  support test town user village web webapp`
    .split(/\s+/)
    .map(skeleton),
);

/** Nobody gets a name here without being the body it names, so a name that is merely similar is another body's own. */
const CLOSED_SUFFIXES = new Set(['go.jp', 'lg.jp', 'gov', 'mil', 'int']);

/** Shapes of a host name's parts. Of tokens: words with a hyphen before, between and after them. */
interface Shape {
  readonly host: HostName;
  readonly compactHost: string;
  readonly compactRegistrable: string;
  readonly compactName: string;
  /** Without the suffix, as one word. */
  readonly compactOwn: string;
  /** The same, as one word for each label. */
  readonly compactLabels: string;
  readonly hostTokens: string;
  /** Without the suffix. */
  readonly ownTokens: string;
}

interface ListedShape extends Shape {
  readonly lookAlike: LookAlike;
  /** Runs of tokens that mean the service wherever in a host name they are. */
  readonly marks: readonly string[];
  /** The same of labels before the registered name, without hyphens: what people call the service. */
  readonly brands: readonly string[];
}

/**
 * Listed origins that others could be taken for. Nothing is looked up: every answer follows from the two names alone. A
 * warning hangs on it, never a permission.
 */
export class LookAlikes {
  readonly #listed: readonly ListedShape[];
  readonly #registrables: ReadonlySet<string>;

  constructor(services: readonly RegistryService[]) {
    this.#listed = services.flatMap(listedShapes);
    this.#registrables = new Set(this.#listed.map(({ host }) => host.registrable));
  }

  /** Whether whoever registered the name of `origin` has a listed service under the same name. */
  isOfListedOwner(origin: string): boolean {
    const host = hostName(origin);
    return host !== undefined && this.#registrables.has(host.registrable);
  }

  /** The listed origin that `origin` imitates most closely, if it imitates any. */
  find(origin: string): LookAlike | undefined {
    const host = hostName(origin);
    if (!host || this.#registrables.has(host.registrable)) return undefined;
    const asked = shapeOf(host);
    for (const isImitation of CLOSED_SUFFIXES.has(host.suffix) ? [looksTheSame] : IMITATIONS) {
      const found = this.#listed.find((listed) => isImitation(asked, listed));
      if (found) return found.lookAlike;
    }
    return undefined;
  }
}

/** The closest imitation first. */
const IMITATIONS: readonly ((asked: Shape, listed: ListedShape) => boolean)[] = [
  looksTheSame,
  containsTheName,
  hasTheNameElsewhere,
  isNearlyTheName,
];

function looksTheSame(asked: Shape, listed: ListedShape): boolean {
  return asked.compactHost === listed.compactHost || asked.compactRegistrable === listed.compactRegistrable;
}

/** `nta.go.jp.example`, `nta-go.example`, `e-tax-refund.example`, `etaxnta.example`. */
function containsTheName(asked: Shape, listed: ListedShape): boolean {
  return listed.marks.some((mark) => asked.hostTokens.includes(mark)) || containsCompactly(asked, listed);
}

/** Everything left of the suffix, written as one word. */
function containsCompactly({ compactLabels }: Shape, { host, compactOwn }: ListedShape): boolean {
  return host.subdomains.length > 0 && compactOwn.length >= 6 && compactLabels.includes(compactOwn);
}

/** The same name under another suffix, or what the service is called registered as a name. */
function hasTheNameElsewhere({ compactName }: Shape, listed: ListedShape): boolean {
  if (GENERIC_LABELS.has(compactName)) return false;
  return (compactName.length >= 4 && compactName === listed.compactName) || listed.brands.includes(compactName);
}

function isNearlyTheName({ host, compactName }: Shape, listed: ListedShape): boolean {
  const limit = nameTolerance(listed.compactName.length, host.suffix === listed.host.suffix);
  if (limit > 0 && isWithinDistance(compactName, listed.compactName, limit)) return true;
  return listed.brands.some((brand) => brand.length >= 6 && isWithinDistance(compactName, brand, 1));
}

/** Short names differ by one letter because they are different; long ones hardly. */
function nameTolerance(length: number, sameSuffix: boolean): number {
  if (sameSuffix) return length >= 10 ? 2 : length >= 6 ? 1 : 0;
  return length >= 8 ? 1 : 0;
}

function shapeOf(host: HostName): Shape {
  const own = skeleton([...host.subdomains, host.name].join('.'));
  const suffix = skeleton(host.suffix);
  const name = skeleton(host.name);
  return {
    host,
    compactHost: compact(`${own}.${suffix}`),
    compactRegistrable: compact(`${name}.${suffix}`),
    compactName: compact(name),
    compactOwn: compact(own),
    compactLabels: own.replaceAll('-', ''),
    hostTokens: tokens(`${own}.${suffix}`),
    ownTokens: tokens(own),
  };
}

function listedShapes({ origins, name }: RegistryService): ListedShape[] {
  return origins.flatMap((origin) => {
    const host = hostName(origin);
    if (!host) return [];
    const shape = shapeOf(host);
    const callings = host.subdomains.map(skeleton).filter((label) => !GENERIC_LABELS.has(label));
    const brands = callings.map(compact).filter((label) => label.length >= 4);
    return [{ ...shape, lookAlike: { origin, name }, marks: marksOf(shape, callings), brands }];
  });
}

function marksOf({ host, compactOwn, ownTokens }: Shape, callings: readonly string[]): string[] {
  const name = skeleton(host.name);
  const suffix = skeleton(host.suffix);
  const [secondLevel] = suffix.includes('.') ? suffix.split('.') : [];
  const registered = [`${name}.${suffix}`, ...(secondLevel === undefined ? [] : [`${name}.${secondLevel}`])];
  return [
    ...registered.filter((text) => compact(text).length >= 5),
    ...(host.subdomains.length > 0 && compactOwn.length >= 6 ? [ownTokens] : []),
    // One word alone may be anybody's; two joined by a hyphen are a name.
    ...[name, ...callings].filter((label) => label.includes('-') && compact(label).length >= 4),
    ...callings.filter((label) => compact(label).length >= 5),
  ].map(tokens);
}

/** `-e-tax-nta-`: so that a run of words can be found as such. */
function tokens(text: string): string {
  return `-${text
    .split(/[.-]+/)
    .filter((word) => word !== '')
    .join('-')}-`;
}

function compact(text: string): string {
  return text.replace(/[.-]/g, '');
}
