import { basename } from 'node:path';
import { encodePemCertificate } from '../../../sdk/formats/index.js';
import { displayText } from '../../core/consent/display-text.js';
import { ClientError, toClientError } from '../../core/errors.js';
import type { ChooseReader } from '../../core/inspection/card-inspection.js';
import type { CardReaders, ReaderInfo } from '../../core/ports.js';
import type { CardCalls, CardView, CertificateEncoding, ExportOutcome, ExportRequest } from '../../ipc/card.js';
import type { Handlers } from '../../ipc/calls.js';
import type { Client } from '../../node/compose.js';
import { systemClock } from '../../node/system.js';
import { watchReaders } from '../watch-readers.js';
import type { CallContext } from './call-context.js';
import { readerChoice, shownCard, shownCertificateDetails } from './card-view.js';
import { dialogTitles } from './dialog-titles.js';
import { saveFile } from './save-file.js';
import { SHOWN_NAME_LENGTH } from './shown-values.js';

/** What these handlers need of a `CallContext`. */
export interface CardCallContext extends Pick<CallContext, 'language' | 'push' | 'signal'> {
  readonly client: Pick<Client, 'readers' | 'inspection' | 'attributes' | 'pinChange'>;
  readonly desktop: Pick<CallContext['desktop'], 'chooseSavePath'>;
}

const ENDINGS: Readonly<Record<CertificateEncoding, string>> = { der: 'cer', pem: 'pem' };

/**
 * The card page's calls. What they began ends with the window, by the context's signal: a page that is gone can neither be
 * told of cards nor take what was read.
 */
export function cardCalls(context: CardCallContext): Handlers<CardCalls> {
  const { client, push } = context;
  const looking = new Occupation(context.signal);
  const watching = new Occupation(context.signal);
  const acting = new Occupation(context.signal);
  return {
    'card.look': ({ reader }) => looking.replace((signal) => look(client, reader, signal)),
    'card.watch': () =>
      watching.keep((signal) => tellChanges(client.readers, () => push('card.changed', undefined), signal)),
    'card.unwatch'() {
      watching.stop();
      looking.stop();
      return undefined;
    },
    'card.describeCertificate': ({ kind, reader }) =>
      acting.alone(async (signal) =>
        shownCertificateDetails(await client.inspection.describeCertificate(kind, chosen(reader), signal)),
      ),
    'card.exportCertificate': (request) => acting.alone((signal) => exportCertificate(context, request, signal)),
    'card.readAttributes': ({ pinRole }) =>
      acting.alone((signal) => client.attributes.readAttributes({ attributes: [], pinRole }, signal)),
    'card.changePin': ({ pinRole }) =>
      acting.alone(async (signal) => {
        await client.pinChange.change(pinRole, signal);
        return undefined;
      }),
    'card.stop'() {
      acting.stop();
      return undefined;
    },
  };
}

/**
 * Calls `onChange` whenever a reader or a card has come or gone, until `signal` aborts. Resolves when it has begun: what
 * happens from then on is told. Uses of a card are not.
 */
function tellChanges(readers: CardReaders, onChange: () => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let known: string | undefined;
    const onList = (list: readonly ReaderInfo[] | ClientError): void => {
      const now = situation(list);
      if (known !== undefined && now !== known) onChange();
      known = now;
      resolve();
    };
    void watchReaders({ readers, clock: systemClock, signal, togetherMilliseconds: 0, onList }).then(resolve);
  });
}

/** Which cards are where; equal texts mean that nothing came or went. */
function situation(list: readonly ReaderInfo[] | ClientError): string {
  if (list instanceof ClientError) return list.code;
  return JSON.stringify(list.map(({ name, cardPresent, insertion }) => [name, cardPresent, insertion]));
}

async function look(client: CardCallContext['client'], wanted: string | undefined, signal: AbortSignal) {
  try {
    return await lookNow(client, wanted, signal);
  } catch (thrown) {
    const error = toClientError(thrown);
    if (error.code === 'ERR_PCSC_NO_READER') return { status: 'no-reader' } as const;
    throw error;
  }
}

async function lookNow(
  { readers, inspection }: CardCallContext['client'],
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<CardView> {
  const all = await readers.list();
  if (all.length === 0) return { status: 'no-reader' };
  const withCard = all.filter(({ cardPresent }) => cardPresent);
  if (withCard.length === 0) return { status: 'no-card', readers: all.map(readerChoice) };
  const use = withCard.length === 1 ? withCard[0] : withCard.find(({ name }) => name === wanted);
  if (!use) return { status: 'several', readers: withCard.map(readerChoice) };
  const report = await inspection.inspect(chosen(use.name), signal);
  return { status: 'ready', card: shownCard(report), readers: withCard.map(readerChoice) };
}

/** What names no reader that is there is refused by whoever asks. */
function chosen(reader: string | undefined): ChooseReader {
  return () => Promise.resolve(reader ?? '');
}

async function exportCertificate(
  { client, desktop, language }: CardCallContext,
  { kind, reader, encoding }: ExportRequest,
  signal: AbortSignal,
): Promise<ExportOutcome> {
  // Before the PIN: nobody enters one for a file that has no place.
  const path = await desktop.chooseSavePath({
    title: dialogTitles(language()).saveCertificate,
    suggestedName: `${kind}-certificate.${ENDINGS[encoding]}`,
  });
  if (path === undefined || signal.aborted) return { status: 'cancelled' };
  const der = await client.inspection.readCertificate(kind, chosen(reader), signal);
  await saveFile(path, encoding === 'der' ? der : new TextEncoder().encode(encodePemCertificate(der)));
  return { status: 'saved', shownName: displayText(basename(path), SHOWN_NAME_LENGTH) };
}

/** What one kind of call is busy with: one thing at a time, and none after the app's end. */
class Occupation {
  readonly #end: AbortSignal;
  #current: AbortController | undefined;

  constructor(end: AbortSignal) {
    this.#end = end;
  }

  /** @throws ClientError ERR_PROTOCOL_BUSY while something else goes on */
  async alone<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#current)
      throw new ClientError('ERR_PROTOCOL_BUSY', 'another use of the card goes on', { retriable: true });
    return this.replace(work);
  }

  /** Ends what went on. */
  async replace<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const mine = this.#begin();
    try {
      return await work(AbortSignal.any([mine.signal, this.#end]));
    } finally {
      if (this.#current === mine) this.#current = undefined;
    }
  }

  /** As `replace`, and what `work` began goes on when it has resolved. */
  async keep(work: (signal: AbortSignal) => Promise<void>): Promise<undefined> {
    await work(AbortSignal.any([this.#begin().signal, this.#end]));
    return undefined;
  }

  stop(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  #begin(): AbortController {
    this.stop();
    this.#current = new AbortController();
    return this.#current;
  }
}
