import { expect, it } from 'vitest'
import { environmentFile } from '../../src/bundle/environment.ts'
import { BundleFiles } from '../../src/bundle/files.ts'
import type { BundleSource } from '../../src/bundle/source.ts'
import { configSecrets } from '../../src/config-secrets.ts'
import { loadConfig } from '../../src/config.ts'
import { Redactor } from '../../src/redaction.ts'

const config = await loadConfig({
  env: {},
  code: {
    maas: { url: 'http://maas.example/MAAS', apiKey: 'consumer:token:secret' },
    ssh: { privateKey: 'a private key' },
    bmc: {
      credentials: { user: 'hwa', password: 'Own-Horse-8' },
      secrets: { 'bmc/operator': 'Correct-Horse-9', short: 'abc' },
    },
    dial: 'http://hwa:Pr0xy%20Horse@proxy.example:3128',
  },
})

it('the configuration of a bundle names the secrets of BMC users and holds none of them, whatever the redactor knows', () => {
  const site = { config } as unknown as Exclude<BundleSource['site'], string>
  const { bytes } = environmentFile({ site } as BundleSource, new BundleFiles(new Redactor()))
  const text = Buffer.from(bytes).toString()
  expect(JSON.parse(text)).toMatchObject({
    config: { bmc: { secrets: { 'bmc/operator': '«redacted»', short: '«redacted»' } } },
  })
  expect(text).not.toMatch(/Horse|abc|private key|:secret/)
})

it('every secret of a configuration is known to the redactor', () => {
  expect(configSecrets(config)).toEqual(['a private key', 'Own-Horse-8', 'Correct-Horse-9', 'abc', 'Pr0xy Horse'])
})
