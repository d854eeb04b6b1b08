import { parseCertificate, type Certificate } from '../../../sdk/formats/index.js';
import { selectApplication, type CardApplication } from '../card/card-application.js';
import type { KeyEntry, PinEntry } from '../card/card-generation.js';
import { forgetReads } from '../card/insertion-memory.js';
import { JpkiApplication } from '../card/jpki-application.js';
import { TEXT_PINS, TextApplication } from '../card/text-application.js';
import { ClientError, toClientError } from '../errors.js';
import type { KeyRole, ReaderInfo } from '../ports.js';
import { isTestCard, type SelectionContext } from '../signing/card-target.js';
import { readAuthority } from '../trust/card-authority.js';
import { issuerStanding, type TrustAnchors } from '../trust/trust-anchors.js';
import {
  hasUnreadablePart,
  mediumOf,
  type ApplicationState,
  type AuthorityState,
  type CardReport,
  type CertificateState,
  type PinReport,
  type PinState,
  type Unreadable,
} from './card-report.js';
import { validityAt } from './validity.js';

/** 券面事項確認AP, which is looked for and never read. */
const VISUAL_AID = Uint8Array.of(0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02);

const ABSENT = { status: 'absent' } as const;
const PIN_NEEDED = { status: 'pin-needed' } as const;

/** Marks a certificate that is there in EF 0008. */
const RECORDED = 0x8f;

/** One connection to a card, and what its parts are judged by. */
export interface ReportContext extends SelectionContext {
  readonly reader: ReaderInfo;
  readonly trust: TrustAnchors;
  readonly now: Date;
}

/**
 * Reads all there is to read without a PIN, application by application. Costs no PIN try.
 * @throws ClientError ERR_CARD_UNSUPPORTED where the card has none of the applications; what the reader reports.
 */
export async function readCardReport(context: ReportContext): Promise<CardReport> {
  const jpki = await readJpki(context);
  const text = await readText(context);
  const visual = await readPart(async () => presence(await selectApplication(context.channel, VISUAL_AID)));
  const applications = { jpki: jpki.application, text: text.application, visual };
  if (Object.values(applications).every(({ status }) => status === 'absent')) {
    throw new ClientError('ERR_CARD_UNSUPPORTED', 'this card has no application of a My Number Card');
  }
  const { medium, certificates, authorities } = jpki;
  const report: CardReport = {
    readerName: context.reader.name,
    testCard: context.reader.virtual || jpki.testCard,
    medium,
    applications,
    pins: { ...jpki.pins, ...text.pins },
    certificates,
    authorities,
  };
  if (isDoubtful(report)) forgetReads(context.memory);
  return report;
}

/** Whether a part was refused or garbled, or the authority did not sign what it is to have signed. */
function isDoubtful(report: CardReport): boolean {
  return (
    hasUnreadablePart(report) ||
    Object.values(report.authorities).some(
      (authority) => authority.status === 'readable' && authority.issuer !== authority.standing,
    )
  );
}

/** Tries left of every PIN, as `readCardReport` has them. */
export async function readPinReport(context: ReportContext): Promise<PinReport> {
  const jpki = await selected(() => JpkiApplication.select(context.channel, context.memory));
  const jpkiPins = await readJpkiPins(jpki.application);
  const text = await readText(context);
  if (jpki.state.status === 'absent' && text.application.status === 'absent') {
    throw new ClientError('ERR_CARD_UNSUPPORTED', 'this card has no application of a My Number Card');
  }
  return { readerName: context.reader.name, pins: { ...jpkiPins, ...text.pins } };
}

type JpkiPart = Pick<CardReport, 'medium' | 'certificates' | 'authorities' | 'testCard'> & {
  readonly application: ApplicationState;
  readonly pins: Readonly<Record<KeyRole, PinState>>;
};

async function readJpki(context: ReportContext): Promise<JpkiPart> {
  const { application, state } = await selected(() => JpkiApplication.select(context.channel, context.memory));
  const pins = await readJpkiPins(application);
  if (!application) {
    const nothing = { authentication: ABSENT, signing: ABSENT };
    return {
      application: state,
      medium: 'unknown',
      testCard: false,
      pins,
      certificates: nothing,
      authorities: nothing,
    };
  }
  const { authentication, signing } = application.generation.keys;
  const label = await readPart(async () => ({ label: await application.readTokenLabel() }));
  const certificate = await readAuthenticationCertificate(application, authentication);
  const certificates = {
    authentication: certificateState(certificate, context.now),
    signing: await readSigningCertificateState(application, signing, isCertificate(certificate)),
  };
  const holder = isCertificate(certificate) ? certificate.certificate : undefined;
  const authorities = {
    authentication: await readAuthorityState(context, application, { key: authentication, holder }),
    signing: await readAuthorityState(context, application, { key: signing, holder: undefined }),
  };
  const testCard = await readPart(async () => ({ testCard: await isTestCard(application, holder) }));
  return {
    application: state,
    medium: mediumOf('label' in label ? label.label : undefined),
    testCard: 'testCard' in testCard && testCard.testCard,
    pins,
    certificates,
    authorities,
  };
}

