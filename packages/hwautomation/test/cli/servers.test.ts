import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { commandSite, going, hwautomation, jsonLines } from './command.ts'

const LONG = { timeout: 180_000 }

describe('hwautomation servers', () => {
  it('shows what is known, from files alone; with --refresh it reads MAAS first', LONG, async () => {
    await using site = await commandSite({ servers: [{ hostname: 'srv001', status: 'ready' }, { hostname: 'srv002' }] })
    const run = (...args: string[]) => hwautomation(args, { cwd: site.folder })
    expect(await run('servers')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No server is known yet: --refresh reads MAAS, and every run keeps what it sees.\n',
    })
    expect(await readdir(site.folder)).not.toContain('state')
    const unknown = await run('servers', 'show', 'srv001')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('inventory.unknown-server')])

    const one = await run('servers', 'show', 'srv001', '--refresh')
    expect([one.code, one.stderr]).toEqual([0, ''])
    expect(one.stdout).toMatch(/^srv001\.maas {2}\w+$/m)
    expect(one.stdout).toMatch(/^ {2}serial +LAB0000001 +maas, /m)
    const all = await run('servers', '--refresh', '--json')
    expect(jsonLines(all.stdout).map(({ type, facts }) => [type, facts.hostname[0].value])).toEqual([
      ['server', 'srv001'],
      ['server', 'srv002'],
    ])

    const elsewhere = { cwd: '/', env: { HWA_STATE_DIR: `${site.folder}/state` } }
    const table = await hwautomation(['servers'], elsewhere)
    expect(table.stdout).toMatch(/^SERVER +ID +IN MAAS +MODEL/)
    expect(table.stdout).toMatch(/^srv001 +\w+ +Ready +HPE ProLiant RL300 Gen11 .* 256 GiB /m)
    expect(table.stdout).toMatch(/^srv002 +\w+ +New +– /m)
    const shown = await hwautomation(['servers', 'show', 'SRV001', '--json'], elsewhere)
    expect(jsonLines(shown.stdout)).toMatchObject([
      { type: 'server', facts: { 'memory.mib': [{ value: 262_144, source: 'maas', observedAt: expect.any(String) }] } },
    ])
    const missing = await run('servers', 'show', 'typo', '--refresh')
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('maas.no-such-machine')])
    for (const secret of site.secrets) expect(`${one.stdout}${all.stdout}`).not.toContain(secret)
  })

  it('asks the process that owns the state directory', LONG, async () => {
    await using site = await commandSite({
      servers: [{ hostname: 'srv001' }, { hostname: 'srv002', status: 'ready' }],
      clock: { speed: 10 },
    })
    const owner = going(['provision', 'srv001', 'a1.c5.large', '--json'], { cwd: site.folder })
    await owner.sees((line) => line.includes('"step.intent"'))
    const all = await hwautomation(['servers', '--refresh', '--json'], { cwd: site.folder })
    expect([all.code, all.stderr]).toEqual([0, ''])
    expect(jsonLines(all.stdout).map(({ facts }) => [facts.hostname[0].value, facts.status[0].value])).toEqual([
      ['srv001', 'Commissioning'],
      ['srv002', 'Ready'],
    ])
    const one = await hwautomation(['servers', 'show', 'srv002'], { cwd: site.folder })
    expect(one.stdout).toContain('LAB0000002')
    owner.kill('SIGTERM')
    expect((await owner.ended).code).toBe(143)
  })

  it.each([
    [['servers', '--help'], 'Examples: hwautomation servers --refresh'],
    [['servers', 'show', '--help'], 'Example: hwautomation servers show srv001 --refresh'],
  ])('%j shows an example in 80 columns', LONG, async (args, words) => {
    const { code, stdout } = await hwautomation(args, { cwd: '/' })
    expect([code, stdout]).toEqual([0, expect.stringContaining(words)])
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })
})
