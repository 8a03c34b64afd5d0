import { defineConfig } from 'vitest/config'
import { shared } from './vitest.shared.ts'

/** The programs of examples/ and the sessions of docs/, run as a reader would run them. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['examples/**/*.test.ts', 'docs/**/*.test.ts'], testTimeout: 90_000 },
})
