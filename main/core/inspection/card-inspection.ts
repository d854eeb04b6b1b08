import { parseCertificate } from '../../../sdk/formats/index.js';
import { CardChannel } from '../apdu/card-channel.js';
import { forgetReads } from '../card/insertion-memory.js';
import type { JpkiApplication } from '../card/jpki-application.js';
import type { ConsentModel } from '../consent/consent-model.js';
import { ClientError, toClientError } from '../errors.js';
import type { KeyRole, ReaderInfo } from '../ports.js';
import { keyTarget, type SelectionContext } from '../signing/card-target.js';
import { waitForCard } from '../signing/prepare-card.js';
import { runSigningSession, type SessionEnvironment } from '../signing/signing-session.js';
import { readAuthority, readAuthorityIfAny } from '../trust/card-authority.js';
import { issuerStanding } from '../trust/trust-anchors.js';
import type { CardReport, PinReport } from './card-report.js';
import { describeCertificate, roleOf, type CertificateDetails, type CertificateKind } from './certificate-details.js';
import { readCardReport, readPinReport, type ReportContext } from './read-card-report.js';

export interface CardInspection {
  /** What the card tells without any PIN. */
  inspect(chooseReader: ChooseReader, signal: AbortSignal): Promise<CardReport>;
  /** Tries left of every PIN. */
  pinStatus(chooseReader: ChooseReader, signal: AbortSignal): Promise<PinReport>;
  /**
   * A certificate, and how far its authority is known. One that the card gives only after a PIN asks for it, in a dialog
   * like every other: the signing certificate, and on phones the authentication certificate.
   */
  describeCertificate(
    kind: CertificateKind,
    chooseReader: ChooseReader,
    signal: AbortSignal,
  ): Promise<CertificateDetails>;
  /** The same certificate as DER. */
  readCertificate(kind: CertificateKind, chooseReader: ChooseReader, signal: AbortSignal): Promise<Uint8Array>;
}

export type ChooseReader = (readers: readonly ReaderInfo[]) => Promise<string>;

export function createCardInspection(environment: SessionEnvironment): CardInspection {
  const describe: CardInspection['describeCertificate'] = async (kind, chooseReader, signal) => {
    const free =
      kind === 'signing'
        ? undefined
        : await withFreeAccess(environment, { chooseReader, signal }, (context) => describeFree(context, kind));
    return free ?? describeAfterPin(environment, roleOf(kind), signal);
  };
  return {
    inspect: (chooseReader, signal) => withFreeAccess(environment, { chooseReader, signal }, readCardReport),
    pinStatus: (chooseReader, signal) => withFreeAccess(environment, { chooseReader, signal }, readPinReport),
    describeCertificate: describe,
    async readCertificate(kind, chooseReader, signal) {
      const { certificate } = await describe(kind, chooseReader, signal);
      return certificate.der;
    },
  };
}

/** Runs `work` on a shared connection, without any PIN. */
async function withFreeAccess<Result>(
  environment: SessionEnvironment,
  { chooseReader, signal }: { readonly chooseReader: ChooseReader; readonly signal: AbortSignal },
  work: (context: ReportContext) => Promise<Result>,
): Promise<Result> {
  const { selection, cardWaitMilliseconds, readers, memories, trust, clock } = environment;
  const reader = await waitForCard(environment, {
    selection,
    waitMilliseconds: cardWaitMilliseconds,
    signal,
    onPreparation: () => undefined,
    chooseReader,
  });
  const connection = await readers.connect(reader.name, { shareMode: 'shared', signal });
  try {
    const channel = new CardChannel(connection, signal);
    return await work({ channel, memory: memories.of(reader), reader, trust, now: clock.now() });
  } catch (error) {
    forgetReads(memories.of(reader));
    throw toClientError(error);
  } finally {
    await connection.disconnect('leave');
  }
}

/** Undefined where the holder's certificate shows itself only after its PIN. */
async function describeFree(
  context: ReportContext,
  kind: Exclude<CertificateKind, 'signing'>,
): Promise<CertificateDetails | undefined> {
  const target = keyTarget(roleOf(kind));
  const application = await target.select(context);
  const key = target.pinEntry(application);
  if (kind === 'authentication') {
    const der = await application.readFreeCertificate(key.certificateFileId);
    return der && describeHolders(context, application, { role: key.role, der, now: context.now });
  }
  const authority = await readAuthority(application, key);
  if (!authority) throw new ClientError('ERR_CERT_MISSING', "this medium does not show its authority's certificate");
  const standing = await context.trust.standingOf(authority, key.role);
  return describeCertificate(kind, authority, { at: context.now, authority: standing, issuer: standing.standing });
}

async function describeHolders(
  { trust, memory }: Pick<SelectionContext, 'trust' | 'memory'>,
  application: JpkiApplication,
  { role, der, now }: { readonly role: KeyRole; readonly der: Uint8Array; readonly now: Date },
): Promise<CertificateDetails> {
  const certificate = parseCertificate(der);
  const authority = await readAuthorityIfAny(application, application.generation.keys[role]);
  const standing = authority && (await trust.standingOf(authority, role));
  const issued = authority !== undefined && (await trust.issued(authority, certificate));
  if (!issued) forgetReads(memory);
  const issuer = issuerStanding(standing, issued);
  return describeCertificate(role, certificate, { at: now, authority: standing, issuer });
}

function describeAfterPin(
  environment: SessionEnvironment,
  role: KeyRole,
  signal: AbortSignal,
): Promise<CertificateDetails> {
  const consent: ConsentModel = {
    operation: 'read-certificate',
    requester: { kind: 'self' },
    pinRole: role,
    disclosed: role === 'signing' ? ['four-attributes', 'serial-number'] : ['serial-number'],
    items: [],
  };
  return runSigningSession(
    environment,
    {
      consent,
      target: keyTarget(role),
      work: async (application, { pinEntry: key, reader }, show) => {
        show('reading-certificate');
        const der = await application.readProtectedCertificate(key.certificateFileId);
        const context = { trust: environment.trust, memory: environment.memories.of(reader) };
        return describeHolders(context, application, { role, der, now: environment.clock.now() });
      },
    },
    signal,
  );
}
