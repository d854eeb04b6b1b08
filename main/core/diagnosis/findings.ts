import type { DiagnosisAction, DiagnosisLayer, LayerStatus } from './diagnosis.js';

/** What a person can do, as a stable name. Texts: `diagnosis.remedy.<slug>`. */
export type RemedySlug =
  | 'install-binding'
  | 'install-service'
  | 'start-service'
  | 'restart-service'
  | 'enable-service'
  | 'allow-service-access'
  | 'restart-computer'
  | 'connect-reader'
  | 'install-reader-driver'
  | 'connect-chosen-reader'
  | 'connect-phone'
  | 'reconnect-reader'
  | 'place-card'
  | 'leave-one-card'
  | 'close-other-programs'
  | 'reseat-card'
  | 'use-my-number-card'
  | 'ask-for-certificates'
  | 'renew-certificate'
  | 'ask-where-card-is-from'
  | 'unblock-pin'
  | 'look-up-pin'
  | 'start-client'
  | 'close-port-holder'
  | 'end-other-session'
  | 'use-extension'
  | 'register-extension'
  | 'remove-foreign-file'
  | 'use-other-browser'
  | 'install-browser'
  | 'turn-on-government-sites'
  | 'ask-administrator'
  | 'connect-extension'
  | 'give-site-access'
  | 'open-government-site'
  | 'choose-one-extension'
  | 'repair-file-access'
  | 'set-clock'
  | 'report-defect';

interface FindingEntry {
  /** `any`: of whichever layer could not be looked at. */
  readonly layer: DiagnosisLayer | 'any';
  readonly status: LayerStatus;
  readonly remedy?: RemedySlug;
  readonly action?: DiagnosisAction;
}

