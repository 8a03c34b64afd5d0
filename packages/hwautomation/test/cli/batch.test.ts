import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandSite, going, hwautomation, jsonLines, type CommandSite, type Ended } from './command.ts'

const LONG = { timeout: 180_000 }
const servers = (count: number) => Array.from({ length: count }, (_, index) => ({ hostname: `srv00${index + 1}` }))
const SLOW = { clock: { speed: 10 } } as const

function run({ folder }: CommandSite, ...args: string[]): Promise<Ended> {
  return hwautomation(args, { cwd: folder })
}

const batchId = (line: string) => /batch_[0-9a-f-]+/.exec(line)![0]

describe('provisioning many servers', () => {
  it('takes a range to ready, and tells how each ended', LONG, async () => {
    await using site = await commandSite({ servers: servers(2) })
    const end = await run(site, 'provision', 'srv[001-002]', 'a1.c5.large', '--at-once', '2')
    expect(end.code, end.stderr).toBe(0)
    for (const server of ['srv001', 'srv002'])
      expect(end.stdout).toMatch(new RegExp(`${server}\\S*  started, run run_[^]*${server}\\S*  COMPLETED`))
    expect(end.stdout).toContain('2 of 2 completed')
    const list = await run(site, 'batch', 'list', '--json')
    expect(jsonLines(list.stdout)).toMatchObject([{ type: 'batch-summary', status: 'ended', counts: { completed: 2 } }])
    const id = batchId(list.stdout)
    const shown = await run(site, 'batch', 'show', id.slice(0, -8))
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('srv[001-002] a1.c5.large')])
    expect((await run(site, 'batch', 'follow', id)).code).toBe(0)
    // nothing is the beginning of every id
    for (const nothing of ['', 'batch_'])
      expect(await run(site, 'batch', 'cancel', nothing)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('There is no batch'),
      })
    expect(end.stdout).toMatch(/COMPLETED\nended\n/)
    expect(await run(site, 'batch', 'cancel', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has ended'),
    })
    for (const secret of site.secrets) expect(end.stdout + end.stderr + list.stdout).not.toContain(secret)
  })

  it('checks a sheet with --plan, says everything that is wrong, and starts nothing', LONG, async () => {
    await using site = await commandSite({ servers: servers(2) })
    await writeFile(join(site.folder, 'rack.csv'), 'Server;Type;BMC\r\nsrv001;a1.c5.large;\r\nsrv007;a1.c5.large;\r\n')
    const planned = await run(site, 'provision', '--sheet', 'rack.csv', '--plan')
    expect(planned.code).toBe(1)
    expect(planned.stdout).toMatch(
      /✔ {2}srv001[^]*✘ {2}srv007[^]*MAAS shows no machine named "srv007"[^]*It would be refused/,
    )
    const refused = await run(site, 'provision', '--sheet', 'rack.csv', '--json')
    expect([refused.code, jsonLines(refused.stdout)[0]]).toMatchObject([
      2,
      { type: 'error', error: { code: 'batch.refused' } },
    ])
    expect((await run(site, 'batch', 'list')).stderr).toBe('No batches.\n')
    const fine = await run(site, 'provision', 'srv[001-002]', 'a1.c5.large', '--plan', '--json')
    expect([fine.code, jsonLines(fine.stdout)[0]]).toMatchObject([0, { type: 'batch-check', problems: [] }])
    const one = await run(site, 'provision', 'srv001', 'a1.c5.large', '--plan', '--json')
    expect([one.code, jsonLines(one.stdout)[0]?.type]).toEqual([0, 'plan'])
  })

  it('says what a command lacks', LONG, async () => {
    await using site = await commandSite()
    const wrong = async (...args: string[]) => {
      const { code, stderr } = await run(site, 'provision', ...args)
      return `${code} ${stderr}`
    }
    expect(await wrong()).toMatch(/^2 error: missing required argument 'servers'/)
    expect(await wrong('srv001')).toMatch(/^2 error: missing required argument 'device-type'/)
    expect(await wrong('srv[001-002]')).toMatch(/^2 [^]*deviceType: is missing/)
    expect(await wrong('srv[2-1]', 'a1.c5.large')).toMatch(/^2 [^]*runs backwards; write \[1-2\]/)
    expect(await wrong('srv[1-2]', 'a1.c5.large', '--per-group', 'row:1')).toMatch(/^2 [^]*zone, pool or rack/)
    expect(await wrong('--sheet', 'none.csv')).toMatch(/^2 [^]*cli\.unreadable-sheet/)
    expect(await wrong('srv[1-2]', 'a1.c5.large', '--ipmi', 'pool')).toMatch(/^2 [^]*address pools are not offered/)
  })

  it('goes to the owner of the state directory; another command pauses it, and lets it proceed', LONG, async () => {
    await using site = await commandSite({ servers: servers(3), ...SLOW })
    const owner = going(['provision', 'srv003', 'a1.c5.large', '--json'], { cwd: site.folder })
    await owner.sees((line) => line.includes('"step.intent"'))
    const handed = await run(
      site,
      'provision',
      'srv[001-002]',
      'a1.c5.large',
      '--at-once',
      '1',
      '--no-follow',
      '--json',
    )
    expect(handed.code, handed.stderr).toBe(0)
    const id = batchId(handed.stdout)
    const paused = await run(site, 'batch', 'pause', id, '--reason', 'look first', '--by', 'bob')
    expect(paused.stdout).toMatch(/paused by bob.*look first/)
    const proceeded = await run(site, 'batch', 'proceed', id, '--no-follow')
    expect(proceeded.stdout).toContain('is running')
    const cancelled = await run(site, 'batch', 'cancel', id, '--reason', 'enough')
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringMatching(/CANCELLED[^]*left-out/)])
    owner.kill('SIGINT')
    expect((await owner.ended).code).toBe(130)
  })

  it('Ctrl-C cancels all of it: what is under way is undone, the rest is left out', LONG, async () => {
    await using site = await commandSite({ servers: servers(3), ...SLOW })
    const work = going(['provision', 'srv[001-003]', 'a1.c5.large', '--at-once', '1'], { cwd: site.folder })
    await work.sees((line) => line.includes('srv001') && line.includes('started'))
    work.kill('SIGINT')
    const end = await work.ended
    expect(end.code, end.stderr).toBe(130)
    expect(end.stdout).toMatch(/srv001\S* +CANCELLED[^]*srv002\S* +left-out[^]*srv003\S* +left-out/)
    expect(end.stderr).toContain('Cancelling: nothing more is begun')
  })

  it(
    'SIGTERM lets go of it, SIGKILL ends it, and `batch proceed` goes on, with the runs that were under way',
    LONG,
    async () => {
      await using site = await commandSite({ servers: servers(2), clock: { speed: 100 } })
      const work = going(['provision', 'srv[001-002]', 'a1.c5.large', '--at-once', '2'], { cwd: site.folder })
      await work.sees((line) => line.includes('srv001') && line.includes('started'))
      work.kill('SIGTERM')
      const left = await work.ended
      expect(left.code).toBe(143)
      const id = batchId(left.stderr.slice(left.stderr.indexOf('To go on')))
      const killed = going(['batch', 'proceed', id], { cwd: site.folder })
      await killed.sees((line) => line.includes('srv002') && line.includes('started'))
      killed.kill('SIGKILL')
      await killed.ended
      expect((await run(site, 'batch', 'show', id)).stdout).toContain('no process works on it')
      const end = await run(site, 'batch', 'proceed', id, '--json')
      expect(end.code, end.stderr).toBe(0)
      expect(jsonLines(end.stdout).at(-1)).toMatchObject({ type: 'batch', batch: { status: 'ended' } })
    },
  )
})
