import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { encodeHex } from '../../../sdk/formats/index.js';
import { displayText } from '../../core/consent/display-text.js';
import { SIGNATURE_FORMAT_NAMES, signatureFormat } from '../../core/documents/signature-formats.js';
import { ClientError } from '../../core/errors.js';
import type { Policy } from '../../core/policy/policy.js';
import type { Handlers } from '../../ipc/calls.js';
import {
  LIST_LIMITS,
  type CheckChoice,
  type CheckedDocument,
  type DocumentsCalls,
  type DocumentsDescription,
  type FileList,
  type FileLook,
  type SigningChoice,
} from '../../ipc/documents.js';
import type { Client } from '../../node/compose.js';
import { inspectFile } from '../../node/inspect-file.js';
import { httpTimeStamper, timeStampAddressFault } from '../../node/time-stamp-client.js';
import { contentBeside, verifyFile } from '../../node/verify-file.js';
import type { CallContext } from './call-context.js';
import { dialogTitles } from './dialog-titles.js';
import { CertificateTable } from './documents-certificates.js';
import { FileTable, KOUSEI_NAME, shownPath, unknownId, type FileEntry } from './documents-files.js';
import { planSigning, type Plan } from './documents-plan.js';
import { checkedDocument } from './documents-report.js';
import { FileSigning, type SigningBatch } from './documents-signing.js';

export interface DocumentsCallContext extends Pick<CallContext, 'desktop' | 'language' | 'push' | 'signal'> {
  readonly client: Pick<Client, 'operations' | 'documents' | 'policy'>;
}

/** Folders for results that are remembered; the person chooses one at a time. */
const FOLDERS_MOST = 20;
/** Code points of a rule's detail. */
const DETAIL_LENGTH = 160;

/** What the page holds ids of. */
interface Desk {
  readonly context: DocumentsCallContext;
  readonly lists: Readonly<Record<FileList, FileTable>>;
  readonly certificates: CertificateTable;
  readonly folders: Map<string, string>;
  /** Content of detached signatures, by the signature's id. */
  readonly contents: Map<string, string>;
  readonly signing: FileSigning;
}

/** Signing files and checking received ones. Windows speak of files by ids of the person's own choices. */
export function documentsCalls(context: DocumentsCallContext): Handlers<DocumentsCalls> {
  const { client, desktop, language, push, signal } = context;
  const desk: Desk = {
    context,
    lists: { signing: new FileTable(LIST_LIMITS.signing), checking: new FileTable(LIST_LIMITS.checking) },
    certificates: new CertificateTable(),
    folders: new Map(),
    contents: new Map(),
    signing: new FileSigning({ client, signal, onState: (state) => push('documents.signing', state) }),
  };
  const { lists, certificates, signing } = desk;
  return {
    'documents.describe': () => ({
      formats: SIGNATURE_FORMAT_NAMES.map((name) => ({ name, ...signatureFormat(name) })),
      signing: lists.signing.list(),
      checking: lists.checking.list(),
      certificates: certificates.list(),
      state: signing.state,
      ...administratorsAuthority(client.policy()),
    }),
    'documents.addDropped': ({ list, paths }) => lists[list].add(paths),
    'documents.choose': async (choice) => lists[choice.list].add(await choosePaths(desk, choice)),
    'documents.remove': ({ list, ids }) => {
      lists[list].remove(ids);
      for (const id of ids) desk.contents.delete(id);
      return lists[list].list();
    },
    'documents.look': ({ list, id }) => look(lists[list], id),
    'documents.chooseResultFolder': () => chooseResultFolder(desk),
    'documents.chooseCertificates': async () => {
      await certificates.add(await desktop.chooseFiles({ title: dialogTitles(language()).certificates }));
      return certificates.list();
    },
    'documents.plan': async (choice) => (await plan(desk, choice)).map(({ shown }) => shown),
    'documents.sign': async (choice) => {
      await signing.start(choice.files.length, () => signingBatch(desk, choice));
      return undefined;
    },
    'documents.cancelSigning': () => {
      signing.cancel();
      return undefined;
    },
    'documents.endSigning': ({ keepRest }) => {
      if (signing.state.status === 'running') return lists.signing.list();
      lists.signing.remove(keepRest ? signing.signed : lists.signing.list().map(({ id }) => id));
      signing.end();
      return lists.signing.list();
    },
    'documents.showResult': ({ id }) => {
      const path = signing.resultOf(id);
      if (path === undefined) throw unknownId();
      desktop.showInFolder(path);
      return undefined;
    },
    'documents.check': (choice) => check(desk, choice),
    'documents.chooseContent': ({ id }) => chooseContent(desk, id),
  };
}

async function choosePaths(
  { context: { desktop, language } }: Desk,
  { list, kind }: { readonly list: FileList; readonly kind: 'files' | 'folder' },
): Promise<readonly string[]> {
  const titles = dialogTitles(language());
  if (kind === 'files') return desktop.chooseFiles({ title: titles[list] });
  const folder = await desktop.chooseFolder({ title: titles.applicationFolder });
  return folder === undefined ? [] : [folder];
}

