import { existsSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { configSecrets } from '../config-secrets.ts'
import { loadConfig } from '../config.ts'
import type { StoredSurroundings } from '../control/stored-site.ts'
import { toHwError } from '../errors.ts'
import { silentLogger } from '../logger.ts'
import { MaasClient } from '../maas/maas-client.ts'
import { Redactor } from '../redaction.ts'
import { USUAL_FILE, type GlobalOptions } from './open.ts'

/**
 * What a support bundle can add without an owner: the configuration's MAAS, and the secrets to mask. Where there is no usable
 * configuration the bundle is made without, and says why.
 */
export async function bundleSurroundings({
  config: file = existsSync(USUAL_FILE) ? USUAL_FILE : undefined,
}: GlobalOptions): Promise<StoredSurroundings & { close(): Promise<void> }> {
  const redactor = new Redactor()
  try {
    const config = await loadConfig({ file })
    for (const secret of configSecrets(config)) redactor.add(secret)
    const maas = new MaasClient({
      url: config.maas.url,
      apiKey: config.maas.apiKey,
      clock: systemClock,
      logger: silentLogger,
      redactor,
    })
    return { redactor, site: { maas, config }, close: () => maas.close() }
  } catch (error) {
    return { redactor, site: toHwError(error).message, close: async () => {} }
  }
}
