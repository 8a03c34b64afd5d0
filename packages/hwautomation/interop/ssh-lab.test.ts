import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, bootedLab } from '../test/ssh/booted-lab.ts'

const exec = promisify(execFile)

/** What `nc -X connect -x PROXY HOST PORT` does, for machines without netcat-openbsd. */
const CONNECT = `
const [proxy, target] = process.argv.slice(2)
require('node:http').request(proxy, { method: 'CONNECT', path: target }).on('connect', (reply, socket, head) => {
  if (reply.statusCode !== 200) { console.error('proxy: ' + reply.statusCode); process.exit(1) }
  process.stdout.write(head)
  process.stdin.pipe(socket).pipe(process.stdout)
  socket.on('close', () => process.exit(0))
}).end()`

let site: Awaited<ReturnType<typeof bootedLab>>
let folder: string

beforeAll(async () => {
  site = await bootedLab()
  folder = await mkdtemp(join(tmpdir(), 'hwa-ssh-lab-'))
  await writeFile(join(folder, 'key'), site.login.privateKey, { mode: 0o600 })
  await writeFile(join(folder, 'connect.cjs'), CONNECT)
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await site.lab.close()
})

function options(proxyCommand: string): string[] {
  return [
    '-F',
    'none',
    '-i',
    join(folder, 'key'),
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'BatchMode=yes',
    '-o',
    `UserKnownHostsFile=${join(folder, 'known')}`,
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'GlobalKnownHostsFile=none',
    '-o',
    `ProxyCommand=${proxyCommand}`,
  ]
}

const byNode = () => `${process.execPath} ${join(folder, 'connect.cjs')} ${site.lab.connection().dial} %h:%p`

async function learnHostKey(): Promise<void> {
  await writeFile(join(folder, 'known'), `${addressOf(site.machine)} ${site.machine.boot?.hostKey.publicKey}\n`)
}

const target = () => `ubuntu@${addressOf(site.machine)}`

describe("OpenSSH's client and a simulated host", () => {
  it('agree on host key, user key, command, streams and exit code', async () => {
    await learnHostKey()
    const run = exec('ssh', [...options(byNode()), target(), 'echo "$USER at $(hostname)"; echo oops >&2; exit 7'])
    await expect(run).rejects.toMatchObject({
      code: 7,
      stdout: 'ubuntu at srv001\n',
      stderr: expect.stringContaining('oops\n'),
    })
  })

  it('reach each other by nc, as a person would', async () => {
    if (!existsSync('/bin/nc.openbsd')) throw new Error("nc is missing: install Debian's netcat-openbsd")
    await learnHostKey()
    const proxy = new URL(site.lab.connection().dial).host
    const { stdout } = await exec('ssh', [...options(`nc.openbsd -X connect -x ${proxy} %h %p`), target(), 'uname -m'])
    expect(stdout).toBe(`${site.machine.model.machine}\n`)
  })

  it('carry bytes both ways unchanged', async () => {
    await learnHostKey()
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 256))
    const child = spawn('ssh', [...options(byNode()), target(), 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.end(sent)
    const received: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => received.push(chunk))
    await once(child, 'close')
    expect(Buffer.concat(received).equals(sent)).toBe(true)
  })

  it('copy files with scp and sftp', async () => {
    await learnHostKey()
    await writeFile(join(folder, 'file'), 'some bytes\0\n')
    await exec('scp', [...options(byNode()), join(folder, 'file'), `${target()}:copied`])
    await exec('scp', [...options(byNode()), `${target()}:copied`, join(folder, 'back')])
    expect((await exec('cmp', [join(folder, 'file'), join(folder, 'back')])).stdout).toBe('')
    await exec('ssh', [...options(byNode()), target(), 'rm copied'])
  })

  it('refuse each other when the host key is that of another boot', async () => {
    await learnHostKey()
    site.machine.reboot()
    while (site.machine.phase !== 'up') await site.lab.clock.sleep(1000)
    const run = exec('ssh', [...options(byNode()), target(), 'true'])
    await expect(run).rejects.toMatchObject({
      code: 255,
      stderr: expect.stringContaining('HOST IDENTIFICATION HAS CHANGED'),
    })
  })

  it('part when the key is not one that MAAS handed out', async () => {
    await learnHostKey()
    await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'stranger')])
    const args = options(byNode()).map((word) => (word === join(folder, 'key') ? join(folder, 'stranger') : word))
    await expect(exec('ssh', [...args, target(), 'true'])).rejects.toMatchObject({
      code: 255,
      stderr: expect.stringContaining('Permission denied'),
    })
  })
})
