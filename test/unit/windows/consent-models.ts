import type {
  Caller,
  ConsentDocument,
  ConsentItem,
  ConsentModel,
  OriginStanding,
  Recipient,
  Requester,
  Route,
} from '../../../main/core/consent/consent-model.js';
import type { DocumentKind, DocumentPreview, PreviewWarning } from '../../../main/core/documents/document-preview.js';
import type { SignatureFormat } from '../../../main/core/documents/signature-formats.js';
import type { PinRole } from '../../../main/core/ports.js';
import { originRequester } from '../../support/origin-requester.js';

const NAME = { ja: '窓口サービス', en: 'Counter Service' };
const OPERATOR = { ja: '見本市', en: 'Sample City' };

const STANDINGS: readonly OriginStanding[] = [
  { level: 'verified', serviceId: 's', name: NAME, operator: OPERATOR },
  { level: 'listed', serviceId: 's', name: NAME, operator: OPERATOR },
  { level: 'unlisted' },
  { level: 'unlisted', lookAlike: { origin: 'https://listed.example', name: NAME } },
];
const CALLERS: readonly Caller[] = [
  { kind: 'browser', name: 'Firefox' },
  { kind: 'program', name: 'curl' },
  { kind: 'unknown' },
];
const ROUTES: readonly Route[] = ['extension', 'loopback', 'redirect'];
const RECIPIENTS: readonly (Recipient | undefined)[] = [
  undefined,
  { kind: 'requester' },
  { kind: 'requester-key' },
  {
    kind: 'verifier',
    id: 'v',
    name: { ja: '検証センター', en: 'Verification Centre' },
    operator: { ja: '見本協会', en: 'Sample Association' },
  },
];

/** Every asker there can be. */
export const REQUESTERS: readonly Requester[] = [
  ...STANDINGS.flatMap((standing) =>
    CALLERS.flatMap((caller) =>
      ROUTES.flatMap((route) =>
        [true, false].map((confirmed) =>
          originRequester('https://xn--p8jvb9ad6bk.example', {
            ...(route === 'redirect' && { unicodeOrigin: 'https://みどりし.example' }),
            standing,
            caller,
            route,
            confirmed,
          }),
        ),
      ),
    ),
  ),
  { kind: 'local-program' },
  { kind: 'local-program', claimedOrigin: 'https://claimed.example' },
  { kind: 'self' },
];

const KINDS: readonly DocumentKind[] = ['text', 'pdf', 'xml', 'xtx', 'kousei', 'office', 'image', 'archive', 'binary'];
const WARNINGS: readonly PreviewWarning[] = [
  'macros',
  'scripts',
  'external-references',
  'invisible-text',
  'hidden-layers',
  'form-fields',
  'embedded-files',
  'already-signed',
  'encrypted',
  'damaged',
  'cut',
];
const FORMATS: readonly SignatureFormat[] = [
  'touki-pdf',
  'egov-kousei',
  'etax-xtx',
  'pades',
  'cms',
  'cades',
  'xades',
  'xmldsig',
  'jws',
];

const hex = (seed: number): string => (seed + 0xabcdef01).toString(16).padStart(8, '0').repeat(8);

function document(name: string, overrides: Partial<ConsentDocument> = {}): ConsentDocument {
  return {
    kind: 'document',
    name,
    size: 812,
    sha256: hex(name.length),
    format: 'cades',
    parts: [],
    unbound: [],
    ...overrides,
  };
}

const TEXT: DocumentPreview = {
  kind: 'text',
  text: { lines: ['一行目の文', '二行目の文'], cutLines: 1, omittedLines: 7, complete: false },
  warnings: [],
};
const FIELDS: DocumentPreview = {
  kind: 'xtx',
  title: '申告書の題名',
  pages: 3,
  fields: [
    { label: '見出しの欄', value: '', depth: 0 },
    { label: '氏名の欄', value: '見本 花子', depth: 9 },
  ],
  warnings: WARNINGS,
};

const ITEM_LISTS: readonly (readonly ConsentItem[])[] = [
  [document('一つの文.txt', { preview: TEXT })],
  [document('見えない.bin')],
  [
    document('申告.xtx', { preview: FIELDS, destination: '申告-署名済み.xtx' }),
    document('kousei.xml', {
      parts: [{ name: '申請書.xml', size: 91_234, sha256: hex(77) }],
      unbound: ['添付.pdf', '図面.png'],
      preview: { kind: 'kousei', warnings: [] },
    }),
    { kind: 'digest', name: '値だけ', algorithm: 'SHA-384', digest: hex(5) },
  ],
  // More than stand in the page itself.
  [...FORMATS, ...FORMATS].map((format, place) =>
    document(`書類-${place}.dat`, { format, preview: { kind: KINDS[place % KINDS.length] ?? 'text', warnings: [] } }),
  ),
];

