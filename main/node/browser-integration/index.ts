export {
  currentSituation,
  inspectForUser,
  inspectIntegration,
  installIntegration,
  removeIntegration,
  wakeCommandOf,
  type IntegrationEntry,
  type IntegrationOptions,
  type IntegrationReport,
} from './integration.js';
export type { FileChange, FileState } from './own-file.js';
export type { PackagedBrowser } from './packaged-browsers.js';
export { BROWSERS, type Browser, type Situation } from './places.js';
export { registryThroughReg, type RegistryKeys, type RunProgram } from './registry.js';
