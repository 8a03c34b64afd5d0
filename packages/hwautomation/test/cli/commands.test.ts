import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageVersion } from '../../src/package-folder.ts'
import { commandSite, hwautomation, jsonLines, type CommandSite, type Ended } from './command.ts'

/** A run takes some seconds of wall time at 200 times the speed of hardware. */
const RUN_MS = 120_000
const REQUEST = ['srv001', 'a1.c5.large', '--ipmi', '192.168.1.100'] as const

let empty: string
beforeAll(async () => (empty = await mkdtemp(join(tmpdir(), 'hwa-cli-empty-'))))
afterAll(() => rm(empty, { recursive: true }))

function expectNoSecret({ secrets }: CommandSite, { stdout, stderr }: Ended): void {
  expect(secrets.length).toBeGreaterThan(2)
  for (const secret of secrets) expect((stdout + stderr).includes(secret)).toBe(false)
}

describe('without a data centre', () => {
  it.each([
    [[], ['check', 'plan', 'provision', '--json', '--config', 'Exit codes']],
    [['check'], ['changes nothing', '--config']],
    [['plan'], ['<server>', '<device-type>', '--ipmi', '--leave-on']],
    [['validate'], ['<server>', '--type', 'changes nothing']],
    [['provision'], ['[servers]', '[device-type]', '--timeout', '--retries', '--by', '--key']],
  ])('the help of "%s" names its arguments and options', async (command, words) => {
    const { code, stdout, stderr } = await hwautomation([...command, '--help'], { cwd: empty })
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const word of words) expect(stdout).toContain(word)
  })

  it('tells its version', async () => {
    expect(await hwautomation(['--version'], { cwd: empty })).toEqual({
      code: 0,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    })
  })

  it.each([
    [['provison'], /Did you mean provision/],
    [['plan', 'srv001'], /missing required argument 'device-type'/],
    [['check', '--colour'], /unknown option '--colour'/],
  ])('a wrong command line (%s) ends with 2 and says what is right', async (args, words) => {
    const { code, stdout, stderr } = await hwautomation(args, { cwd: empty })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(words)
  })

  it('no configuration at all is one friendly sentence, not a list of keys', async () => {
    const { code, stderr } = await hwautomation(['check'], { cwd: empty })
    expect(code).toBe(2)
    for (const word of ['hwautomation.yaml', '--config', 'HWA_MAAS_URL']) expect(stderr).toContain(word)
    expect(stderr).not.toMatch(/missing|maas\.url/)
  })

  it('a configuration file that cannot be read is the only fault reported', async () => {
    const { code, stderr } = await hwautomation(['check', '--config', 'elsewhere.yaml'], { cwd: empty })
    expect(code).toBe(2)
    expect(stderr).toContain('elsewhere.yaml cannot be read')
    expect(stderr).not.toMatch(/missing|maas\.url/)
  })

  it('several faults are listed one a line, and as one object with --json', async () => {
    const file = join(empty, 'faulty.yaml')
    await writeFile(file, 'maas:\n  url: nowhere\nssh: {}\nconcurrency: many\n')
    const { code, stderr } = await hwautomation(['check', '-c', file], { cwd: empty })
    expect(code).toBe(2)
    const faults = stderr.split('\n').filter((line) => line.startsWith('  - '))
    expect(faults).toHaveLength(3)
    for (const key of ['maas.url', 'maas.apiKey', 'concurrency'])
      expect(faults.filter((line) => line.includes(key))).toHaveLength(1)
    const asJson = await hwautomation(['check', '-c', file, '--json'], { cwd: empty })
    expect(asJson.code).toBe(2)
    expect(jsonLines(asJson.stdout)).toMatchObject([{ type: 'error', error: { code: 'config.invalid' } }])
  })
})

