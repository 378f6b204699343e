import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// Everything in a log is an attacker's text: markup is never made from strings.
const noMarkup = [
  { property: 'innerHTML', message: 'Log text must never become markup.' },
  { property: 'outerHTML', message: 'Log text must never become markup.' },
  { property: 'insertAdjacentHTML', message: 'Log text must never become markup.' },
];

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'no-restricted-properties': ['error', ...noMarkup],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  { files: ['tests/browser/**', 'tests/*.mjs'], rules: { 'no-console': 'off' } },
);
