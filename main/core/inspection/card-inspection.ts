import { parseCertificate } from '../../../sdk/formats/index.js';
import { CardChannel } from '../apdu/card-channel.js';
import type { KeyEntry } from '../card/card-generation.js';
import { JpkiApplication, type PinStatus } from '../card/jpki-application.js';
import type { ConsentModel } from '../consent/consent-model.js';
import { ClientError } from '../errors.js';
import type { KeyRole, ReaderInfo } from '../ports.js';
import { isTestCard, waitForCard, type CardAccess } from '../signing/prepare-card.js';
import { runSigningSession, type SessionEnvironment } from '../signing/signing-session.js';

/** The certificates on the card: the holder's two, and those of the authorities that issued them. */
export const CERTIFICATE_KINDS = ['authentication', 'signing', 'authentication-ca', 'signing-ca'] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

export interface CardReport {
  readonly readerName: string;
  readonly testCard: boolean;
  readonly pins: Readonly<Record<KeyRole, PinStatus>>;
  /** Of the authentication certificate; undefined where the card has none. The signing one needs its PIN to be seen. */
  readonly authenticationValidity: { readonly notBefore: Date; readonly notAfter: Date } | undefined;
}

export interface CardInspection {
  /** What the card tells without any PIN. */
  inspect(chooseReader: ChooseReader, signal: AbortSignal): Promise<CardReport>;
  /** A certificate as DER. The signing certificate asks for its PIN, in a dialog like every other. */
  readCertificate(kind: CertificateKind, chooseReader: ChooseReader, signal: AbortSignal): Promise<Uint8Array>;
}

export type ChooseReader = (readers: readonly ReaderInfo[]) => Promise<string>;

export function createCardInspection(environment: SessionEnvironment): CardInspection {
  return {
    inspect: (chooseReader, signal) => withFreeAccess(environment, chooseReader, signal, inspectCard),
    readCertificate: (kind, chooseReader, signal) =>
      kind === 'signing'
        ? readSigningCertificate(environment, signal)
        : withFreeAccess(environment, chooseReader, signal, (application) => readFreeCertificate(application, kind)),
  };
}

async function withFreeAccess<Result>(
  environment: SessionEnvironment,
  chooseReader: ChooseReader,
  signal: AbortSignal,
  work: (application: JpkiApplication, reader: ReaderInfo) => Promise<Result>,
): Promise<Result> {
  const access: CardAccess = environment;
  const reader = await waitForCard(access, {
    selection: environment.selection,
    waitMilliseconds: environment.cardWaitMilliseconds,
    signal,
    onPreparation: () => undefined,
    chooseReader,
  });
  const connection = await access.readers.connect(reader.name, { shareMode: 'shared', signal });
  try {
    const channel = new CardChannel(connection, signal);
    return await work(await JpkiApplication.select(channel, access.memories.of(reader)), reader);
  } finally {
    await connection.disconnect('leave');
  }
}

async function inspectCard(application: JpkiApplication, reader: ReaderInfo): Promise<CardReport> {
  const { authentication, signing } = application.generation.keys;
  const pins = {
    authentication: await application.pinStatus(authentication),
    signing: await application.pinStatus(signing),
  };
  const certificate = await readAuthenticationCertificate(application, authentication);
  return {
    readerName: reader.name,
    testCard: reader.virtual || (await isTestCard(application, certificate)),
    pins,
    authenticationValidity: certificate && { notBefore: certificate.notBefore, notAfter: certificate.notAfter },
  };
}

async function readAuthenticationCertificate(application: JpkiApplication, key: KeyEntry) {
  try {
    const der = await application.readFreeCertificate(key.certificateFileId);
    return der && parseCertificate(der);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'ERR_CERT_MISSING') return undefined;
    throw error;
  }
}

async function readFreeCertificate(
  application: JpkiApplication,
  kind: Exclude<CertificateKind, 'signing'>,
): Promise<Uint8Array> {
  const { authentication, signing } = application.generation.keys;
  const fileIds = {
    authentication: authentication.certificateFileId,
    'authentication-ca': authentication.issuerCertificateFileId,
    'signing-ca': signing.issuerCertificateFileId,
  };
  const certificate = await application.readFreeCertificate(fileIds[kind]);
  if (!certificate) throw new ClientError('ERR_CERT_MISSING', 'this medium wants a PIN for this certificate');
  return certificate;
}

const READ_SIGNING_CERTIFICATE: ConsentModel = {
  operation: 'read-certificate',
  requester: { kind: 'self' },
  keyRole: 'signing',
  disclosed: ['four-attributes', 'serial-number'],
  items: [],
};

function readSigningCertificate(environment: SessionEnvironment, signal: AbortSignal): Promise<Uint8Array> {
  return runSigningSession(
    environment,
    {
      consent: READ_SIGNING_CERTIFICATE,
      work: (application, { key }, show) => {
        show('reading-certificate');
        return application.readProtectedCertificate(key.certificateFileId);
      },
    },
    signal,
  );
}
