import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hwa-config-'))
  await writeFile(join(folder, 'key'), 'a private key')
})
afterEach(() => rm(folder, { recursive: true }))

async function yaml(text: string): Promise<string> {
  const file = join(folder, 'hwautomation.yaml')
  await writeFile(file, text)
  return file
}
const GOOD = `maas:
  url: http://maas.example:5240/MAAS
  apiKey: \${env:KEY}
ssh:
  privateKeyFile: key
`
const env = { KEY: 'a:b:c' }
const faultsOf = (loading: Promise<unknown>) =>
  loading.then(
    () => [],
    (error: { code?: string; context?: { faults?: string[] } }) => {
      expect(error.code).toBe('config.invalid')
      return error.context?.faults ?? []
    },
  )

describe('the configuration', () => {
  it('takes the passwords of BMC users by names of its own, as references only', async () => {
    await writeFile(join(folder, 'ops'), 'Correct-Horse-9\n')
    const named = (text: string) => yaml(`${GOOD}bmc: { secrets: { ${text} } }\n`)
    const config = await loadConfig({ file: await named("bmc/ops: '${file:ops}', other: '${env:KEY}'"), env })
    expect(config.bmc.secrets).toEqual({ 'bmc/ops': 'Correct-Horse-9', other: 'a:b:c' })
    const literal = await faultsOf(loadConfig({ file: await named('ops: Correct-Horse-9'), env }))
    expect(literal.join()).toMatch(/bmc\.secrets\.ops is a secret: write/)
    expect(literal.join()).not.toContain('Correct-Horse-9')
    const missing = await faultsOf(loadConfig({ file: await named("ops: '${env:NOWHERE}'"), env }))
    expect(missing).toEqual(['bmc.secrets.ops: the environment variable NOWHERE is not set'])
  })

  it('comes from a file, with paths relative to it and secrets by reference', async () => {
    const config = await loadConfig({ file: await yaml(GOOD), env })
    expect(config.maas.apiKey).toBe('a:b:c')
    expect(config.ssh).toMatchObject({ privateKey: 'a private key', username: 'ubuntu' })
  })

  it('lets the environment win over the file, and code over both', async () => {
    const file = await yaml(GOOD)
    const overridden = { ...env, HWA_MAAS_URL: 'http://env.example/MAAS', HWA_SSH_USERNAME: 'env' }
    const config = await loadConfig({ file, env: overridden, code: { ssh: { username: 'code' } } })
    expect(config.maas.url).toBe('http://env.example/MAAS')
    expect(config.ssh.username).toBe('code')
  })

  it('takes a secret from a vault', async () => {
    const file = await yaml(GOOD.replace('${env:KEY}', '${secret:maas/key}'))
    const config = await loadConfig({
      file,
      env: {},
      secrets: { get: async (name) => (name === 'maas/key' ? 'x:y:z' : undefined) },
    })
    expect(config.maas.apiKey).toBe('x:y:z')
  })

  it('reports all faults at once, each with its place', async () => {
    const file = await yaml(
      GOOD.replace('http://maas.example:5240/MAAS', 'not-a-url').replace(
        'privateKeyFile: key',
        'privateKeyFile: key\n  usrname: x',
      ) + 'concurrency: many\n',
    )
    const faults = await faultsOf(loadConfig({ file, env }))
    expect(faults).toHaveLength(3)
    expect(faults.join('\n')).toMatch(/hwautomation\.yaml:2:8 .*maas\.url/)
    expect(faults.join('\n')).toMatch(/unknown key "usrname" in ssh/)
    expect(faults.join('\n')).toMatch(/concurrency/)
  })

  it('refuses a secret that stands in the file, and does not repeat it', async () => {
    const faults = await faultsOf(
      loadConfig({ file: await yaml(GOOD.replace('${env:KEY}', 'consumer:token:hunter2')), env }),
    )
    expect(faults.join()).toContain('maas.apiKey is a secret')
    expect(faults.join()).not.toContain('hunter2')
  })

  it.each([
    ['an environment variable that is not set', GOOD, {}, 'KEY is not set'],
    ['a missing file', GOOD.replace('${env:KEY}', '${file:/nowhere/key}'), env, '/nowhere/key cannot be read'],
    ['a vault that was not given', GOOD.replace('${env:KEY}', '${secret:k}'), env, 'needs a secret source'],
    ['malformed YAML', 'maas: [', env, 'hwautomation.yaml:1:'],
    [
      'a private key that is not there',
      GOOD.replace('privateKeyFile: key', 'privateKeyFile: nokey'),
      env,
      'nokey cannot be read',
    ],
    [
      'no private key at all',
      GOOD.replace('ssh:\n  privateKeyFile: key', 'ssh: {}'),
      env,
      'ssh.privateKeyFile is missing',
    ],
    [
      'a tool without a checksum',
      `${GOOD}tools:\n  ilorest:\n    - architecture: aarch64\n      files: [{ path: x, sha256: abc, name: ilorest }]\n      command: ilorest\n      check: { args: [], contains: x }\n`,
      env,
      'sha256',
    ],
  ])('says what is wrong with %s', async (_, text, variables, words) => {
    expect((await faultsOf(loadConfig({ file: await yaml(text), env: variables }))).join()).toContain(words)
  })

  it('says which file cannot be read, and nothing of what may well stand in it', async () => {
    const faults = await faultsOf(loadConfig({ file: join(folder, 'none.yaml'), env }))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('none.yaml cannot be read')
  })

  it.each([{}, { stateDir: './state' }])('says what to do where there is none at all (code: %j)', async (code) => {
    const error = await loadConfig({ code, env: {} }).then(
      () => undefined,
      (thrown: { code: string; message: string }) => thrown,
    )
    expect(error?.code).toBe('config.invalid')
    for (const word of ['hwautomation.yaml', '--config', 'HWA_MAAS_URL']) expect(error?.message).toContain(word)
    expect(error?.message).not.toContain('missing')
  })
})
