import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { removeAllRuns, removeRun, run, status } from '../src/ssh/remote-run.ts'
import { stop } from '../src/ssh/remote-stop.ts'
import { SshSession } from '../src/ssh/ssh-session.ts'
import { SshDaemon } from './ssh-daemon.ts'

let daemon: SshDaemon
let session: SshSession

beforeEach(async () => {
  daemon = await SshDaemon.start()
  session = await SshSession.open(daemon.connection)
})

afterEach(async () => {
  await session.close()
  await daemon[Symbol.asyncDispose]()
})

const sh = (script: string) => ['sh', '-c', script]

/** Is any process of this group alive, zombies aside? */
function groupAlive(pid: string): boolean {
  const table = execFileSync('ps', ['-eo', 'pgid=,stat=']).toString()
  return table.split('\n').some((line) => line.trim().startsWith(`${pid} `) && !/ Z/.test(line))
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20)
}

const runFile = (id: string, name: string) => join(daemon.home, '.hwa', id, name)
const pidOf = async (id: string) => {
  await until(() => existsSync(runFile(id, 'pid')))
  return readFileSync(runFile(id, 'pid'), 'utf8')
}

/** Kills the server's process that serves a session, as an OOM killer or a dying host would. */
async function cut(victim: SshSession): Promise<void> {
  const { stdout } = await victim.exec(sh('echo $PPID'))
  process.kill(Number(stdout.toString()), 'SIGKILL')
  await victim.closed
}