async function readJpkiPins(application: JpkiApplication | undefined): Promise<Readonly<Record<KeyRole, PinState>>> {
  if (!application) return { authentication: ABSENT, signing: ABSENT };
  const { authentication, signing } = application.generation.keys;
  return {
    authentication: await readPinState(application, authentication),
    signing: await readPinState(application, signing),
  };
}

async function readText({ channel, memory }: ReportContext) {
  const { application, state } = await selected(() => TextApplication.select(channel, memory));
  const pin = (entry: PinEntry): Promise<PinState> => readPinState(application, entry);
  return {
    application: state,
    pins: { profile: await pin(TEXT_PINS.profile), 'number-b': await pin(TEXT_PINS['number-b']) },
  };
}

async function readPinState(application: CardApplication | undefined, pin: PinEntry): Promise<PinState> {
  return application ? readPart(() => application.pinStatus(pin)) : ABSENT;
}

type ReadCertificate = { readonly status: 'read'; readonly certificate: Certificate } | CertificateState;

function isCertificate(read: ReadCertificate): read is Extract<ReadCertificate, { status: 'read' }> {
  return read.status === 'read';
}

function readAuthenticationCertificate(application: JpkiApplication, key: KeyEntry): Promise<ReadCertificate> {
  return readPart(async () => {
    const der = await application.readFreeCertificate(key.certificateFileId);
    return der ? { status: 'read', certificate: parseCertificate(der) } : PIN_NEEDED;
  });
}

function certificateState(read: ReadCertificate, now: Date): CertificateState {
  return isCertificate(read) ? { status: 'readable', ...validityAt(read.certificate, now) } : read;
}

/** Looks for the file and never into it: it holds name and address. */
function readSigningCertificateState(
  application: JpkiApplication,
  key: KeyEntry,
  hasAuthenticationCertificate: boolean,
): Promise<CertificateState> {
  return readPart(async () => {
    if (!(await application.hasFile(key.certificateFileId))) return ABSENT;
    const record = await readPart(async () => ({ bytes: await application.readCertificateRecord() }));
    const recorded = 'bytes' in record ? (record.bytes ?? []).slice(0, 2) : [];
    // Which byte stands for which certificate is not public; with the other one seen, it does not matter.
    const oneIsMissing = recorded.length === 2 && recorded.filter((byte) => byte === RECORDED).length === 1;
    return oneIsMissing && hasAuthenticationCertificate ? { status: 'recorded-absent' } : PIN_NEEDED;
  });
}

function readAuthorityState(
  { trust }: ReportContext,
  application: JpkiApplication,
  { key, holder }: { readonly key: KeyEntry; readonly holder: Certificate | undefined },
): Promise<AuthorityState> {
  return readPart(async () => {
    const authority = await readAuthority(application, key);
    if (!authority) return PIN_NEEDED;
    const standing = await trust.standingOf(authority, key.role);
    const issued = holder === undefined || (await trust.issued(authority, holder));
    return { status: 'readable', issuer: issuerStanding(standing, issued), ...standing };
  });
}

async function selected<Application>(
  select: () => Promise<Application>,
): Promise<{ readonly application: Application | undefined; readonly state: ApplicationState }> {
  const read = await readPart(async () => ({ application: await select() }));
  return 'application' in read
    ? { application: read.application, state: { status: 'present' } }
    : { application: undefined, state: read };
}

function presence(isPresent: boolean): ApplicationState {
  return isPresent ? { status: 'present' } : ABSENT;
}

/**
 * What `read` answers, or what is wrong with this part alone. What concerns the whole card or its reader is thrown on.
 */
async function readPart<Part>(read: () => Promise<Part>): Promise<Part | typeof ABSENT | Unreadable> {
  try {
    return await read();
  } catch (thrown) {
    const error = toClientError(thrown);
    switch (error.code) {
      case 'ERR_CERT_MISSING':
      case 'ERR_CARD_UNSUPPORTED':
        return ABSENT;
      case 'ERR_CERT_MALFORMED':
      case 'ERR_CARD_RESPONSE':
        return { status: 'unreadable', code: error.code };
      default:
        throw error;
    }
  }
}
