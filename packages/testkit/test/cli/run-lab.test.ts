import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { access, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createIlo } from '../bmc-network.ts'

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** The program as a user starts it, its lines one by one. */
function start(...args: string[]) {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [
    '--conditions=@hwautomation/source',
    '--import',
    'tsx',
    program,
    ...args,
  ])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    line: async () => String((await lines.next()).value),
    type: (text: string) => void child.stdin.write(`${text}\n`),
    async end(signal: NodeJS.Signals = 'SIGINT') {
      child.kill(signal)
      return exit
    },
    exit,
    errors: () => errors,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
}

interface Access {
  readonly maas: { url: string; apiKeyFile: string; script: string }
  readonly ssh: { privateKeyFile: string }
  readonly dial: string
  readonly config: string
  readonly servers: { hostname: string; bmcAddress: string }[]
}

describe('hwautomation-lab', () => {
  it('has a Slack workspace if asked, with what an app needs in a private file', async () => {
    await using lab = start('--json', '--servers', '1', '--slack')
    const said = await lab.line()
    const { slack } = JSON.parse(said) as { slack: { page: string; apiUrl: string; envFile: string } }
    const environment = Object.fromEntries(
      (await readFile(slack.envFile, 'utf8'))
        .split('\n')
        .map((line): [string, string] => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    )
    expect((await stat(slack.envFile)).mode & 0o777).toBe(0o600)
    expect(said).not.toContain(environment['SLACK_BOT_TOKEN'])
    const headers = { Authorization: `Bearer ${environment['SLACK_BOT_TOKEN']}` }
    const answer = await fetch(`${environment['HWA_SLACK_API_URL']}auth.test`, { method: 'POST', headers })
    expect(await answer.json()).toMatchObject({ ok: true, user: 'provisioner' })
    expect((await fetch(slack.page)).status).toBe(200)
    expect(await lab.end()).toBe(0)
  })

  it('serves a lab, says in JSON how to reach it, keeps its secrets in private files, and takes them away at Ctrl-C', async () => {
    await using lab = start('--json', '--servers', '2')
    const said = await lab.line()
    const reach: Access = JSON.parse(said)
    expect(reach.servers.map(({ hostname }) => hostname)).toEqual(['srv001', 'srv002'])
    expect((await fetch(`${reach.maas.url}/api/2.0/version/`)).status).toBe(200)
    const ilo = createIlo(Number(new URL(reach.dial).port), reach.servers[1]!.bmcAddress)
    expect((await ilo.get('/redfish/v1/')).status).toBe(200)

    const [key, secret] = [
      await readFile(reach.maas.apiKeyFile, 'utf8'),
      await readFile(reach.ssh.privateKeyFile, 'utf8'),
    ]
    expect(said).not.toContain(key.trim())
    expect(secret).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/)
    expect((await stat(reach.ssh.privateKeyFile)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(reach.config))).mode & 0o777).toBe(0o700)
    expect(await readFile(reach.config, 'utf8')).toContain(`apiKey: "\${file:${reach.maas.apiKeyFile}}"`)

    expect(await lab.end('SIGINT')).toBe(0)
    await expect(access(dirname(reach.config))).rejects.toThrow('ENOENT')
    expect(lab.errors()).toBe('')
  })

  it('does on stdin what a test can do in code', async () => {
    await using lab = start('--json', '--servers', '1')
    const reach: Access = JSON.parse(await lab.line())
    const ilo = createIlo(Number(new URL(reach.dial).port), reach.servers[0]!.bmcAddress)
    lab.type('fault once srv001 "dial connect redfish" refuse')
    expect(await lab.line()).toBe('set: refuse on dial connect redfish')
    await expect(ilo.get('/redfish/v1/')).rejects.toThrow('502')
    lab.type('log srv001 1')
    expect(await lab.line()).toMatch(/srv001 +dial connect redfish +refused +refuse$/)
    lab.type('quit')
    expect(await lab.exit).toBe(0)
  })

  it('goes on serving when stdin ends', async () => {
    await using lab = start('--json', '--servers', '1', '--speed', '1')
    const reach: Access = JSON.parse(await lab.line())
    lab.type('calls')
    expect(await lab.line()).toBe('none yet')
    expect((await fetch(`${reach.maas.url}/api/2.0/version/`)).status).toBe(200)
    expect(await lab.end('SIGTERM')).toBe(0)
  })

  it.each([
    [['--servers', 'many'], /--servers.*whole number from 1 to 1000/],
    [['--model', 'vax'], /No model 'vax'; known: hpe-rl300/],
    [['--bogus'], /unknown option '--bogus'/],
  ])('refuses %j with the reason', async (args, reason) => {
    await using lab = start(...args)
    expect(await lab.exit).toBe(1)
    expect(lab.errors()).toMatch(reason)
  })
})
