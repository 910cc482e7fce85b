import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** What measures, or changes, the process that it runs in: each of these files has a process of its own. */
const OWN_PROCESS = [
  'test/formats/parquet/hostile-sizes.test.ts',
  'test/library.test.ts',
  'test/node/batch/batch-many.test.ts',
  'test/node/threads/*.test.ts',
]

export default defineConfig({
  test: {
    // Nothing is kept of what tests read by HTTP.
    env: { BLISS_CACHE_SIZE: '0' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/count-reporter.ts'],
    // By default one processor is left idle; of two that is half.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...OWN_PROCESS],
          // The modules are loaded once a worker, not once a file.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own process', include: OWN_PROCESS } },
    ],
  },
})
