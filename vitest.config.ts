import { defineConfig } from 'vitest/config'
import { shared } from './vitest.shared.ts'

/** Needs npm alone. */
export default defineConfig({ ...shared, test: { ...shared.test, include: ['packages/*/test/**/*.test.ts'] } })
