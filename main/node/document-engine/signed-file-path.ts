import { statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { SignatureFormat } from '../../core/documents/signable-item.js';

export interface SignedFilePlace {
  readonly format: SignatureFormat;
  readonly attached: boolean;
  /** In place of the document's own folder. */
  readonly folder?: string;
}

/**
 * Name of the signed form of a file: never the file's own. Of an application's folder it goes inside, where the files are
 * that it refers to.
 */
export function signedFilePath(path: string, { format, attached, folder }: SignedFilePlace): string {
  const isFolder = format === 'egov-kousei' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return join(folder ?? path, 'kousei-signed.xml');
  return join(folder ?? dirname(path), signedName(basename(path), format, attached));
}

function signedName(name: string, format: SignatureFormat, attached: boolean): string {
  switch (format) {
    case 'cms':
    case 'cades':
      return name + (attached ? '.p7m' : '.p7s');
    case 'jws':
      return `${name}.jws`;
    case 'touki-pdf':
    case 'pades':
      return withSuffix(name, '.pdf');
    case 'xades':
    case 'xmldsig':
      return withSuffix(name, '.xml');
    case 'etax-xtx':
      return withSuffix(name, '.xtx');
    case 'egov-kousei':
      return extname(name).toLowerCase() === '.zip' ? withSuffix(name, '.zip') : withSuffix(name, '.xml');
  }
}

function withSuffix(name: string, extension: string): string {
  const bare = extname(name).toLowerCase() === extension ? name.slice(0, -extension.length) : name;
  return `${bare}-signed${extension}`;
}
