import { statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { signatureFormat, type SignatureFormat } from '../../core/documents/signature-formats.js';

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
  const { place, attached: attachedExtension } = signatureFormat(format);
  if ('beside' in place) return name + (attached && attachedExtension !== undefined ? attachedExtension : place.beside);
  const isArchive = format === 'egov-kousei' && extname(name).toLowerCase() === '.zip';
  return withSuffix(name, isArchive ? '.zip' : place.inside);
}

function withSuffix(name: string, extension: string): string {
  const bare = extname(name).toLowerCase() === extension ? name.slice(0, -extension.length) : name;
  return `${bare}-signed${extension}`;
}