/** Each asker with one of the recipients, each kind of asker with all of them. Nobody but a page names one. */
const PARTIES = REQUESTERS.map((requester, place) => {
  const recipient = requester.kind === 'origin' ? RECIPIENTS[(place + Math.floor(place / 4)) % 4] : undefined;
  return { requester, ...(recipient && { recipient }) };
});

function logIns(): ConsentModel[] {
  const choices = [undefined, 'may-be', 'is'] as const;
  return PARTIES.map((parties, place) => {
    const remembered = parties.requester.kind === 'origin' ? choices[place % choices.length] : undefined;
    return {
      operation: 'authenticate',
      ...parties,
      pinRole: 'authentication',
      disclosed: ['serial-number'],
      items: [],
      ...(remembered && { remembered }),
    };
  });
}

function signings(): ConsentModel[] {
  return PARTIES.flatMap((parties, place) => {
    const items = ITEM_LISTS[place % ITEM_LISTS.length] ?? [];
    const { requester } = parties;
    const isUnlisted = requester.kind === 'origin' && requester.standing.level === 'unlisted';
    const model: ConsentModel = {
      operation: 'sign',
      ...parties,
      pinRole: 'signing',
      disclosed: ['four-attributes', 'serial-number'],
      items,
      ...(isUnlisted && { separateStep: 'unlisted-signing' as const }),
      ...(requester.kind === 'self' && { timeStampAuthority: 'https://tsa.example' }),
    };
    return [model, { ...model, items: [], beingRead: items.map(({ name }) => name) }];
  });
}

function readings(): ConsentModel[] {
  const ages = [{ ageOver: 18 }, { ageOver: 65 }] as const;
  return PARTIES.filter(({ requester }) => requester.kind === 'origin')
    .map((parties, place) => ({ parties, required: place % 3 > 0 }))
    .map(({ parties, required }) => ({
      operation: 'read-attributes' as const,
      ...parties,
      pinRole: 'profile' as const,
      disclosed: required ? (['name', 'address', 'birth-date', 'gender'] as const) : [],
      items: [],
      purpose: '申込書に書き入れるため',
      attributes: required
        ? (['name', 'address', 'birthDate', 'gender', { ageOver: 20 }] as const).map((attribute) => ({
            attribute,
            required,
          }))
        : ages.map((attribute) => ({ attribute, required })),
    }));
}

function ownCommands(): ConsentModel[] {
  const requester: Requester = { kind: 'self' };
  const own = { requester, items: [] };
  const roles: readonly PinRole[] = ['authentication', 'signing', 'profile', 'number-b'];
  return [
    ...roles.map((pinRole) => ({ operation: 'change-pin' as const, ...own, pinRole, disclosed: [] })),
    { operation: 'read-certificate', ...own, pinRole: 'signing', disclosed: ['four-attributes', 'serial-number'] },
    ...(['profile', 'number-b'] as const).map((pinRole) => ({
      operation: 'read-attributes' as const,
      ...own,
      pinRole,
      disclosed: ['name', 'address', 'birth-date', 'gender'] as const,
    })),
  ];
}

function governmentPages(): ConsentModel[] {
  const digests = (count: number): readonly ConsentItem[] =>
    Array.from({ length: count }, (_one, place) => ({
      kind: 'digest',
      name: count === 1 ? '' : String(place + 1),
      algorithm: place % 2 === 0 ? 'SHA-256' : 'SHA-1',
      digest: hex(place),
    }));
  const sites = [
    ['https://login.sample.go.jp', 'go-jp'],
    ['https://shinsei.midori.lg.jp', 'added'],
  ] as const;
  const askers = sites.flatMap(([origin, governmentPage]) =>
    STANDINGS.filter(({ level }) => level !== 'verified').map((standing) => ({
      requester: originRequester(origin, {
        standing,
        route: 'extension',
        caller: { kind: 'browser', name: 'Firefox' },
      }),
      governmentPage,
    })),
  );
  return askers.flatMap((asker, place): ConsentModel[] => [
    {
      operation: 'authenticate',
      ...asker,
      pinRole: 'authentication',
      disclosed: ['serial-number', 'site-identifier'],
      items: digests(1),
    },
    {
      operation: 'sign',
      ...asker,
      pinRole: 'signing',
      disclosed: ['four-attributes', 'serial-number'],
      items: digests(place % 2 === 0 ? 1 : 20).map((item, at) => ({ ...item, name: String(at + 1) })),
    },
    {
      operation: 'read-attributes',
      ...asker,
      pinRole: 'profile',
      disclosed: ['name', 'address', 'birth-date', 'gender'],
      items: [],
      attributes: (['name', 'address', 'birthDate', 'gender'] as const).map((attribute) => ({
        attribute,
        required: true,
      })),
    },
  ]);
}

/** Every variant of everything a consent model can say. */
export const MODELS: readonly ConsentModel[] = [
  ...logIns(),
  ...signings(),
  ...readings(),
  ...ownCommands(),
  ...governmentPages(),
];
