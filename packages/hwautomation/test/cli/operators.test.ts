import { cp, mkdir, readdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { switchStep, tinyWorkflow } from '../workflow/tiny-world.ts'
import { commandSite, going, hwautomation, jsonLines, type CommandSite, type Ended, type Going } from './command.ts'

const LONG = { timeout: 180_000 }
const REQUEST = ['srv001', 'a1.c5.large'] as const
const HOSTILE = 'a\u009B31mb\u202Ec'

/** Slow enough that a command fits into a commissioning. */
const SLOW = { clock: { speed: 10 } } as const

function run({ folder }: CommandSite, ...args: string[]): Promise<Ended> {
  return hwautomation(args, { cwd: folder })
}

/** A run that another process works on, in the middle of its commissioning. */
async function commissioning({ folder }: CommandSite, ...more: string[]): Promise<{ owner: Going; id: string }> {
  const owner = going(['provision', ...REQUEST, '--by', 'ada', '--json', ...more], { cwd: folder })
  const line = await owner.sees((text) => text.includes('"step.intent"') && text.includes('"commission"'))
  return { owner, id: (JSON.parse(line) as { workflowId: string }).workflowId }
}

describe('docs/cli.md', () => {
  it('has every command and every exit code, and each command shows an example', LONG, async () => {
    await using site = await commandSite()
    const page = await readFile(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')
    const { stdout } = await run(site, '--help')
    const commands = [...stdout.slice(stdout.indexOf('\nCommands:')).matchAll(/^ {2}([a-z-]+) /gm)].map(
      ([, name]) => name!,
    )
    expect(commands.length).toBeGreaterThan(18)
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    for (const command of commands.filter((name) => name !== 'help'))
      expect(page).toMatch(new RegExp(`\`${command}\\b`))
    for (const code of Object.values(EXIT)) expect(page).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'))
    for (const command of ['status', 'export', 'cancel', 'retry', 'skip', 'pause'])
      expect((await run(site, command, '--help')).stdout).toMatch(/^Examples?: hwautomation /m)
  })
})

describe('without an owner', () => {
  it('looking needs a state directory and nothing else', LONG, async () => {
    await using site = await commandSite()
    await mkdir(join(site.folder, 'elsewhere'))
    const elsewhere = { cwd: join(site.folder, 'elsewhere') }
    const nowhere = await hwautomation(['status'], elsewhere)
    expect([nowhere.code, nowhere.stderr.includes('cli.no-state-dir')]).toEqual([2, true])
    for (const command of [['status'], ['list'], ['history', 'srv001'], ['audit']]) {
      const text = await hwautomation([...command, '--state-dir', '../state'], elsewhere)
      expect(text.code, text.stderr).toBe(0)
      if (command[0] === 'list') expect(text.stderr).toBe('No runs.\n')
    }
    for (const command of [
      ['history', 'typo'],
      ['audit', '--server', 'typo', '--json'],
    ]) {
      const none = await hwautomation([...command, '--state-dir', '../state'], elsewhere)
      expect(none).toEqual({ code: 0, stdout: '', stderr: 'No run of a server "typo" is on record.\n' })
    }
    const found = await hwautomation(['status', '--json', '--state-dir', '../state'], elsewhere)
    expect(jsonLines(found.stdout)).toMatchObject([{ type: 'status', state: {}, workflows: [], troubles: [] }])
    expect(jsonLines(found.stdout)[0]).not.toHaveProperty('process')
    expect(await readdir(site.folder)).not.toContain('state')
  })

  it('switches hold, and status says who threw them and how they are taken back', LONG, async () => {
    await using site = await commandSite()
    const paused = await run(site, 'pause', '--by', 'ada', '--reason', `hall 2 ${HOSTILE}`)
    expect(paused.code, paused.stderr).toBe(0)
    expect(paused.stdout).toMatch(/^PAUSED by ada \(cli\), .*: hall 2 a 31mb c$/m)
    const off = await run(site, 'hardware', 'off', '--reason', 'upgrade', '--by', 'bob', '--json')
    expect(jsonLines(off.stdout)).toMatchObject([
      { type: 'state', intake: { is: 'paused', by: 'ada', via: 'cli' }, hardwareOff: { by: 'bob', reason: 'upgrade' } },
    ])
    const status = await run(site, 'status')
    expect(status.stdout).toContain('No process works on this state directory.')
    expect(status.stdout).toMatch(/^PAUSED by ada/m)
    expect(status.stdout).toMatch(/^HARDWARE OFF by bob.*\n.*hwautomation hardware on$/m)
    await run(site, 'proceed')
    const back = await run(site, 'hardware', 'on')
    expect(back.stdout).toContain('Everything goes on')
    const audit = await run(site, 'audit')
    expect(jsonLines(audit.stdout).map(({ action, by, outcome }) => [action, by, outcome])).toMatchObject([
      ['pause', 'ada', 'accepted'],
      ['hardware-off', 'bob', 'accepted'],
      ['proceed', expect.any(String), 'accepted'],
      ['hardware-on', expect.any(String), 'accepted'],
    ])
    expect(audit.stdout).not.toMatch(/[\u007F-\u009F\u202E]/)
  })

  it.each([
    [['cancel', 'srv001'], 2, 'cli.no-such-run'],
    [['show', 'run_0000'], 2, 'cli.no-such-run'],
    [['resume'], 2, 'cli.no-such-run'],
    [['retry', 'srv001', '--no-follow'], 2, 'cli.nobody-else'],
    [['provision', 'srv001', 'a1.c5.large', '--no-follow'], 2, 'cli.nobody-else'],
    [['retry', 'srv001', '--assume', 'maybe'], 2, 'Allowed choices are done, not-done'],
    [['list', '--status', 'late'], 2, 'It takes some of PENDING'],
    [['audit', '--from', 'yesterday'], 2, 'such as 30m, 2h, 7d'],
    [['skip', 'srv001', 'commission'], 2, "required option '--reason <text>'"],
    [['hardware', 'off'], 2, "required option '--reason <text>'"],
  ])('%s ends with %d and says %s', LONG, async (args, code, word) => {
    await using site = await commandSite()
    const ended = await run(site, ...args)
    expect(ended.code, ended.stdout).toBe(code)
    expect(ended.stderr).toContain(word)
  })
})

describe('with an owner', () => {
  it('commands of other processes see, hold, release and cancel its run', LONG, async () => {
    await using site = await commandSite(SLOW)
    const { owner, id } = await commissioning(site)
    expect((await stat(join(site.folder, 'state', 'control.sock'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(site.folder, 'state'))).mode & 0o777).toBe(0o700)

    const status = await run(site, 'status')
    expect(status.stdout).toMatch(/^hwautomation .*, process \d+, since .*, 1 of 10 slots taken$/m)
    expect(status.stdout).toMatch(new RegExp(`^srv001\\S* +RUNNING +${id.slice(0, 17)} +ada \\(cli\\)`, 'm'))
    expect(status.stdout).toMatch(/▸ 1\/7 Commission/)
    const one = await run(site, 'status', 'srv001', '--json')
    expect(jsonLines(one.stdout)).toMatchObject([{ type: 'run', id, working: true, step: { id: 'commission' } }])

    const hold = await run(site, 'hold', id.slice(0, 17), '--by', 'eve', '--reason', HOSTILE)
    expect(hold.code, hold.stderr).toBe(0)
    expect(hold.stdout).toMatch(/held by eve \(cli\).*: a 31mb c/)
    expect((await run(site, 'release', 'srv001', '--by', 'eve')).code).toBe(0)
    const skipped = await run(site, 'skip', 'srv001', 'commission', '--reason', 'no')
    expect([skipped.code, skipped.stderr.includes('workflow.not-skippable')]).toEqual([2, true])
    expect(skipped.stderr).toContain('those that can be are bios-push, ipmi-configure.')

    const follower = going(['follow', 'srv001', '--json'], { cwd: site.folder })
    await follower.sees((line) => line.includes('"workflow.released"'))
    const cancelled = await run(site, 'cancel', 'srv001', '--by', 'bob', '--reason', 'wrong rack')
    expect(cancelled.code, cancelled.stderr).toBe(0)
    expect(cancelled.stdout).toContain('Cancel requested.')
    expect(cancelled.stdout).toMatch(/Cancelled by bob: wrong rack/)
    expect((await follower.ended).code).toBe(130)
    expect((await owner.ended).code).toBe(130)
    expect(['New', 'Ready']).toContain(site.lab.server('srv001').maasRecord()['status_name'])

    const audit = jsonLines((await run(site, 'audit', '--server', 'srv001')).stdout).filter(
      ({ type }) => type === 'audit',
    )
    expect(audit.map(({ action, by, outcome }) => [action, by, outcome])).toMatchObject([
      ['start', 'ada', 'accepted'],
      ['hold', 'eve', 'accepted'],
      ['release', 'eve', 'accepted'],
      ['skip', expect.any(String), 'refused'],
      ['cancel', 'bob', 'accepted'],
    ])
    expect(await readdir(join(site.folder, 'state'))).not.toContain('control.sock')
  })

  it(
    'provision of the same follows its run: SIGTERM only stops following, Ctrl-C asks the owner to cancel',
    LONG,
    async () => {
      await using site = await commandSite(SLOW)
      const { owner, id } = await commissioning(site)
      const first = going(['provision', ...REQUEST, '--json'], { cwd: site.folder })
      await first.sees((line) => line.includes('"step.intent"'))
      first.kill('SIGTERM')
      const let_go = await first.ended
      expect(let_go.code).toBe(143)
      expect(let_go.stderr).toMatch(/^Process \d+ goes on with it/m)

      const other = await run(site, 'provision', 'srv001', 'a1.c5.large', '--ipmi', '192.168.1.100', '--json')
      expect(other.code).toBe(1)
      expect(jsonLines(other.stdout)).toMatchObject([
        { type: 'error', error: { code: 'workflow.resource-busy', context: { run: id } } },
      ])

      const busy = await run(site, 'provision', 'srv001', 'a1.c5.large', '--ipmi', '192.168.1.100')
      expect(busy.stderr).toMatch(new RegExp(`hwautomation follow ${id}\\n[^]*hwautomation cancel ${id}`))
      const handed = await run(site, 'provision', ...REQUEST, '--no-follow')
      expect(handed.code, handed.stderr).toBe(0)
      expect(handed.stdout).toMatch(new RegExp(`^Run ${id} goes on in process \\d+\\.$`, 'm'))

      const second = going(['provision', ...REQUEST, '--json', '--by', 'eve'], { cwd: site.folder })
      await second.sees((line) => line.includes('"step.intent"'))
      second.kill('SIGINT')
      expect((await second.ended).code).toBe(130)
      expect((await owner.ended).code).toBe(130)
      const record = jsonLines((await owner.ended).stdout).at(-1)!['record'] as Record<string, any>
      expect(record).toMatchObject({ id, status: 'CANCELLED', cancel: { by: 'eve', reason: 'Ctrl-C', via: 'cli' } })
    },
  )

  it('two commands at once: one does the work of both, and waits for it', LONG, async () => {
    await using site = await commandSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const [one, two] = await Promise.all([
      run(site, 'provision', 'srv001', 'a1.c5.large', '--json'),
      run(site, 'provision', 'srv002', 'a1.c5.large', '--json'),
    ])
    expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0])
    const table = (await run(site, 'list', '--status', 'completed')).stdout.trim().split('\n')
    expect(table).toHaveLength(3)
    const ambiguous = await run(site, 'show', 'run_')
    expect(ambiguous.code).toBe(2)
    expect(ambiguous.stderr).toMatch(/means 2 runs: .*\n {2}- run_\S+ +srv00\d/)
  })

  it('that is killed: who follows is told, status says so, and resume goes on with the run', LONG, async () => {
    await using site = await commandSite({ clock: { speed: 60 } })
    const { owner, id } = await commissioning(site)
    const follower = going(['follow', 'srv001', '--json'], { cwd: site.folder })
    await follower.sees((line) => line.includes('"step.intent"'))
    owner.kill('SIGKILL')
    const told = await follower.ended
    expect(told.code, told.stderr).toBe(3)
    expect(told.stderr).toContain(`To go on: hwautomation resume ${id}`)
    await owner.ended

    const status = await run(site, 'status')
    expect(status.stdout).toContain('No process works on this state directory.')
    expect(status.stdout).toMatch(/WAITS FOR RESUME/)
    expect(status.stdout).toContain(`nobody works on it: hwautomation resume ${id.slice(0, 17)}`)

    const held = await run(site, 'hold', 'srv001', '--reason', 'look at it first')
    expect(held.code, held.stderr).toBe(0)
    expect((await run(site, 'release', 'srv001')).code).toBe(0)

    const resumed = await run(site, 'resume', '--json')
    expect(resumed.code, resumed.stderr).toBe(0)
    const lines = jsonLines(resumed.stdout)
    expect(lines[0]).toMatchObject({ type: 'resume', workflow: { id } })
    expect(lines.at(-1)).toMatchObject({ type: 'record', record: { id, status: 'COMPLETED' } })
    const commissions = site.lab.log.entries.filter(({ call }) => call.includes('op=commission'))
    expect(commissions).toHaveLength(1)
  })

  it('that is gone: approve is written down, not for who asked, and holds when somebody goes on', LONG, async () => {
    await using site = await commandSite()
    const stateDir = join(site.folder, 'state')
    const manager = new WorkflowManager({ store: new LowdbStore(stateDir) })
    const asked = { requestedBy: 'ada', approval: { reason: 'production rack' } }
    const { id } = await manager.start(tinyWorkflow([switchStep('alpha')]), asked)
    await manager.close()
    const status = await run(site, 'status')
    expect(status.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`must approve it: production rack. To say yes: hwautomation approve ${id.slice(0, 17)}`),
    )
    const own = await run(site, 'approve', id, '--by', 'ada')
    expect([own.code, own.stderr.includes('workflow.own-approval')]).toEqual([1, true])
    const yes = await run(site, 'approve', id, '--by', 'bob', '--reason', 'the window is free')
    expect(yes.code, yes.stderr).toBe(0)
    expect(yes.stdout).toContain('It is approved, and begins once somebody goes on with it.')
    const [shown] = jsonLines((await run(site, 'status', id, '--json')).stdout)
    expect(shown).toMatchObject({ approval: { granted: { by: 'bob', via: 'cli', reason: 'the window is free' } } })
    const again = await run(site, 'approve', id, '--by', 'bob', '--json')
    expect(jsonLines(again.stdout)).toMatchObject([{ type: 'approve', workflow: { id, status: 'PENDING' } }])
  })

  it('that was killed: cancel takes the machine to a known state, in this process', LONG, async () => {
    await using site = await commandSite(SLOW)
    const { owner, id } = await commissioning(site)
    owner.kill('SIGKILL')
    await owner.ended
    const cancelled = await run(site, 'cancel', 'srv001', '--reason', 'not today', '--json')
    expect(cancelled.code, cancelled.stderr).toBe(0)
    expect(jsonLines(cancelled.stdout).at(-1)).toMatchObject({ type: 'record', record: { id, status: 'CANCELLED' } })
    expect(site.lab.server('srv001').maasRecord()['status_name']).toBe('New')
    const late = await run(site, 'cancel', 'srv001')
    expect([late.code, late.stdout.includes('It is CANCELLED already.')]).toEqual([0, true])
  })

  it('that was killed: a damaged run is named by status, also after it was set aside', LONG, async () => {
    await using site = await commandSite(SLOW)
    const { owner, id } = await commissioning(site)
    owner.kill('SIGKILL')
    await owner.ended
    await truncate(join(site.folder, 'state', 'workflows', `${id}.json`), 300)
    expect((await run(site, 'resume')).code).toBe(2)
    for (let time = 1; time <= 2; time += 1)
      expect((await run(site, 'status')).stdout).toMatch(/unreadable-1: .*look after its machine/)
  })

  it('is not asked by commands about a copy of its directory', LONG, async () => {
    await using site = await commandSite(SLOW)
    const { owner, id } = await commissioning(site)
    await copyWhileItIsWritten(join(site.folder, 'state'), join(site.folder, 'copy'))
    const status = await run(site, 'status', '--state-dir', 'copy')
    expect(status.stdout).toContain('No process works on this state directory.')
    await run(site, 'hold', id, '--state-dir', 'copy')
    const [original] = jsonLines((await run(site, 'status', id, '--json')).stdout)
    expect(original).toMatchObject({ id, working: true })
    expect(original).not.toHaveProperty('hold')
    owner.kill('SIGKILL')
    await owner.ended
  })

  it('is found where its socket has to be elsewhere, since the path is too long for one', LONG, async () => {
    await using site = await commandSite(SLOW)
    const deep = join('d'.repeat(60), 'e'.repeat(60))
    const { owner, id } = await commissioning(site, '--state-dir', deep)
    const status = await run(site, 'status', '--json', '--state-dir', deep)
    expect(jsonLines(status.stdout)).toMatchObject([{ process: { pid: expect.any(Number) }, workflows: [{ id }] }])
    expect((await run(site, 'cancel', id, '--state-dir', deep)).code).toBe(0)
    expect((await owner.ended).code).toBe(130)
  })
})

