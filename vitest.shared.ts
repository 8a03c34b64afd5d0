import type { ViteUserConfig } from 'vitest/config'

/** The packages use each other's sources: no build stands between an edit and a test. */
export const shared = {
  ssr: { resolve: { conditions: ['source'] } },
  resolve: { conditions: ['source'] },
  test: { testTimeout: 20_000, hookTimeout: 20_000 },
} satisfies ViteUserConfig
