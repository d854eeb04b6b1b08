import { decodedOrigin } from '../bridge/origin.js';

/** A DNS name, taken apart as far as can be done without the Public Suffix List. */
export interface HostName {
  /** What somebody has registered, in ASCII: `nta.go.jp`. */
  readonly registrable: string;
  /** Unicode. Those left of `name`, from left to right, without `www`. */
  readonly subdomains: readonly string[];
  /** Unicode. The label that was registered: `nta`. */
  readonly name: string;
  /** Unicode. What it was registered under: `go.jp`. */
  readonly suffix: string;
}

/** Second labels under which names are registered where the first is a country's. */
const SECOND_LEVEL = new Set('ac ad co com ed edu go gob gouv gov gr gv lg ne net or org'.split(' '));

const PREFECTURES = new Set(
  `hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata toyama
  ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama
  hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa`.split(
    /\s+/,
  ),
);

/** Names whose subdomains belong to different people. */
const HOSTING = [
  'amazonaws.com appspot.com azurestaticapps.net azurewebsites.net blogspot.com cloudfront.net firebaseapp.com github.io',
  'gitlab.io herokuapp.com netlify.app onrender.com pages.dev run.app vercel.app web.app workers.dev',
]
  .join(' ')
  .split(' ');

/** Undefined for addresses and for names of one label. */
export function hostName(origin: string): HostName | undefined {
  const labels = labelsOf(origin);
  const unicode = labelsOf(decodedOrigin(origin) ?? origin);
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || unicode.length !== labels.length || /^[0-9]+$/.test(last)) return undefined;
  const cut = labels.length - Math.min(suffixLength(labels), labels.length - 1) - 1;
  return {
    registrable: labels.slice(cut).join('.'),
    subdomains: unicode.slice(0, cut).filter((label) => label !== 'www'),
    name: unicode[cut] ?? '',
    suffix: unicode.slice(cut + 1).join('.'),
  };
}

function labelsOf(origin: string): string[] {
  const host = origin.replace(/^[a-z]+:\/\//, '').replace(/:[0-9]+$/, '');
  return host.startsWith('[') ? [] : host.split('.').filter((label) => label !== '');
}

function suffixLength(labels: readonly string[]): number {
  const name = labels.join('.');
  const hosting = HOSTING.find((one) => name.endsWith(`.${one}`));
  if (hosting !== undefined) return hosting.split('.').length;
  const [second = '', first = ''] = labels.slice(-2);
  if (first === 'jp' && PREFECTURES.has(second)) return 2;
  return first.length === 2 && SECOND_LEVEL.has(second) ? 2 : 1;
}
