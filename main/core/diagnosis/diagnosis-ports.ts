import type { InsertionMemories } from '../card/insertion-memory.js';
import type { GovernmentSitesStatus } from '../government-sites/government-sites.js';
import type { CardReaders, Clock } from '../ports.js';
import type { ReaderSelection } from '../signing/prepare-card.js';
import type { TrustAnchors } from '../trust/trust-anchors.js';
import type { DiagnosedSystem, DiagnosisAction } from './diagnosis.js';

/**
 * Why the PC/SC service does not answer.
 * - `socket-inactive`: the service is installed, and what would start it is not there.
 * - `not-running`: its socket is there, and nobody listens.
 * - `access-denied`: it listens, and sends this user away.
 * - `starts-with-reader`: this system starts it with the first reader, so that it does not run without one.
 * - `answers`: it takes connections, so that something else is wrong.
 */
export type ServiceState =
  | 'not-installed'
  | 'socket-inactive'
  | 'not-running'
  | 'access-denied'
  | 'disabled'
  | 'starts-with-reader'
  | 'answers'
  | 'unknown';

/** Who has one of the bridge's ports on this PC's loopback. `client`: a Madoguchi, of this user as far as can be told. */
export type PortHolder =
  | { readonly kind: 'free' | 'client' | 'other-users-client' }
  /** `unverifiedName`: file name of its executable, where that can be told. */
  | { readonly kind: 'other-program'; readonly unverifiedName?: string };

export interface PortState {
  readonly port: number;
  readonly holder: PortHolder;
}

/** One browser of this PC, as far as our extension is concerned. */
export interface BrowserState {
  /** A slug, such as `firefox`. */
  readonly browser: string;
  /** How it was installed: a sandboxed one can start no program of the PC. */
  readonly packaging: 'native' | 'snap' | 'flatpak';
  /** Whether it can find this program. */
  readonly registration: 'current' | 'outdated' | 'absent' | 'foreign' | 'unreadable';
}

/** How it stands with government sites, as far as this process knows. */
export interface GovernmentSitesView {
  readonly isOn: boolean;
  /** Whether the extension speaks to this process: what it says is kept nowhere. */
  readonly isServing: boolean;
  /** @throws ClientError `ERR_INTERNAL_FILE` */
  status(): GovernmentSitesStatus;
}

/** What a diagnosis needs to know of the PC. Nothing here rejects for what is wrong with the PC; it answers that. */
export interface ComputerPort {
  readonly programVersion: string;
  system(): Promise<DiagnosedSystem>;
  /** What tells who the person is, or which PC it is: names of user, host, home. To be taken out of foreign texts. */
  identifyingWords(): Promise<readonly string[]>;
  /** Asked only where the service did not answer. */
  serviceState(): Promise<ServiceState>;
  /** Whether an error of the readers means that the service knows this user and does not let it. */
  isAccessDenied(thrown: unknown): boolean;
  /** Smart-card devices that are plugged in, whether or not the service knows them; undefined where this system does not say. */
  smartCardDevices(): Promise<number | undefined>;
  /** Every port that a client may have, in the order in which they are taken. */
  bridgePorts(): Promise<readonly PortState[]>;
  /** Whether a client of this user waits where the extension's program looks for it. */
  servesExtension(): Promise<boolean>;
  /** Browsers that are installed. */
  browsers(): Promise<readonly BrowserState[]>;
  /** What this system can do behind a button. Each rejects where it could not be done. */
  readonly actions: Readonly<Partial<Record<Exclude<DiagnosisAction, 'retry'>, () => Promise<void>>>>;
}

export interface DiagnosisPorts {
  readonly readers: CardReaders;
  readonly memories: InsertionMemories;
  readonly trust: TrustAnchors;
  readonly clock: Clock;
  readonly selection: ReaderSelection;
  /** What `readers` are: those of the PC/SC service, the built-in test card, or a phone. */
  readonly readerKind: 'pcsc' | 'test-card' | 'phone';
  /** How long a phone is waited for, in milliseconds. Every other reader is there or not. */
  readonly cardWaitMilliseconds: number;
  readonly computer: ComputerPort;
  /** Left out: nothing is known of government sites, and their layers are not looked at. */
  readonly governmentSites?: GovernmentSitesView;
}
