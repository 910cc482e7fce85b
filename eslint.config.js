import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'demo-output/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-len': ['error', { code: 120 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'VariableDeclarator[id.name=/^(MOST|LEAST|USUAL)_/]', message: 'limits are MAX_ and MIN_' },
      ],
    },
  },
  // Tests and benches quote messages, rows and queries in one piece.
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    ignores: ['src/**'],
    rules: {
      'max-len': [
        'error',
        { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './tsconfig.browser.json'] } },
    rules: {
      // Typed arrays under noUncheckedIndexedAccess: the loop bound is the proof.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
)
