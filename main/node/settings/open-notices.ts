import { toClientError } from '../../core/errors.js';
import type { HistoryRecorder } from '../../core/history/history.js';
import { createNotices, type NoticePort, type Notices } from '../../core/notices/notices.js';
import type { CardReaders, Log } from '../../core/ports.js';
import type { SettingsStore } from '../../core/settings/settings.js';
import { systemClock } from '../system.js';
import { openExpiryMemory } from './expiry-memory.js';

export interface NoticesOptions {
  readonly stateDirectory: string;
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly readers: Pick<CardReaders, 'list'>;
  /** Its failures are told. */
  readonly history: HistoryRecorder;
  /** Left out: nobody is told anything. */
  readonly port?: NoticePort | undefined;
  readonly log: Log;
}

/** What a session needs to have its uses of the card told and recorded. */
export interface OpenedNotices {
  readonly notices: Notices;
  /** `history`, with its failures told. */
  readonly recorder: HistoryRecorder;
}

export function openNotices({ stateDirectory, history, port, ...rest }: NoticesOptions): OpenedNotices {
  const notices = createNotices({
    ...rest,
    clock: systemClock,
    port: port ?? { show: () => undefined },
    expiries: openExpiryMemory(stateDirectory, rest.log),
  });
  return {
    notices,
    recorder: {
      record: (request) =>
        history.record(request).catch((thrown: unknown) => {
          notices.historyUnwritten(toClientError(thrown).code);
          throw thrown;
        }),
    },
  };
}