/** Everything a diagnosis can find. A layer that failed has exactly one remedy. Texts: `diagnosis.finding.<slug>`. */
export const FINDINGS = {
  'lower-layer-failed': { layer: 'any', status: 'not-checked' },
  /** A defect of this program kept the layer from being looked at. */
  'check-failed': { layer: 'any', status: 'failed', remedy: 'report-defect', action: 'retry' },

  'service-answers': { layer: 'pcsc-service', status: 'ok' },
  /** The test card, or a phone, which the PC/SC service has no part in. */
  'service-not-needed': { layer: 'pcsc-service', status: 'ok' },
  /** Windows starts it with the first reader and stops it after the last. */
  'service-starts-with-reader': { layer: 'pcsc-service', status: 'ok' },
  'binding-missing': { layer: 'pcsc-service', status: 'failed', remedy: 'install-binding' },
  'service-not-installed': { layer: 'pcsc-service', status: 'failed', remedy: 'install-service', action: 'retry' },
  /** pcscd is installed, and the socket that would start it is not there. */
  'service-socket-inactive': { layer: 'pcsc-service', status: 'failed', remedy: 'start-service', action: 'retry' },
  /** Its socket is there, and nobody listens. */
  'service-not-running': { layer: 'pcsc-service', status: 'failed', remedy: 'restart-service', action: 'retry' },
  'service-disabled': { layer: 'pcsc-service', status: 'failed', remedy: 'enable-service', action: 'retry' },
  'service-access-denied': {
    layer: 'pcsc-service',
    status: 'failed',
    remedy: 'allow-service-access',
    action: 'retry',
  },
  /** It is there and gives no answer, or one that tells nothing. */
  'service-failed': { layer: 'pcsc-service', status: 'failed', remedy: 'restart-computer', action: 'retry' },
  /** Our own process that speaks to it ended. The next run starts another. */
  'card-process-lost': { layer: 'pcsc-service', status: 'failed', remedy: 'report-defect', action: 'retry' },

  'readers-found': { layer: 'reader', status: 'ok' },
  'test-card-reader': { layer: 'reader', status: 'ok' },
  'phone-connected': { layer: 'reader', status: 'ok' },
  'no-reader': { layer: 'reader', status: 'failed', remedy: 'connect-reader', action: 'retry' },
  /** A smart-card device is plugged in, and the PC/SC service lists none. */
  'reader-without-driver': { layer: 'reader', status: 'failed', remedy: 'install-reader-driver', action: 'retry' },
  'chosen-reader-missing': { layer: 'reader', status: 'failed', remedy: 'connect-chosen-reader', action: 'retry' },
  'phone-not-connected': { layer: 'reader', status: 'failed', remedy: 'connect-phone', action: 'retry' },

  'card-present': { layer: 'card', status: 'ok' },
  /** The first one was looked at. */
  'several-cards': { layer: 'card', status: 'attention', remedy: 'leave-one-card', action: 'retry' },
  'card-absent': { layer: 'card', status: 'failed', remedy: 'place-card', action: 'retry' },
  'reader-busy': { layer: 'card', status: 'failed', remedy: 'close-other-programs', action: 'retry' },
  'card-unresponsive': { layer: 'card', status: 'failed', remedy: 'reseat-card', action: 'retry' },
  'card-removed': { layer: 'card', status: 'failed', remedy: 'reseat-card', action: 'retry' },
  'card-access-denied': { layer: 'card', status: 'failed', remedy: 'allow-service-access', action: 'retry' },
  'reader-failed': { layer: 'card', status: 'failed', remedy: 'reconnect-reader', action: 'retry' },

  'jpki-present': { layer: 'application', status: 'ok' },
  'not-a-my-number-card': { layer: 'application', status: 'failed', remedy: 'use-my-number-card', action: 'retry' },
  /** The card's face is there, 公的個人認証 is not. */
  'no-jpki-application': { layer: 'application', status: 'failed', remedy: 'ask-for-certificates' },
  'application-unreadable': { layer: 'application', status: 'failed', remedy: 'reseat-card', action: 'retry' },

  'certificate-in-force': { layer: 'certificate', status: 'ok' },
  /** On phones; nothing is wrong with it. */
  'certificate-needs-pin': { layer: 'certificate', status: 'not-checked' },
  'certificate-expires-soon': { layer: 'certificate', status: 'attention', remedy: 'renew-certificate' },
  'certificate-expired': { layer: 'certificate', status: 'failed', remedy: 'renew-certificate' },
  'certificate-not-yet-valid': { layer: 'certificate', status: 'failed', remedy: 'set-clock' },
  'no-authentication-certificate': { layer: 'certificate', status: 'failed', remedy: 'ask-for-certificates' },
  'no-signing-certificate': { layer: 'certificate', status: 'attention', remedy: 'ask-for-certificates' },
  'certificate-unreadable': { layer: 'certificate', status: 'failed', remedy: 'reseat-card', action: 'retry' },
  /** Its issuer is no authority that this program knows, or did not issue it. */
  'issuer-unknown': { layer: 'certificate', status: 'attention', remedy: 'ask-where-card-is-from' },

  'pins-ready': { layer: 'pin', status: 'ok' },
  /** That of the authentication or of the signing key. */
  'pin-blocked': { layer: 'pin', status: 'failed', remedy: 'unblock-pin' },
  /** Only one that opens name and address. */
  'profile-pin-blocked': { layer: 'pin', status: 'attention', remedy: 'unblock-pin' },
  'one-try-left': { layer: 'pin', status: 'attention', remedy: 'look-up-pin' },
  /** Another program left the card open: it does not tell the tries left then. */
  'pin-still-verified': { layer: 'pin', status: 'attention', remedy: 'reseat-card', action: 'retry' },
  'tries-unreadable': { layer: 'pin', status: 'failed', remedy: 'reseat-card', action: 'retry' },

  'client-answers': { layer: 'bridge-port', status: 'ok' },
  /** Web pages cannot ask; the card can be used all the same. */
  'client-not-running': { layer: 'bridge-port', status: 'attention', remedy: 'start-client', action: 'retry' },
  /** It has no port, so that pages reach it through the extension alone. */
  'extension-serves': { layer: 'bridge-port', status: 'attention', remedy: 'use-extension', action: 'retry' },
  /** Every port of ours is held by other programs. */
  'port-taken': { layer: 'bridge-port', status: 'failed', remedy: 'close-port-holder', action: 'retry' },
  /** Clients of other users of this PC hold every port. */
  'other-user-serves': { layer: 'bridge-port', status: 'failed', remedy: 'end-other-session', action: 'retry' },

  'extension-registered': { layer: 'browser', status: 'ok' },
  'extension-not-registered': {
    layer: 'browser',
    status: 'ok',
    remedy: 'register-extension',
    action: 'register-extension',
  },
  /** The files are there, from another place or version of this program. */
  'extension-outdated': {
    layer: 'browser',
    status: 'ok',
    remedy: 'register-extension',
    action: 'register-extension',
  },
  /** A file that is not ours is where ours belongs. */
  'foreign-registration': { layer: 'browser', status: 'attention', remedy: 'remove-foreign-file', action: 'retry' },
  /** Only browsers from Snap or Flatpak, whose extensions can start no program of the PC. */
  'sandboxed-browser': { layer: 'browser', status: 'ok', remedy: 'use-other-browser' },
  'no-known-browser': { layer: 'browser', status: 'attention', remedy: 'install-browser' },
  'registration-unreadable': { layer: 'browser', status: 'attention', remedy: 'repair-file-access', action: 'retry' },

  'government-sites-off': {
    layer: 'government-permission',
    status: 'failed',
    remedy: 'turn-on-government-sites',
    action: 'retry',
  },
  'government-sites-forbidden': { layer: 'government-permission', status: 'failed', remedy: 'ask-administrator' },
  /** The extension speaks to the app, and this is another process. */
  'asked-in-app': { layer: 'any', status: 'not-checked' },
  /** No browser's extension has spoken since this program was started. */
  'extension-silent': {
    layer: 'government-permission',
    status: 'failed',
    remedy: 'connect-extension',
    action: 'retry',
  },
  'site-access-given': { layer: 'government-permission', status: 'ok' },
  'site-access-missing': {
    layer: 'government-permission',
    status: 'failed',
    remedy: 'give-site-access',
    action: 'retry',
  },
  'marker-placed': { layer: 'government-marker', status: 'ok' },
  /** Ours stepped aside; the sites work with the other one. */
  'official-extension': {
    layer: 'government-marker',
    status: 'attention',
    remedy: 'choose-one-extension',
    action: 'retry',
  },
  'no-government-page': {
    layer: 'government-marker',
    status: 'attention',
    remedy: 'open-government-site',
    action: 'retry',
  },

  'clock-plausible': { layer: 'clock', status: 'ok' },
  'clock-before-release': { layer: 'clock', status: 'failed', remedy: 'set-clock', action: 'open-clock-settings' },
  'clock-before-certificate': { layer: 'clock', status: 'failed', remedy: 'set-clock', action: 'open-clock-settings' },
  /** So long after this program was made that it is more likely wrong than right. */
  'clock-far-ahead': { layer: 'clock', status: 'attention', remedy: 'set-clock', action: 'open-clock-settings' },
} as const satisfies Readonly<Record<string, FindingEntry>>;

export type DiagnosisFinding = keyof typeof FINDINGS;

/** The same table, to be read by any finding. */
export function findingEntry(finding: DiagnosisFinding): FindingEntry {
  return FINDINGS[finding];
}
