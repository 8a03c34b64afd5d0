import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dialDirect, probe } from '../src/dial.ts'
import { systemClock } from '../src/clock.ts'

const run = promisify(execFile)
const SSHD = '/usr/sbin/sshd'

/** A real OpenSSH server on a loopback port, for the current user, with keys, configuration and home of its own. */
export class SshDaemon implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly port: number
  readonly username = userInfo().username
  readonly privateKey: string
  /** What the login shell finds as $HOME. */
  readonly home: string
  readonly hostKeyFile: string
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #log: string[] = []

  static async start(settings: readonly string[] = []): Promise<SshDaemon> {
    if (!existsSync(SSHD)) throw new Error(`${SSHD} is missing: install Debian's openssh-server`)
    const folder = await mkdtemp(join(tmpdir(), 'hwa-sshd-'))
    const home = join(folder, 'home')
    await mkdir(home)
    for (const name of ['host', 'user'])
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
    const port = await freePort()
    const config = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `SetEnv HOME=${home}`,
      'Subsystem sftp internal-sftp',
      ...settings,
    ]
    await writeFile(join(folder, 'config'), config.join('\n') + '\n')
    // Where root starts it, it wants its privilege separation folder (made by systemd elsewhere).
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true })
    const daemon = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] })
    const sshd = new SshDaemon(folder, port, await readFile(join(folder, 'user'), 'utf8'), home, daemon)
    const dial = dialDirect()
    while (!(await probe(dial, { host: '127.0.0.1', port }))) {
      if (daemon.exitCode !== null) throw new Error(`sshd did not start: ${sshd.log()}`)
      await systemClock.sleep(20)
    }
    return sshd
  }

  private constructor(folder: string, port: number, privateKey: string, home: string, daemon: ChildProcess) {
    this.#folder = folder
    this.port = port
    this.privateKey = privateKey
    this.home = home
    this.hostKeyFile = join(folder, 'host.pub')
    this.#process = daemon
    daemon.stderr?.on('data', (chunk: Buffer) => this.#log.push(chunk.toString()))
  }

  /** What it said so far. */
  log(): string {
    return this.#log.join('')
  }

  get connection() {
    return { host: this.host, port: this.port, username: this.username, privateKey: this.privateKey }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve))
      this.#process.kill('SIGTERM')
      await ended
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
