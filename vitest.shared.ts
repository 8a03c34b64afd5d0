import type { ViteUserConfig } from 'vitest/config'

/** The packages use each other's sources: no build stands between an edit and a test. */
export const shared = {
  ssr: { resolve: { conditions: ['@hwautomation/source'] } },
  resolve: { conditions: ['@hwautomation/source'] },
  test: { testTimeout: 60_000, hookTimeout: 60_000 },
} satisfies ViteUserConfig
