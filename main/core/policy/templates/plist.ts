import { indented, XML_DECLARATION, xmlText } from './xml.js';

/** What a property list can hold of JSON: everything but null, and whole numbers only. */
export type PlistValue = boolean | number | string | readonly PlistValue[] | { readonly [name: string]: PlistValue };

/** One payload of a configuration profile: forced values of one application. */
export interface ProfilePayload {
  readonly domain: string;
  readonly displayName: string;
  /** Constant, so that a newer profile takes the place of an older one. */
  readonly uuid: string;
  readonly values: Readonly<Record<string, PlistValue>>;
}

export interface ConfigurationProfile {
  readonly identifier: string;
  readonly displayName: string;
  readonly description: string;
  readonly uuid: string;
  readonly payloads: readonly ProfilePayload[];
}

/** A configuration profile of Apple's, unsigned, for the whole Mac. */
export function mobileconfig(profile: ConfigurationProfile): string {
  const content = profile.payloads.map(({ domain, displayName, uuid, values }) => ({
    PayloadType: domain,
    PayloadVersion: 1,
    PayloadIdentifier: `${profile.identifier}.${domain}`,
    PayloadUUID: uuid,
    PayloadDisplayName: displayName,
    ...values,
  }));
  return plist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadScope: 'System',
    PayloadIdentifier: profile.identifier,
    PayloadUUID: profile.uuid,
    PayloadDisplayName: profile.displayName,
    PayloadDescription: profile.description,
    PayloadContent: content,
  });
}

/** A property list in XML. */
export function plist(value: PlistValue): string {
  const lines = [
    XML_DECLARATION,
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...valueLines(value),
    '</plist>',
  ];
  return `${lines.join('\n')}\n`;
}

function valueLines(value: PlistValue): readonly string[] {
  if (typeof value === 'boolean') return [value ? '<true/>' : '<false/>'];
  if (typeof value === 'number') return [`<integer>${value}</integer>`];
  if (typeof value === 'string') return [`<string>${xmlText(value)}</string>`];
  return isList(value)
    ? ['<array>', ...indented(value.flatMap(valueLines)), '</array>']
    : ['<dict>', ...indented(Object.entries(value).flatMap(memberLines)), '</dict>'];
}

function memberLines([name, value]: readonly [string, PlistValue]): readonly string[] {
  return [`<key>${xmlText(name)}</key>`, ...valueLines(value)];
}

function isList(value: object): value is readonly PlistValue[] {
  return Array.isArray(value);
}