describe('of a run that failed', () => {
  it('show, history, export and retry tell and do what is left', LONG, async () => {
    await using site = await commandSite()
    const fault = site.lab.faults.always({ server: 'srv001', call: 'ssh connect', mode: 'auth-failure' })
    const failed = await run(site, 'provision', ...REQUEST, '--by', 'Zoë 慶')
    expect(failed.code, failed.stdout).toBe(1)
    expect(failed.stdout).toMatch(/^ {2}hwautomation retry run_\S+\n[^]*^ {2}hwautomation export run_\S+$/m)
    const history = await run(site, 'history', 'srv001')
    expect(history.stdout).toMatch(/FAILED .*Zoë 慶 +[a-z]+\.[a-z-]+: /)
    const [listed] = jsonLines((await run(site, 'history', 'srv001', '--json')).stdout)
    const id = listed!['id'] as string
    const show = await run(site, 'show', 'srv001')
    expect(show.stdout).toMatch(/^Error .*\nWhat to do: /m)

    const exported = await run(site, 'export', 'srv001', '-o', 'bundle.tar.gz')
    expect(exported.code, exported.stderr).toBe(0)
    const file = join(site.folder, 'bundle.tar.gz')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const entries = await unpackTar(gunzipSync(await readFile(file)), { strict: true })
    const names = entries.map(({ header }) => header.name)
    for (const name of ['record.json', 'events.jsonl', 'maas/machine.json', 'README.txt'])
      expect(names).toContain(`${id}/${name}`)
    for (const { header, data } of entries)
      for (const secret of site.secrets) expect(Buffer.from(data ?? []).includes(secret), header.name).toBe(false)
    const again = await run(site, 'export', id, '-o', 'bundle.tar.gz')
    expect([again.code, again.stderr.includes('cli.file-exists')]).toEqual([2, true])

    fault.remove()
    const retried = await run(site, 'retry', 'srv001', '--reason', 'the key is there now', '--json')
    expect(retried.code, retried.stderr).toBe(0)
    expect(jsonLines(retried.stdout).at(-1)).toMatchObject({ record: { status: 'COMPLETED', retryOf: id } })

    const restored = await run(site, 'restore-bios', 'srv001', '--reason', 'try the old ones', '--json')
    expect(restored.code, restored.stdout + restored.stderr).toBe(0)
    expect((await run(site, 'list')).stdout).toMatch(/bios-restore .*\n.*server-provisioning /)
    expect(jsonLines(restored.stdout).at(-1)).toMatchObject({
      type: 'record',
      record: { status: 'COMPLETED', via: 'cli' },
    })
  })

  it('since its state could not be written any more: says why, once, and how it goes on', LONG, async () => {
    await using site = await commandSite(SLOW)
    const going_on = going(['provision', ...REQUEST], { cwd: site.folder })
    await going_on.sees((line) => line.includes('Commission') && line.includes('running'))
    const workflows = join(site.folder, 'state', 'workflows')
    await rename(workflows, `${workflows}-lost`)
    await writeFile(workflows, '')
    const { code, stderr } = await going_on.ended
    expect(code, stderr).toBe(EXIT.unfinished)
    expect(stderr.match(/^the workflow store failed: /gm)).toHaveLength(1)
    expect(stderr).toMatch(/^Error .*\[workflow\.store-failed\]\nWhat to do: [^]*To go on: hwautomation resume run_/m)
  })

  it('export is made without a configuration, and says so', LONG, async () => {
    await using site = await commandSite({
      servers: [{ hostname: 'srv001', status: 'deployed', owner: 'bob' }],
      users: [{ name: 'bob', admin: false }],
    })
    expect((await run(site, 'provision', ...REQUEST)).code).toBe(1)
    await writeFile(join(site.folder, 'hwautomation.yaml'), 'stateDir: state\n')
    const exported = await hwautomation(['export', 'srv001', '-o', 'bundle.tar.gz'], { cwd: site.folder })
    expect(exported.code, exported.stderr).toBe(0)
    const entries = await unpackTar(gunzipSync(await readFile(join(site.folder, 'bundle.tar.gz'))))
    const readme = entries.find(({ header }) => header.name.endsWith('README.txt'))
    expect(Buffer.from(readme!.data!).toString()).toMatch(/- maas\/: nothing was asked of MAAS: The configuration has/)
  })
})

/** A file that is there when the folder is listed may have been renamed when its turn comes. */
async function copyWhileItIsWritten(from: string, to: string): Promise<void> {
  const filter = (file: string) => !file.endsWith('.sock')
  for (let time = 1; ; time += 1)
    try {
      return await cp(from, to, { recursive: true, filter })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || time === 20) throw error
    }
}