describe('in a data centre', () => {
  it('check tells each thing once, and ends with 0, or 1 where a check fails', async () => {
    await using site = await commandSite()
    const good = await hwautomation(['check'], { cwd: site.folder })
    expect(good.code, good.stderr).toBe(0)
    expect(good.stdout).toMatch(/^✔ MAAS answers: /m)
    const tools = /^✔ tools: (.*)$/m.exec(good.stdout)?.[1]?.split(', ') ?? []
    expect(tools).toContain('ilorest for aarch64')
    expect(new Set(tools).size).toBe(tools.length)
    expectNoSecret(site, good)

    await writeFile(join(site.folder, 'api-key'), 'a:b:c')
    const bad = await hwautomation(['check', '--json'], { cwd: site.folder })
    expect(bad.code).toBe(1)
    const lines = jsonLines(bad.stdout)
    expect(lines.every(({ type }) => type === 'check')).toBe(true)
    expect(lines.find(({ name }) => name.startsWith('the key'))).toMatchObject({ status: 'fail' })
  })

  it('plan says what would be done, as text and as one object', async () => {
    await using site = await commandSite()
    const text = await hwautomation(['plan', ...REQUEST], { cwd: site.folder })
    expect(text.code, text.stderr).toBe(0)
    expect(text.stdout).toContain('Push BIOS configuration')
    expect(text.stdout).toContain('Nothing was changed.')
    const json = await hwautomation(['plan', ...REQUEST, '--json'], { cwd: site.folder })
    expect(json.code).toBe(0)
    expect(jsonLines(json.stdout)).toMatchObject([{ type: 'plan', problems: [] }])
    for (const ended of [text, json]) expectNoSecret(site, ended)
    const changed = site.lab.log.entries.filter(({ mutating, effect }) => mutating && effect !== 'none')
    expect(changed.filter(({ call }) => !call.includes('SessionService')).map(({ call }) => call)).toEqual([])
  })

  it('validate lists what differs from the device type, ends with 1 then, and changes nothing', async () => {
    await using site = await commandSite()
    const text = await hwautomation(['validate', 'srv001', '--type', 'a1.c5.large'], { cwd: site.folder })
    expect(text.code, text.stderr).toBe(1)
    expect(text.stdout).toMatch(/✘ tag device type: none, must be hw-type-a1-c5-large/)
    expect(text.stdout).toContain('Nothing was changed.')
    const untagged = await hwautomation(['validate', 'srv001', '--json'], { cwd: site.folder })
    expect(untagged.code).toBe(2)
    expect(jsonLines(untagged.stdout)).toMatchObject([{ type: 'error', error: { code: 'devices.not-tagged' } }])
    for (const ended of [text, untagged]) expectNoSecret(site, ended)
    const changed = site.lab.log.entries.filter(({ mutating, effect }) => mutating && effect !== 'none')
    expect(changed.filter(({ call }) => !call.includes('SessionService')).map(({ call }) => call)).toEqual([])
  })

  it.each([
    [
      'a request with faults',
      ['srv001', 'a1.c5.large', '--ipmi', '300.1.1.1', '--timeout', '31d'],
      2,
      'request.invalid',
    ],
    ['a device type that does not exist', ['srv001', 'a1.c5.larg'], 2, 'devices.unknown-type'],
  ])('%s ends with %s', async (_, args, exit, word) => {
    await using site = await commandSite()
    const { code, stderr } = await hwautomation(['provision', ...args], { cwd: site.folder })
    expect(code).toBe(exit)
    expect(stderr).toContain(word)
    if (word === 'request.invalid') expect(stderr).toMatch(/^ {2}- targetIpmiIp: .*\n {2}- timeout: /m)
  })

  it('provision prints plain lines without a terminal, and ends with 0', { timeout: RUN_MS }, async () => {
    await using site = await commandSite()
    const ended = await hwautomation(['provision', ...REQUEST, '--by', 'ada'], { cwd: site.folder })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).not.toContain('\u001B')
    expect(ended.stdout).toMatch(/^\d\d:\d\d:\d\d +\d+ % {2}.*: run run_[\w-]+, asked for by ada$/m)
    expect(ended.stdout).toMatch(/ 100 % {2}COMPLETED$/m)
    expectNoSecret(site, ended)
  })

  it('provision prints JSON Lines, the record last, and ends with 0', { timeout: RUN_MS }, async () => {
    await using site = await commandSite()
    const ended = await hwautomation(['--json', 'provision', ...REQUEST], { cwd: site.folder })
    expect(ended.code, ended.stderr).toBe(0)
    const lines = jsonLines(ended.stdout)
    expect(lines[0]).toMatchObject({ type: 'workflow.created', via: 'cli' })
    expect(lines.filter(({ type }) => type === 'record')).toHaveLength(1)
    expect(lines.at(-1)).toMatchObject({ type: 'record', record: { status: 'COMPLETED', percent: 100 } })
    expectNoSecret(site, ended)
  })

  it('provision that fails ends with 1 and says what to do', { timeout: RUN_MS }, async () => {
    await using site = await commandSite({
      servers: [{ hostname: 'srv001', status: 'deployed', owner: 'bob' }],
      users: [{ name: 'bob', admin: false }],
    })
    const ended = await hwautomation(['provision', ...REQUEST], { cwd: site.folder })
    expect(ended.code).toBe(1)
    expect(ended.stdout + ended.stderr).toMatch(/Error .*\[machine\.not-admitted\]\nWhat to do: /)
    expectNoSecret(site, ended)
  })

  it(
    'Ctrl-C while it commissions cancels gracefully and ends with 130; a second one says what is being finished',
    { timeout: RUN_MS },
    async () => {
      await using site = await commandSite()
      let asked = 0
      const ended = await hwautomation(['provision', ...REQUEST, '--json'], {
        cwd: site.folder,
        onLine: (line, signal) => {
          const event = JSON.parse(line) as { type: string; step?: string }
          if (asked === 0 && event.type === 'step.intent' && event.step === 'commission') {
            asked = 1
            signal('SIGINT')
          }
        },
        onErrorLine: (line, signal) => {
          if (asked === 1 && line.startsWith('Cancelling')) {
            asked = 2
            signal('SIGINT')
          }
        },
      })
      expect(ended.code, ended.stderr).toBe(130)
      expect(ended.stderr).toMatch(/^Cancelling: the machine is taken to a known state first\./)
      expect(ended.stderr).toMatch(/^Still finishing .*Killing the process would leave the machine as it is now\.$/m)
      const { record } = jsonLines(ended.stdout).at(-1)!
      expect(record).toMatchObject({ status: 'CANCELLED', cancel: { reason: 'Ctrl-C' } })
      expect(site.lab.server('srv001').maasRecord()['status_name']).not.toBe('Commissioning')
      expectNoSecret(site, ended)
    },
  )
})
