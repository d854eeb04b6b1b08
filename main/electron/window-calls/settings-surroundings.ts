import type { BrowserState } from '../../core/diagnosis/diagnosis-ports.js';
import { ClientError } from '../../core/errors.js';
import { BROWSERS, currentSituation, removeIntegration } from '../../node/browser-integration/index.js';
import { browserStates, registerInBrowsers, type BrowserCheckOptions } from '../../node/diagnosis/browsers.js';
import { forgetPhone, pairedPhones, type PairedPhone } from '../../node/phone-reader.js';

/** Browsers of this user, as far as the extension is concerned. */
export interface BrowserLinks {
  readonly canConnect: boolean;
  states(): readonly BrowserState[];
  /** @throws ClientError ERR_INTERNAL_FILE; ERR_INTERNAL where `canConnect` is false */
  connect(): void;
  /** Takes away what is ours, and nothing else. @throws ClientError ERR_INTERNAL_FILE */
  disconnect(): void;
}

/** What the settings page shows and changes beside the settings themselves. */
export interface SettingsSurroundings {
  readonly browsers: BrowserLinks;
  readonly phones: {
    /** Oldest first. @throws ClientError ERR_INTERNAL_FILE */
    list(): readonly PairedPhone[];
    /** @returns whether it was paired */
    forget(fingerprint: string): boolean;
  };
}

/** @param stateDirectory of this user's client */
export function thisComputer(stateDirectory: string): SettingsSurroundings {
  return {
    browsers: browserLinks({ situation: currentSituation({ stateDirectory, system: false, root: '' }) }),
    phones: {
      list: () => pairedPhones(stateDirectory),
      forget: (fingerprint) => forgetPhone(stateDirectory, fingerprint),
    },
  };
}

/** @param isElectron a launcher written from there would start Electron itself, as which it is no native messaging host */
export function browserLinks(options: BrowserCheckOptions, isElectron = 'electron' in process.versions): BrowserLinks {
  const checked = { ...options, sharesLauncher: options.sharesLauncher ?? isElectron };
  return {
    canConnect: !isElectron,
    states: () => browserStates(checked),
    connect() {
      if (isElectron) throw new ClientError('ERR_INTERNAL', 'this program is no native messaging host');
      registerInBrowsers(options);
    },
    disconnect: () => void removeIntegration({ ...options.host, browsers: BROWSERS, situation: options.situation }),
  };
}