describe('a remote run on a real sshd', () => {
  it('gives exit code, stdout and stderr of the command as they are', async () => {
    const result = await run(session, {
      id: 'plain',
      argv: sh('printf "%s|" "$GREETING" "$PWD"; cat; echo oops >&2; exit 7'),
      stdin: Buffer.from('\0in\n'),
      env: { GREETING: `it's "$HOME" \\ \n ü` },
      cwd: '/',
    })
    expect(result).toMatchObject({
      code: 7,
      stdout: `it's "$HOME" \\ \n ü|/|\0in\n`,
      stderr: 'oops\n',
      attached: false,
      truncated: false,
    })
    expect(result.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  })

  it('hands over binary output unchanged and cuts it at the limit', async () => {
    const bytes = await run(session, { id: 'binary', argv: sh(String.raw`printf "\377\000\r\n"`) })
    expect(bytes.stdoutBytes).toEqual(Buffer.from([0xff, 0, 13, 10]))
    const long = await run(session, { id: 'long', argv: sh('yes | head -c 100000'), maxOutputBytes: 1000 })
    expect(long).toMatchObject({ code: 0, truncated: true })
    expect(long.stdout).toHaveLength(1000)
  })

  it('does not lose a command that prints more than may be kept while it is followed', async () => {
    const lines: string[] = []
    const script = 'echo first; sleep 1.2; yes | head -c 300000; exit 4'
    const result = await run(session, {
      id: 'flood',
      argv: sh(script),
      maxOutputBytes: 1000,
      onLine: (line) => lines.push(line),
    })
    expect(result).toMatchObject({ code: 4, truncated: true, attached: false })
    expect(result.stdout.startsWith('first\ny\n')).toBe(true)
    expect(lines[0]).toBe('first')
  })

  it('starts nothing a second time for an id that has been used', async () => {
    const once = { id: 'once', argv: sh('echo x >>count; cat count') }
    const [first, second] = await Promise.all([
      run(session, { ...once, cwd: daemon.home }),
      run(session, { ...once, cwd: daemon.home }),
    ])
    const third = await run(session, { ...once, cwd: daemon.home })
    expect([first.stdout, second.stdout, third.stdout]).toEqual(['x\n', 'x\n', 'x\n'])
    expect([first.attached, second.attached].toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true])
    expect(third.attached).toBe(true)
  })

  it('starts once when sixteen callers come at the same moment over connections of their own', async () => {
    const sessions = await Promise.all(Array.from({ length: 8 }, () => SshSession.open(daemon.connection)))
    const command = {
      id: 'rush',
      argv: sh('echo x >>count; sleep 0.3; cat count'),
      cwd: daemon.home,
      stdin: 'y'.repeat(50_000),
    }
    const results = await Promise.all([...sessions, ...sessions].map((each) => run(each, command)))
    expect(new Set(results.map(({ stdout }) => stdout))).toEqual(new Set(['x\n']))
    expect(results.filter(({ attached }) => !attached)).toHaveLength(1)
    await Promise.all(sessions.map((each) => each.close()))
  })

  it('reports lines while the command runs, secrets masked', async () => {
    session.redactor.add('hunter22')
    const seen: string[] = []
    let atEnd = 0
    const running = run(session, {
      id: 'live',
      argv: sh('echo pw hunter22; echo warn >&2; until [ -e go ]; do sleep 0.05; done; printf 50%%\\\\r100%%'),
      cwd: daemon.home,
      onLine: (line, stream) => {
        seen.push(`${stream}: ${line}`)
        throw new Error('a listener of bad manners')
      },
    })
    await until(() => seen.length === 2)
    atEnd = seen.length
    await session.exec(['touch', join(daemon.home, 'go')])
    const { stdout } = await running
    expect(atEnd).toBe(2)
    expect(seen).toEqual(['stdout: pw «redacted»', 'stderr: warn', 'stdout: 50%', 'stdout: 100%'])
    expect(stdout).toBe('pw hunter22\n50%\r100%')
  })

  it('reattaches after the connection was lost and gets the one and only result', async () => {
    const command = {
      id: 'survivor',
      argv: sh('echo x >>count; until [ -e go ]; do sleep 0.05; done; cat count; exit 5'),
      cwd: daemon.home,
    }
    const second = await SshSession.open(daemon.connection)
    const first = run(session, command)
    first.catch(() => {})
    await pidOf('survivor')
    await cut(session)
    await expect(first).rejects.toMatchObject({ code: 'ssh.lost', kind: 'lost-contact-after-effect' })
    expect(await status(second, 'survivor')).toBe('running')
    const again = run(second, command)
    await second.exec(['touch', join(daemon.home, 'go')])
    expect(await again).toMatchObject({ code: 5, stdout: 'x\n', attached: true })
    expect(await status(second, 'survivor')).toEqual({ code: 5 })
    await second.close()
  })

  it('never starts a command whose stdin was cut', async () => {
    const word = 'cut-word'
    const { RUN } = await import('../src/ssh/remote-script.ts')
    const parameters = [word, 'half', '', '20', '100', '', '', '1000', RUN.runner]
    const { stdout } = await session.exec(['sh', '-c', RUN.text, 'hwa-run', ...parameters], {
      stdin: 'touch started; exit 0\nhalf of the stdin',
    })
    expect(stdout.toString()).toContain(`${word} cut`)
    expect(await status(session, 'half')).toBe('absent')
    expect(await run(session, { id: 'half', argv: ['cat'], stdin: 'whole' })).toMatchObject({
      code: 0,
      stdout: 'whole',
      attached: false,
    })
  })

  it('stops the whole process group on abort, and is over only when it is gone', async () => {
    const abort = new AbortController()
    const reason = new Error('cancelled by ada')
    const running = run(session, { id: 'group', argv: sh('sleep 300 & sleep 300 & wait'), signal: abort.signal })
    running.catch(() => {})
    const pid = await pidOf('group')
    expect(groupAlive(pid)).toBe(true)
    abort.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(groupAlive(pid)).toBe(false)
    expect(await status(session, 'group')).toEqual({ code: 143 })
  })

  it('kills what ignores TERM', async () => {
    const abort = new AbortController()
    const running = run(session, {
      id: 'stubborn',
      argv: sh('trap "" TERM; sleep 300; sleep 300'),
      signal: abort.signal,
      graceMs: 1000,
    })
    running.catch(() => {})
    const pid = await pidOf('stubborn')
    abort.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(groupAlive(pid)).toBe(false)
    expect(await status(session, 'stubborn')).toEqual({ code: 137 })
  })

  it('lets a command end in its own way within the grace', async () => {
    const abort = new AbortController()
    const script = 'trap "sleep 0.5; echo tidied; exit 9" TERM; touch trapped; while :; do sleep 0.1; done'
    const running = run(session, { id: 'tidy', argv: sh(script), cwd: daemon.home, signal: abort.signal })
    running.catch(() => {})
    await until(() => existsSync(join(daemon.home, 'trapped')))
    abort.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(await run(session, { id: 'tidy', argv: ['false'] })).toMatchObject({
      code: 9,
      stdout: 'tidied\n',
      attached: true,
    })
  })

  it('stops a command at its time-out', async () => {
    const running = run(session, { id: 'slow', argv: ['sleep', '300'], timeoutMs: 300 })
    await expect(running).rejects.toMatchObject({ code: 'ssh.command-timeout', kind: 'timeout' })
    expect(groupAlive(readFileSync(runFile('slow', 'pid'), 'utf8'))).toBe(false)
  })

  it('goes by a new connection when the first one is lost before the abort', async () => {
    const abort = new AbortController()
    const running = run(session, { id: 'twice', argv: ['sleep', '300'], signal: abort.signal })
    running.catch(() => {})
    const pid = await pidOf('twice')
    const { stdout } = await session.exec(sh('echo $PPID'))
    process.kill(Number(stdout.toString()), 'SIGSTOP')
    try {
      abort.abort(new Error('enough'))
      process.kill(Number(stdout.toString()), 'SIGKILL')
      await expect(running).rejects.toThrow('enough')
      expect(groupAlive(pid)).toBe(false)
    } finally {
      expect(await session.closed).toMatchObject({ code: 'ssh.lost' })
    }
  })

  it('says so when it cannot prove that the command is gone', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const lines: string[] = []
    const running = run(session, {
      id: 'orphan',
      argv: sh('echo up; exec sleep 300'),
      signal: abort.signal,
      onLine: (line) => lines.push(line),
    })
    running.catch(() => {})
    await until(() => lines.length > 0)
    const pid = await pidOf('orphan')
    const { stdout } = await session.exec(sh('echo $PPID'))
    await daemon[Symbol.asyncDispose]()
    abort.abort(reason)
    process.kill(Number(stdout.toString()), 'SIGKILL')
    await expect(running).rejects.toMatchObject({
      code: 'ssh.orphan',
      kind: 'unknown-outcome',
      cause: reason,
      context: { host: '127.0.0.1', id: 'orphan', pid },
    })
    expect(groupAlive(pid)).toBe(true)
    process.kill(-Number(pid), 'SIGKILL')
  })

  it('never begins a command that was stopped before its start', async () => {
    await stop(session, { id: 'early', graceMs: 1000, reason: undefined, pid: undefined })
    await expect(run(session, { id: 'early', argv: ['touch', join(daemon.home, 'started')] })).rejects.toMatchObject({
      code: 'ssh.stopped',
    })
    expect(existsSync(join(daemon.home, 'started'))).toBe(false)
    expect(await status(session, 'early')).toBe('absent')
  })

  it('refuses to start or attach on another boot than the one intended', async () => {
    const bootId = '00000000-0000-4000-8000-000000000000'
    await expect(
      run(session, { id: 'other', argv: ['touch', join(daemon.home, 'started')], bootId }),
    ).rejects.toMatchObject({ code: 'ssh.rebooted' })
    expect(existsSync(join(daemon.home, 'started'))).toBe(false)
    expect(existsSync(join(daemon.home, '.hwa'))).toBe(false)
  })

  it('knows a command whose runner died from one that ended', async () => {
    const running = run(session, { id: 'murdered', argv: ['sleep', '300'] })
    running.catch(() => {})
    const pid = await pidOf('murdered')
    const runner = execFileSync('ps', ['-o', 'ppid=', '-p', pid]).toString().trim()
    process.kill(Number(runner), 'SIGKILL')
    process.kill(-Number(pid), 'SIGKILL')
    await expect(running).rejects.toMatchObject({ code: 'ssh.command-lost', kind: 'unknown-outcome' })
    expect(await status(session, 'murdered')).toBe('died')
  })

  it('gives the lock back although the command leaves a daemon behind', async () => {
    const result = await run(session, { id: 'daemon', argv: sh('setsid sleep 30 >/dev/null 2>&1 & echo $!') })
    expect(result.code).toBe(0)
    process.kill(Number(result.stdout), 'SIGKILL')
  })

  it('leaves nothing on the host', async () => {
    await run(session, { id: 'one', argv: ['true'] })
    await run(session, { id: 'two', argv: ['true'], stdin: 'x' })
    await removeRun(session, 'one')
    expect(readdirSync(join(daemon.home, '.hwa'))).toEqual(['two'])
    await removeRun(session, 'never-there')
    await removeAllRuns(session)
    expect(readdirSync(daemon.home)).toEqual([])
  })

  it('removes no run whose command is still running', async () => {
    const abort = new AbortController()
    const running = run(session, { id: 'busy', argv: ['sleep', '300'], signal: abort.signal })
    running.catch(() => {})
    await pidOf('busy')
    await run(session, { id: 'done', argv: ['true'] })
    await expect(removeRun(session, 'busy')).rejects.toMatchObject({ code: 'ssh.still-running' })
    await expect(removeAllRuns(session)).rejects.toMatchObject({
      code: 'ssh.still-running',
      context: { ids: ['busy'] },
    })
    expect(readdirSync(join(daemon.home, '.hwa'))).toEqual(['busy'])
    abort.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })

  it('shows neither stdin nor environment in any process list', async () => {
    const secret = 'correct-horse-battery'
    const abort = new AbortController()
    const running = run(session, {
      id: 'secret',
      argv: sh('cat >/dev/null; exec sleep 300'),
      stdin: secret,
      env: { PW: secret },
      signal: abort.signal,
    })
    running.catch(() => {})
    await pidOf('secret')
    expect(execFileSync('ps', ['-eo', 'args=']).toString()).not.toContain(secret)
    expect(
      execFileSync('stat', [
        '-c',
        '%a',
        runFile('secret', '..'),
        runFile('secret', 'cmd'),
        runFile('secret', 'in'),
      ]).toString(),
    ).toBe('700\n600\n600\n')
    abort.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
  })
})
