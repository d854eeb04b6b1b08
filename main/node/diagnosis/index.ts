import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import type { ComputerPort, DiagnosisPorts } from '../../core/diagnosis/diagnosis-ports.js';
import { createDiagnosis } from '../../core/diagnosis/run-diagnosis.js';
import { currentSituation } from '../browser-integration/index.js';
import { isClientServing } from '../bridge-socket/index.js';
import { packageVersion } from '../package-version.js';
import { bridgePorts } from './bridge-ports.js';
import { browserStates, registerInBrowsers } from './browsers.js';
import { clockSettingsCommand, openSettings } from './clock-settings.js';
import { isAccessDenied, serviceState, smartCardDevices } from './service-state.js';
import { currentFacts, describeSystem, identifyingWords } from './system.js';

export type NodeDiagnosisOptions = Omit<DiagnosisPorts, 'computer'> & {
  readonly stateDirectory: string;
  /** Where the bridge is opened, in the order tried. */
  readonly bridgePortNumbers: () => readonly number[];
};

/** The diagnosis of the PC that this process runs on. */
export function createNodeDiagnosis({ stateDirectory, bridgePortNumbers, ...ports }: NodeDiagnosisOptions): Diagnosis {
  return createDiagnosis({ ...ports, computer: thisComputer(stateDirectory, bridgePortNumbers) });
}

function thisComputer(stateDirectory: string, bridgePortNumbers: () => readonly number[]): ComputerPort {
  const facts = currentFacts();
  const { platform, environment } = facts;
  // A launcher written from here would start Electron itself, as which it is no native messaging host.
  const isElectron = process.versions['electron'] !== undefined;
  const browsers = {
    situation: currentSituation({ stateDirectory, system: false, root: '' }),
    sharesLauncher: isElectron,
  };
  const settings = clockSettingsCommand(platform, environment);
  return {
    programVersion: packageVersion(),
    system: () => Promise.resolve(describeSystem(facts)),
    identifyingWords: () => Promise.resolve(identifyingWords(facts)),
    serviceState: () => serviceState({ platform, environment }),
    isAccessDenied,
    smartCardDevices: () => smartCardDevices(),
    bridgePorts: () => bridgePorts({ ports: bridgePortNumbers() }),
    servesExtension: () => isClientServing({ stateDirectory, environment, platform }),
    browsers: () => Promise.resolve(browserStates(browsers)),
    actions: {
      ...(!isElectron && {
        'register-extension': () => Promise.resolve().then(() => registerInBrowsers(browsers)),
      }),
      ...(settings && { 'open-clock-settings': () => openSettings(settings) }),
    },
  };
}
