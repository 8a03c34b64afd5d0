import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { SshHostShell } from '../../src/inband/ssh-host-shell.ts'
import { silentLogger } from '../../src/logger.ts'
import type { HostLocation } from '../../src/provisioning/host.ts'
import { Redactor } from '../../src/redaction.ts'
import { Detached, LeaseLost } from '../../src/workflow/cancellation.ts'
import { addressOf, bootedLab } from '../ssh/booted-lab.ts'

let site: Awaited<ReturnType<typeof bootedLab>>
const shells: SshHostShell[] = []
const never = new AbortController().signal

beforeEach(async () => {
  site = await bootedLab()
})

afterEach(async () => {
  for (const shell of shells.splice(0)) await shell[Symbol.asyncDispose]()
  await site.lab.close()
})

/** A shell as one process has it; `recorded` is what the run's record says of an earlier one. */
function shellOf(recorded?: HostLocation): SshHostShell {
  const shell = new SshHostShell({
    ...site.login,
    commandMs: 2_000,
    transferMs: 2_000,
    tools: {},
    clock: systemClock,
    logger: silentLogger,
    redactor: new Redactor(),
    timeouts: { closeMs: 200 },
    recorded: () => recorded,
  })
  shells.push(shell)
  return shell
}

const whoItIs = () => ({ serial: site.machine.serial, uuid: site.machine.uuid })

async function connected(): Promise<{ readonly shell: SshHostShell; readonly location: HostLocation }> {
  const shell = shellOf()
  const { value } = await shell.connect({ candidates: [addressOf(site.machine)], ...whoItIs(), signal: never })
  return { shell, location: value }
}

/** Ends when somebody makes the file `go`. */
const UNTIL_GO = ['sh', '-c', 'until [ -e "$HOME/go" ]; do sleep 1; done; echo gone; exit 7']

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(5)
}

/** A command that a process leaves running, for this reason. */
async function leftRunning(reason: unknown, id?: string): Promise<HostLocation> {
  const { shell, location } = await connected()
  const leaving = new AbortController()
  const ended = shell
    .run(UNTIL_GO, { signal: leaving.signal, ...(id === undefined ? {} : { id }) })
    .catch((e: unknown) => e)
  const other = shellOf(location)
  await until(async () =>
    (await other.run(['sh', '-c', 'ls "$HOME/.hwa"/*/pid'], { signal: never })).stdout.includes('pid'),
  )
  leaving.abort(reason)
  expect(await ended).toBe(reason)
  await shell[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
  return location
}

const detached = () => new Detached()
const lost = () => new LeaseLost('another process has it')
const quiet = { signal: never, onTrouble: () => {} }

describe('a host on which a process has died', () => {
  it.each([
    ['lets go', detached],
    ['loses the run', lost],
  ] as const)(
    'keeps a named command running when its process %s: the next one waits for it and takes its exit code',
    async (_, reason) => {
      const next = shellOf(await leftRunning(reason(), 'run-1-write-1'))
      expect(await next.statusOf('run-1-write-1', never)).toBe('running')
      const over = next.takeOver(quiet)
      await next.run(['sh', '-c', 'touch "$HOME/go"'], { signal: never })
      await over
      expect(await next.attach('run-1-write-1', never)).toMatchObject({ code: 7, stdout: 'gone\n' })
    },
  )

  it('has a command without a name stopped by the process that takes over', async () => {
    const next = shellOf(await leftRunning(lost()))
    await next.takeOver(quiet)
    const { stdout } = await next.run(['sh', '-c', 'ps -e -o args'], { signal: never })
    expect(stdout).not.toContain('until [ -e')
    expect(await next.tidy(never)).toBe('clean')
  })

  it('has it stopped also where the run is only tidied up', async () => {
    const next = shellOf(await leftRunning(lost()))
    expect(await next.tidy(never)).toBe('clean')
  })

  it('is not searched by the process that has booted it', async () => {
    const { shell } = await connected()
    const runs = () => site.lab.log.of('ssh exec').length
    const before = runs()
    await shell.takeOver(quiet)
    expect(runs()).toBe(before)
  })

  it('has no run that was never begun', async () => {
    const { shell } = await connected()
    expect(await shell.attach('run-1-write-1', never)).toBeUndefined()
    expect(await shell.statusOf('run-1-write-1', never)).toBe('absent')
  })
})
