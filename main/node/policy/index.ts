export { NO_POLICY as NO_POLICY_FILE, settingLocks, type ClientPolicy } from '../../core/policy/policy.js';
export { managedPreferencesSource, type PlistToJson } from './managed-preferences.js';
export { systemPolicyPlace, systemPolicySources } from './places.js';
export { policyFileSource, policyFolderSource, type PolicyPlace } from './policy-file.js';
export {
  inspectPolicy,
  loadPolicy,
  openPolicy,
  policyFileSources,
  type PolicyStore,
  type PolicyStoreOptions,
} from './policy-store.js';
export {
  parseRegQuery,
  policyValues,
  windowsPolicySource,
  type RegistryValue,
  type RunReg,
} from './windows-registry.js';
