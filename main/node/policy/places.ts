import { posix, win32 } from 'node:path';
import type { PolicySource } from '../../core/policy/resolve.js';
import { managedPreferencesSource } from './managed-preferences.js';
import { policyFileSource, policyFolderSource, type PolicyPlace } from './policy-file.js';
import { windowsPolicySource } from './windows-registry.js';

const MANAGED_FOLDER = '/etc/madoguchi/policies/managed';
const MANAGED_PREFERENCES = '/Library/Managed Preferences/jp.madoguchi.desktop.plist';

/** The one file that held all policies before there were other sources. Still read; what the others say counts more. */
export function systemPolicyPlace(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): PolicyPlace {
  switch (platform) {
    case 'win32': {
      const folder = environment['ProgramData'] ?? 'C:\\ProgramData';
      return { path: win32.join(folder, 'Madoguchi', 'policy.json'), owner: undefined };
    }
    case 'darwin':
      return { path: '/Library/Application Support/Madoguchi/policy.json', owner: 0 };
    default:
      return { path: posix.join('/etc/madoguchi', 'policy.json'), owner: 0 };
  }
}

/** Where administrators put policies on this system, what counts most last. */
export function systemPolicySources(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): readonly PolicySource[] {
  const file = policyFileSource(systemPolicyPlace(environment, platform));
  switch (platform) {
    case 'win32':
      return [file, windowsPolicySource('HKCU'), windowsPolicySource('HKLM')];
    case 'darwin':
      return [file, managedPreferencesSource({ path: MANAGED_PREFERENCES, owner: 0 })];
    default:
      return [file, policyFolderSource({ path: MANAGED_FOLDER, owner: 0 })];
  }
}