async function look(table: FileTable, id: string): Promise<FileLook> {
  const { path, isFolder, shown } = await table.renew(id);
  if (shown.kind === 'folder') {
    throw new ClientError('ERR_SIGN_FORMAT', 'no application', { details: { reason: 'egov-kousei-missing' } });
  }
  const { size, sha256, preview, toukiConformance } = await inspectFile(isFolder ? join(path, KOUSEI_NAME) : path);
  const conformance = toukiConformance?.map(({ rule, result, detail }) => ({
    rule,
    result,
    detail: displayText(detail, DETAIL_LENGTH),
  }));
  return { size, sha256: encodeHex(sha256), preview, ...(conformance && { conformance }) };
}

async function chooseResultFolder({
  context: { desktop, language },
  folders,
}: Desk): Promise<{ readonly id: string; readonly name: string } | undefined> {
  const path = await desktop.chooseFolder({ title: dialogTitles(language()).resultFolder });
  if (path === undefined) return undefined;
  const [oldest] = folders.keys();
  if (folders.size >= FOLDERS_MOST && oldest !== undefined) folders.delete(oldest);
  const id = randomUUID();
  folders.set(id, path);
  return { id, name: shownPath(join(path, 'x')).folder };
}

/** @throws ClientError for what no window sends: unknown ids, options that the format does not allow */
async function plan({ lists, folders }: Desk, choice: SigningChoice): Promise<readonly Plan[]> {
  requireSensible(choice);
  const entries = [...new Set(choice.files)].map((id): FileEntry => lists.signing.get(id));
  const folder = choice.folder === undefined ? undefined : folders.get(choice.folder);
  if (choice.folder !== undefined && folder === undefined) throw unknownId();
  return planSigning(entries, choice, folder);
}

function requireSensible({ format, attached, visible, timeStamp }: SigningChoice): void {
  const facts = signatureFormat(format);
  const addressFault = timeStamp && timeStampAddressFault(timeStamp.address);
  const rules: readonly (readonly [broken: boolean, reason: string])[] = [
    [attached && facts.attached === undefined, 'attached'],
    [visible !== undefined && !facts.isShowable, 'visible'],
    [timeStamp !== undefined && !facts.takesTimeStamp, 'time-stamp'],
    [addressFault !== undefined, 'time-stamp-address'],
  ];
  const reason = rules.find(([broken]) => broken)?.[1];
  if (reason !== undefined) throw malformed(reason);
}

function malformed(reason: string): ClientError {
  return new ClientError('ERR_PROTOCOL_MALFORMED', 'options that do not go together', { details: { reason } });
}

function administratorsAuthority({ timeStampAuthority }: Policy): Pick<DocumentsDescription, 'timeStampAuthority'> {
  return timeStampAuthority === undefined ? {} : { timeStampAuthority };
}

async function signingBatch(desk: Desk, choice: SigningChoice): Promise<SigningBatch> {
  const plans = await plan(desk, choice);
  if (plans.length === 0) throw malformed('no-files');
  const jobs = plans.map(({ entry, shown, job }) => {
    // The window knew of it, or it has come up since: then it asks for the plan again.
    if (!job) throw malformed(shown.problem ?? 'no-job');
    return { entry, job };
  });
  return { jobs, format: choice.format, ...timeStamping(desk, choice) };
}

function timeStamping({ certificates }: Desk, { timeStamp }: SigningChoice): Pick<SigningBatch, 'timeStamping'> {
  if (!timeStamp) return {};
  const trustAnchors = certificates.of(timeStamp.trust);
  const { href, host } = new URL(timeStamp.address);
  const trust = trustAnchors.length > 0 ? { trustAnchors } : {};
  return {
    timeStamping: { authority: host, stamper: (signal) => httpTimeStamper({ url: href, signal, ...trust }) },
  };
}

async function check(desk: Desk, choice: CheckChoice): Promise<CheckedDocument> {
  const { lists, contents, certificates } = desk;
  const { path } = lists.checking.get(choice.id);
  const trustAnchors = certificates.of(choice.trust);
  const timeStampAnchors = certificates.of(choice.timeStampTrust);
  const content = contents.get(choice.id) ?? (await contentBeside(path));
  const report = await verifyFile(path, {
    ...(content !== undefined && { content }),
    ...(trustAnchors.length > 0 && { trustAnchors }),
    ...(timeStampAnchors.length > 0 && { timeStampAnchors }),
    revocation: choice.revocation,
  });
  return checkedDocument(report, {
    ...(content !== undefined && { content: shownPath(content).name }),
    trusted: trustAnchors.length,
    revocationAsked: choice.revocation,
  });
}

async function chooseContent(
  { context: { desktop, language }, lists, contents }: Desk,
  id: string,
): Promise<string | undefined> {
  lists.checking.get(id);
  const [path] = await desktop.chooseFiles({ title: dialogTitles(language()).content });
  if (path === undefined) return undefined;
  contents.set(id, path);
  return shownPath(path).name;
}
