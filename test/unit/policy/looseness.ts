import { ALL_ORIGINS, type PolicyName } from '../../../main/core/policy/definitions.js';

type Order = (value: unknown, other: unknown) => boolean;

/** From careful to loose; undefined: nobody decides, so that the person may have it as loose as can be. */
const ranked =
  (...ranks: readonly unknown[]): Order =>
  (value, other) =>
    ranks.indexOf(value) > ranks.indexOf(other);

const listed = (value: unknown): readonly string[] => value as readonly string[];
const more: Order = (value, other) => listed(value).some((entry) => !listed(other).includes(entry));
const notAlike: Order = (value, other) => value !== undefined && value !== other;
const never: Order = () => false;
const versions = (value: unknown): number =>
  typeof value === 'string' ? value.split('.').reduce((sum, part) => sum * 65_536 + Number(part), 0) : -1;

/** Whether the first value of a policy lets something be done that the second does not. */
export const IS_LOOSER: Readonly<Record<PolicyName, Order>> = {
  allowedOrigins: (value, other) => other !== undefined && (value === undefined || more(value, other)),
  blockedOrigins: (value, other) => !listed(value).includes(ALL_ORIGINS) && more(other, value),
  // What is malformed stops the program.
  registries: never,
  registryMode: never,
  rememberedConsent: ranked('refuse', 'allow'),
  extensionForced: ranked(false, true),
  governmentSites: ranked(false, true, undefined),
  governmentOrigins: more,
  governmentSha1: ranked('refuse', 'allow'),
  unlistedSigning: ranked('refuse', 'ask', 'allow'),
  requesterKeys: ranked('refuse', 'allow'),
  requireEncryption: ranked(true, false),
  signItems: (value, other) => Number(value) > Number(other),
  rawDigestOrigins: more,
  // No network address but the administrator's may be asked.
  timeStampAuthority: notAlike,
  // Nothing is looser than anything else.
  language: never,
  ports: never,
  startWithSystem: ranked(false, true, undefined),
  historyDays: (value, other) => Number(value ?? Infinity) > Number(other ?? Infinity),
  keypadShuffle: ranked(true, false, undefined),
  developerMode: ranked(false, true, undefined),
  phoneReader: ranked(false, true, undefined),
  diagnosisExport: ranked('refuse', 'allow'),
  proxy: (value, other) => value !== 'offline' && notAlike(value ?? 'system', other),
  update: ranked('off', 'notify', undefined),
  updateChannel: ranked('stable', 'preview', undefined),
  minimumVersion: (value, other) => versions(value) < versions(other),
};
