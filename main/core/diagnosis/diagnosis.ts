import type { DiagnosisFinding, RemedySlug } from './findings.js';

export type { DiagnosisFinding, RemedySlug };

/**
 * What a use of the card goes through on this PC, from the bottom up, in the order in which it is checked and told. A layer
 * that others rest on stands in their way where it failed: `BELOW` says which.
 */
export const DIAGNOSIS_LAYERS = [
  'pcsc-service',
  'reader',
  'card',
  'application',
  'certificate',
  'pin',
  'bridge-port',
  'browser',
  'clock',
] as const;

/** Looked at after `browser`, only for today's government sites. */
export const GOVERNMENT_LAYERS = ['government-permission', 'government-marker'] as const;

export type DiagnosisLayer = (typeof DIAGNOSIS_LAYERS)[number] | (typeof GOVERNMENT_LAYERS)[number];

/** The layer that each one rests on directly; those without one are checked in any case. */
export const BELOW: Readonly<Partial<Record<DiagnosisLayer, DiagnosisLayer>>> = {
  reader: 'pcsc-service',
  card: 'reader',
  application: 'card',
  certificate: 'application',
  pin: 'application',
  'government-marker': 'government-permission',
};

/**
 * `attention`: it works, or what does not work has another way; worth telling all the same. `failed`: nothing that needs this
 * layer can be done. `not-checked`: nothing was found out, which is neither good nor bad.
 */
export type LayerStatus = 'ok' | 'attention' | 'failed' | 'not-checked';

/**
 * What the program can do about a finding, behind one button; only what `Diagnosis.act` really does.
 * - `retry`: nothing but run the diagnosis again, once the person did what the remedy says.
 * - `register-extension`: writes the files by which the installed browsers' extension finds this program, for this user.
 * - `open-clock-settings`: opens the system's date and time settings. Offered only where this system has them to open.
 */
export type DiagnosisAction = 'retry' | 'register-extension' | 'open-clock-settings';

/**
 * Facts beside a finding, by name: numbers, booleans, slugs of ours, and two texts of others (`reader`, `program`) with
 * everything taken out that may tell who a person is. All of it is safe to post. No date of a certificate is among it: a
 * certificate ends on its holder's birthday.
 *
 * Each finding's facts are listed in `docs/diagnosis.md`. Anybody may show them as they are; they are data, not sentences.
 */
export type DiagnosisDetails = Readonly<Record<string, string | number | boolean>>;

/** What was found out about one layer. */
export interface LayerResult {
  readonly layer: DiagnosisLayer;
  readonly status: LayerStatus;
  /** Stable name of what was found. Its layer, status and remedy are fixed (`FINDINGS`). */
  readonly finding: DiagnosisFinding;
  readonly details: DiagnosisDetails;
  /** What the person can do: one thing. Always there where the layer `failed`; never where it is `ok` or `not-checked`. */
  readonly remedy?: RemedySlug;
  /** Present where a button can do it, or can check again what the person did. Only beside a remedy. */
  readonly action?: DiagnosisAction;
  /** With `not-checked`: the failed layer because of which this one could not be looked at. */
  readonly standsInTheWay?: DiagnosisLayer;
}

/**
 * The PC, as far as it helps to understand a result. Every text is one of a short list, `other` where it is not on it, or a
 * version made of numbers.
 */
export interface DiagnosedSystem {
  /** Such as `debian`, `windows`, `macos`. */
  readonly name: string;
  /** Such as `12`; undefined where the system does not say. */
  readonly version?: string;
  /** Version of the kernel, numbers only. */
  readonly kernel?: string;
  /** Such as `x64`. */
  readonly architecture: string;
  /** Such as `gnome`; `other` for what is not on our list. Undefined where there is none. */
  readonly desktop?: string;
  /** `x11`, `wayland`, `tty`, `remote` or `other`. Undefined where the system has no such notion. */
  readonly session?: string;
  /** How the program was packaged around the checks: `snap`, `flatpak`, `container` or `wsl`. Undefined for none of these. */
  readonly sandbox?: string;
}

/** Everything of one run. Safe to post as it is. */
export interface DiagnosisReport {
  /** By this PC's clock, UTC, RFC 3339 to the second. */
  readonly at: string;
  /** Version of this program. */
  readonly programVersion: string;
  readonly system: DiagnosedSystem;
  /** One for each of `DIAGNOSIS_LAYERS`, in that order; those of `GOVERNMENT_LAYERS`, where looked at, after `browser`. */
  readonly results: readonly LayerResult[];
}

/** `done`: run the diagnosis again to see whether it helped. `failed`: it could not be done; `code` says why. */
export type ActionOutcome =
  { readonly status: 'done' } | { readonly status: 'failed'; readonly code: 'ERR_INTERNAL_FILE' | 'ERR_INTERNAL' };

export interface DiagnosisOptions {
  /** Looks at `GOVERNMENT_LAYERS` even where the mode for government sites is off. Where it is on they are looked at anyway. */
  readonly governmentSites?: boolean;
}

export interface Diagnosis {
  /**
   * Looks at every layer. Costs no PIN try, asks for no PIN, reads no name and no address, and uses no network beyond this
   * PC's own loopback. The card is opened shared, without a reset, as for every free read. A run takes a second or so, half a
   * minute where a reader or the service does not answer.
   * @param onLayer told each layer's result as soon as it and all before it are known
   * @throws ClientError ERR_USER_CANCELLED where `signal` aborts. Nothing else is thrown for what is wrong with a layer.
   */
  run(
    onLayer: (result: LayerResult) => void,
    signal: AbortSignal,
    options?: DiagnosisOptions,
  ): Promise<DiagnosisReport>;
  /** Does what a button offers. Never rejects. */
  act(action: DiagnosisAction): Promise<ActionOutcome>;
}
