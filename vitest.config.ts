import { defineConfig } from 'vitest/config';

const packages = ['console', 'lab-services', 'docker', 'scenarios', 'collector'];

export default defineConfig({
  test: {
    projects: [
      {
        // Consumer-driven contracts, before anything else runs.
        test: {
          name: 'pact',
          include: ['tests/contract/pact/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'unit',
          include: [
            ...packages.map((folder) => `${folder}/**/*.test.{ts,tsx}`),
            'tests/{architecture,bench,conformance,contract}/**/*.test.ts',
          ],
          exclude: [
            ...['**/node_modules/**', '**/.next/**', '**/out/**'],
            'tests/contract/pact/**',
          ],
          pool: 'forks',
          // Many tests wait for sockets and processes: one worker more than cores minus one.
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/{lab,e2e}/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Needs real software; what is missing is skipped by name (tests/real-parts).
        test: {
          name: 'parity',
          include: ['tests/{parity,real-parts}/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
