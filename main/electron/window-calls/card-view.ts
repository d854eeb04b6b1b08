import { displayText } from '../../core/consent/display-text.js';
import { cardFindings, type CardReport } from '../../core/inspection/card-report.js';
import type { CertificateDetails } from '../../core/inspection/certificate-details.js';
import type { Validity } from '../../core/inspection/validity.js';
import type { KeyRole, ReaderInfo } from '../../core/ports.js';
import type {
  ReaderChoice,
  ShownCard,
  ShownCertificate,
  ShownCertificateDetails,
  ShownValidity,
} from '../../ipc/card.js';

const READER_NAME_LENGTH = 100;

export function readerChoice({ name }: Pick<ReaderInfo, 'name'>): ReaderChoice {
  return { id: name, shownName: displayText(name, READER_NAME_LENGTH) };
}

export function shownCard(report: CardReport): ShownCard {
  const { testCard, medium, applications, pins, authorities } = report;
  return {
    reader: readerChoice({ name: report.readerName }),
    testCard,
    medium,
    applications,
    pins,
    authorities,
    certificates: {
      authentication: shownCertificate(report, 'authentication'),
      signing: shownCertificate(report, 'signing'),
    },
    findings: cardFindings(report),
  };
}

/** Picked member by member: a certificate also names its holder, and has a number that is the same at every service. */
export function shownCertificateDetails(details: CertificateDetails): ShownCertificateDetails {
  const { kind, policies, issuer, authority, validity, certificate } = details;
  return {
    kind,
    policies,
    issuer,
    authority,
    validity: shownValidity(validity),
    keyUsage: [...(certificate.extensions.keyUsage ?? [])],
  };
}

function shownCertificate({ certificates }: CardReport, role: KeyRole): ShownCertificate {
  const state = certificates[role];
  return state.status === 'readable' ? { status: 'readable', ...shownValidity(state) } : state;
}

function shownValidity({ notBefore, notAfter, daysLeft, state }: Validity): ShownValidity {
  return { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString(), daysLeft, state };
}
