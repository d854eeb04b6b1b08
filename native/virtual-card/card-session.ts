import type { AccessCondition, CardApplication } from './card-application.js';
import type { CardProfile } from './card-profile.js';
import type { PinName, Pins } from './pins.js';
import { Refusal, STATUS_WORDS } from './status-words.js';

/** A card under power: what commands see and change. */
export interface CardSession {
  readonly profile: CardProfile;
  readonly applications: readonly CardApplication[];
  readonly pins: Pins;
  application: CardApplication | undefined;
  /** Identifier of the current EF, within `application`. */
  currentFileId: number | undefined;
  readonly verified: Set<PinName>;
}

/** As at power-on: nothing selected, nothing verified. */
export function clearSession(session: CardSession): void {
  deselect(session);
  session.verified.clear();
}

/** As at a warm reset and before SELECT of an application: nothing selected and, on most cards, nothing verified. */
export function deselect(session: CardSession): void {
  session.application = undefined;
  session.currentFileId = undefined;
  if (!session.profile.verifiedSurvivesReset) session.verified.clear();
}

/** @throws Refusal 6986 where no EF is current. */
export function currentFile(session: CardSession) {
  const file = session.currentFileId === undefined ? undefined : session.application?.files.get(session.currentFileId);
  if (!file) throw new Refusal(STATUS_WORDS.NO_CURRENT_FILE);
  return file;
}

/** Makes the EF current. @throws Refusal 6A82 where the selected application has none of this identifier. */
export function selectFile(session: CardSession, fileId: number): void {
  if (!session.application?.files.has(fileId)) throw new Refusal(STATUS_WORDS.FILE_NOT_FOUND);
  session.currentFileId = fileId;
}

/** Selects by a parameter 100xxxxx, x being the short EF identifier. @throws Refusal 6A86 where it is not of that form. */
export function selectByShortFileId(session: CardSession, parameter: number): void {
  const shortFileId = parameter & 0x1f;
  if (!session.profile.shortFileIdentifiers || (parameter & 0xe0) !== 0x80 || shortFileId === 0) {
    throw new Refusal(STATUS_WORDS.INCORRECT_P1_P2);
  }
  selectFile(session, shortFileId);
}

/** The EF that P2 of VERIFY and the like means: 80 the current one, else one by its short identifier. */
export function referencedFile(session: CardSession, p2: number) {
  if (p2 !== 0x80) selectByShortFileId(session, p2);
  return currentFile(session);
}

/** @throws Refusal 6982 where none of the PINs that allow the access is verified. */
export function requireAccess(session: CardSession, condition: AccessCondition): void {
  if (condition === 'always' || condition.anyOf.some((pin) => session.verified.has(pin))) return;
  throw new Refusal(STATUS_WORDS.SECURITY_STATUS_NOT_SATISFIED);
}
