import { randomUUID } from 'node:crypto';
import type { Certificate } from '../../../sdk/formats/index.js';
import { ClientError, toClientError } from '../../core/errors.js';
import { CERTIFICATES_MOST, type ChosenCertificates } from '../../ipc/documents.js';
import { readTrustedCertificates } from '../../node/trusted-certificates.js';
import { shownPath, unknownId } from './documents-files.js';
import { shownSubject } from './documents-report.js';
import { withoutPaths } from './without-paths.js';

/** Certificates of one file that are named. */
const SUBJECTS_MOST = 20;

interface KeptCertificates {
  readonly shown: ChosenCertificates;
  readonly certificates: readonly Certificate[];
}

/** Certificates of authorities that the person chose, for as long as the window is open. */
export class CertificateTable {
  readonly #kept = new Map<string, KeptCertificates>();

  list(): readonly ChosenCertificates[] {
    return [...this.#kept.values()].map(({ shown }) => shown);
  }

  /** @throws ClientError where one cannot be read; `ERR_PROTOCOL_MALFORMED` (`too-many`) where there is no room */
  async add(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.#kept.size >= CERTIFICATES_MOST) {
        throw new ClientError('ERR_PROTOCOL_MALFORMED', 'too many certificates', { details: { reason: 'too-many' } });
      }
      const certificates = await readCertificates(path);
      const id = randomUUID();
      const subjects = certificates.slice(0, SUBJECTS_MOST).map(shownSubject);
      this.#kept.set(id, { shown: { id, name: shownPath(path).name, subjects }, certificates });
    }
  }

  /** @throws ClientError `ERR_PROTOCOL_MALFORMED` for an id that is none */
  of(ids: readonly string[]): readonly Certificate[] {
    return ids.flatMap((id) => {
      const kept = this.#kept.get(id);
      if (!kept) throw unknownId();
      return kept.certificates;
    });
  }
}

async function readCertificates(path: string): Promise<readonly Certificate[]> {
  try {
    const certificates = await readTrustedCertificates([path]);
    if (certificates.length > 0) return certificates;
  } catch (thrown) {
    const { code, message, details } = toClientError(thrown);
    if (code === 'ERR_INTERNAL_FILE') throw new ClientError(code, message, { details: withoutPaths(details) });
  }
  throw new ClientError('ERR_CERT_MALFORMED', 'no certificates', { details: { reason: 'no-certificates' } });
}
