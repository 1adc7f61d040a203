import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const PURE_CODE = [
  'docker/stand-ins/*/src/**/*.ts',
  'scenarios/src/**/*.ts',
  'collector/src/{derive,slo,alerts,model}/**/*.ts',
  'lab-services/chassis/src/core/**/*.ts',
];

const AMBIENT_TIME = ['Date.now', 'performance.now', 'Math.random', 'crypto.randomUUID'].map(
  (call) => {
    const [object, property] = call.split('.');
    return {
      object,
      property,
      message: `Take the clock, random source or ids from @faultline/chassis/core as an input: a test and a replay must be able to set ${call}.`,
    };
  },
);

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/.next/', '**/out/', '.faultline/', '**/next-env.d.ts'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration',
          message: 'Name what a module exports: `export *` hides the contract.',
        },
        {
          selector: 'ImportDeclaration[source.value=/^@faultline\\/[^\\/]+\\/src/]',
          message: 'Import another package through its entry point: its src is not a contract.',
        },
        {
          selector:
            'ImportDeclaration[source.value=/^(assert|buffer|child_process|crypto|dns|events|fs|http|https|net|os|path|process|stream|timers|tls|url|util|zlib)(\\/.*)?$/]',
          message:
            'Write built-in modules with the node: protocol, so that no package can shadow them.',
        },
      ],
    },
  },
  {
    files: PURE_CODE,
    ignores: ['**/*.test.ts', 'lab-services/chassis/src/core/ambient.ts'],
    rules: { 'no-restricted-properties': ['error', ...AMBIENT_TIME] },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', 'tests/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['console/app/**', 'console/features/**', 'console/components/**', 'console/lib/**'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // Says that the React Compiler skips a component; the console is not compiled by it.
      'react-hooks/incompatible-library': 'off',
      // A component is a function that reads top to bottom; its limit is the file's.
      'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['console/app/**', '*.config.ts', 'console/*.config.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  { files: ['console/cli/**'], rules: { 'no-console': 'off' } },
);
