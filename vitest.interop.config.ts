import { defineConfig } from 'vitest/config'
import { shared } from './vitest.shared.ts'

/** Tests against programs that come from Debian packages; they fail where those are missing. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['packages/*/interop/**/*.test.ts'], testTimeout: 60_000 },
})
