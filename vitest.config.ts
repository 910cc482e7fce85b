import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Nothing is kept of what tests read by HTTP.
    env: { BLISS_CACHE_SIZE: '0' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/count-reporter.ts'],
  },
})
