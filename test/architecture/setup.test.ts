import { describe, expect, it } from 'vitest';
import { isInstalled, type Lock } from '../../tools/setup/npm-packages.js';
import { DEBIAN_PACKAGES, isDebianLike, missingPackages } from '../../tools/setup/system-packages.js';
import { readText } from './repository.js';

const locked = { version: '1.2.3', integrity: 'sha512-a' };
const wanted: Lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': locked,
    'node_modules/native': { ...locked, optional: true },
  },
};

describe('node_modules', () => {
  it('is complete with or without optional packages', () => {
    expect(isInstalled(wanted, { packages: { 'node_modules/a': locked, 'node_modules/native': locked } })).toBe(true);
    expect(isInstalled(wanted, { packages: { 'node_modules/a': locked } })).toBe(true);
  });

  it.each<[string, Lock | undefined]>([
    ['never installed', undefined],
    ['a package short', { packages: {} }],
    ['at another version', { packages: { 'node_modules/a': { ...locked, version: '1.2.2' } } }],
    ['with other contents', { packages: { 'node_modules/a': { ...locked, integrity: 'sha512-b' } } }],
    [
      'at another version of an optional package',
      { packages: { 'node_modules/a': locked, 'node_modules/native': { ...locked, version: '2.0.0' } } },
    ],
  ])('is out of date when %s', (_name, installed) => {
    expect(isInstalled(wanted, installed)).toBe(false);
  });

  it('is measured against a lock file that has what it needs', () => {
    const lock = JSON.parse(readText('package-lock.json')) as Lock;
    expect(lock.packages['node_modules/pcsclite']).toMatchObject({ version: '1.0.1', optional: true });
    expect(isInstalled(lock, { packages: {} })).toBe(false);
  });
});

describe('system packages', () => {
  it.each([
    ['ID=debian\nVERSION_ID="12"', true],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian', true],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"', true],
    ['ID=fedora\nNAME="not debian"', false],
    ['', false],
  ])('are Debian’s where os-release says %j', (text, expected) => {
    expect(isDebianLike(text)).toBe(expected);
  });

  it('are missing unless installed', () => {
    const output = 'pcscd ii \nmake rc \ng++ un \n';
    expect(missingPackages(['pcscd', 'make', 'g++', 'opensc'], output)).toEqual(['make', 'g++', 'opensc']);
  });

  it('include everything the demonstration needs when the suites are run', () => {
    expect(DEBIAN_PACKAGES.test).toEqual(expect.arrayContaining([...DEBIAN_PACKAGES.demo]));
  });
});
