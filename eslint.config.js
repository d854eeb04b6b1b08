import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importTablePlugin } from './tools/eslint-import-table.js';

export default defineConfig(
  globalIgnores(['dist/', 'release/', 'coverage/', 'test-results/']),
  {
    files: ['**/*.{ts,tsx,js}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    plugins: { house: importTablePlugin },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      'house/import-table': 'error',
      // TypeScript checks names, in JavaScript too.
      'no-undef': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'typeLike', format: ['PascalCase'], custom: { regex: '^I[A-Z][a-z]', match: false } },
        { selector: ['function', 'classMethod'], format: ['camelCase'], leadingUnderscore: 'forbid' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ['**/*.{ts,tsx,js}'],
    ignores: ['test/**'],
    rules: {
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', 80],
      // Three, then an options object; a fourth only where the thing modelled has four.
      'max-params': ['error', 4],
    },
  },
  {
    files: ['test/**'],
    rules: {
      // Why a test is skipped is printed.
      'no-console': 'off',
      // Fakes implement interfaces whose methods are asynchronous.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.tsx'],
    rules: {
      // A component is a function and named like a type.
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'typeLike', format: ['PascalCase'] },
        { selector: 'function', format: ['camelCase', 'PascalCase'], leadingUnderscore: 'forbid' },
      ],
    },
  },
  // A global that a runtime provides is declared with `var`.
  { files: ['**/*.d.ts'], rules: { 'no-var': 'off' } },
);
