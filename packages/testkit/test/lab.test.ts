import { createHmac } from 'node:crypto'
import net from 'node:net'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import { createLab } from '../src/index.ts'
import type { Lab } from '../src/index.ts'
import { createIlo, portOf as listenerPort, tunnel } from './bmc-network.ts'

const portOf = (url: string) => Number(new URL(url).port)

async function maas(lab: Lab, method: string, path: string, user = 'admin'): Promise<{ status: number; text: string }> {
  const { url, apiKey } = lab.connection(user).maas
  const [consumer, token, secret] = apiKey.split(':')
  const nonce = createHmac('sha1', 'nonce').update(String(performance.now())).digest('hex')
  const parts = {
    version: '1.0',
    signature_method: 'PLAINTEXT',
    consumer_key: consumer,
    token,
    signature: `%26${secret}`,
    timestamp: Math.floor(Date.now() / 1000),
    nonce,
  }
  const header = `OAuth ${Object.entries(parts)
    .map(([key, value]) => `oauth_${key}="${value}"`)
    .join(', ')}`
  const response = await fetch(`${url}/api/2.0/${path}`, { method, headers: { Authorization: header } })
  return { status: response.status, text: await response.text() }
}

const until = async (lab: Lab, so: () => boolean) => {
  while (!so()) await lab.clock.sleep(1_000)
}

describe('a lab', () => {
  it('starts well under a second, and says how to reach it in plain JSON', async () => {
    const before = performance.now()
    await using lab = await createLab({ servers: [{ hostname: 'srv001' }] })
    expect(performance.now() - before).toBeLessThan(300)
    const connection = lab.connection()
    expect(JSON.parse(JSON.stringify(connection))).toEqual(connection)
    expect(connection.maas.apiKey).toMatch(/^\w+:\w+:\w+$/)
    expect(connection.ssh.username).toBe('ubuntu')
    expect(ssh2.utils.parseKey(connection.ssh.privateKey)).not.toBeInstanceOf(Error)
    expect((await fetch(`${connection.maas.url}/api/2.0/version/`)).status).toBe(200)
    expect((await tunnel(portOf(connection.dial), '192.168.2.10:443')).status).toBe(200)
  })

  it('with 200 servers starts in a few seconds', async () => {
    const before = performance.now()
    await using lab = await createLab({
      servers: Array.from({ length: 200 }, (_, index) => ({ hostname: `srv${index}` })),
    })
    expect(performance.now() - before).toBeLessThan(3_000)
    expect(new Set(lab.world.machines.map(({ hostname }) => lab.server(hostname).systemId)).size).toBe(200)
  })

  it('is one of many in a process, and leaves no server behind', async () => {
    const labs = await Promise.all(Array.from({ length: 50 }, () => createLab({ servers: [{ hostname: 'srv001' }] })))
    const ports = labs.flatMap((lab) => [portOf(lab.connection().maas.url), portOf(lab.connection().dial)])
    expect(new Set(ports).size).toBe(100)
    labs[0]!.world.machine('srv001').bmc.network.address = '192.168.1.100'
    expect(labs[1]!.world.ownerOf('192.168.1.100')).toBeUndefined()
    await Promise.all(labs.map((lab) => lab.close()))
    for (const port of ports) await expect(tunnel(port, '192.168.2.10:443')).rejects.toThrow('ECONNREFUSED')
  })

  it('can be closed twice, and with connections open', async () => {
    const lab = await createLab()
    const { socket, closed } = await tunnel(portOf(lab.connection().dial), '192.168.2.10:443')
    socket.on('error', () => {}).resume()
    await lab.close()
    await closed
    await lab.close()
  })

  it('takes fixed ports, and leaves nothing open when one is taken', async () => {
    const blocker = net.createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    const port = listenerPort(blocker)
    await expect(createLab({ ports: { dial: port } })).rejects.toThrow('EADDRINUSE')
    await new Promise((resolve) => blocker.close(resolve))
    await using lab = await createLab({ ports: { dial: port } })
    expect(lab.connection().dial).toBe(`http://127.0.0.1:${port}`)
  })

  it('has users with keys of their own, and refuses one it does not know', async () => {
    await using lab = await createLab({
      users: [
        { name: 'ada', admin: true },
        { name: 'bob', admin: false, sshKey: false },
      ],
    })
    const keys = ['admin', 'ada', 'bob'].map((user) => lab.connection(user).ssh.privateKey)
    expect(new Set(keys).size).toBe(3)
    expect((await maas(lab, 'GET', 'users/?op=whoami', 'bob')).text).toContain('"bob"')
    expect(() => lab.connection('eve')).toThrow(/eve/)
    expect(() => lab.server('srv009')).toThrow("No server 'srv009'")
  })
})

describe('a server of a lab', () => {
  it('is booted by MAAS into rescue mode, and then lets the API user in at its address', async () => {
    await using lab = await createLab({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    const server = lab.server('srv001')
    expect((await maas(lab, 'POST', `machines/${server.systemId}/?op=rescue_mode`)).status).toBe(200)
    await until(lab, () => server.machine.phase === 'up')
    const { dial, ssh } = lab.connection()
    const { socket } = await tunnel(portOf(dial), `${server.machine.boot?.address}:22`)
    const client = new ssh2.Client()
    const output = await new Promise<string>((resolve, reject) => {
      client.on('error', reject)
      client.on('ready', () =>
        client.exec('cat /proc/sys/kernel/random/boot_id', (error, channel) => {
          if (error) return reject(error)
          let text = ''
          channel.on('data', (data: Buffer) => (text += data.toString()))
          channel.on('close', () => resolve(text.trim()))
        }),
      )
      client.connect({ sock: socket, username: ssh.username, privateKey: ssh.privateKey })
    })
    expect(output).toBe(server.machine.boot?.bootId)
    client.end()
    expect(server.log('dial connect ssh')).toHaveLength(1)
    expect(() => lab.assertClean()).toThrow(/srv001/)
    server.intervene('exit-rescue')
    await until(lab, () => server.machine.phase === 'off')
    await lab.clock.sleep(30_000)
    await lab.clock.settled()
    lab.assertClean()
  })

  it('is struck by faults under its system_id as well', async () => {
    await using lab = await createLab()
    const { systemId } = lab.server('srv001')
    lab.faults.once({ server: systemId, call: 'dial connect redfish', mode: 'refuse' })
    expect((await tunnel(portOf(lab.connection().dial), '192.168.2.10:443')).status).toBe(502)
  })

  it('can be put back by somebody else', async () => {
    await using lab = await createLab({ servers: [{ hostname: 'srv001', bios: { Sriov: 'Disabled' } }] })
    const server = lab.server('srv001')
    server.machine.bios.current.set('Sriov', 'Enabled')
    server.machine.bios.pending.set('AdminName', 'x')
    server.machine.bios.loadDefaults = true
    server.machine.bmc.network.address = '192.168.1.100'
    server.machine.bmc.network.source = 'Static'
    server.intervene('revert-bios')
    server.intervene('revert-bmc-address')
    const { current, pending, loadDefaults } = server.machine.bios
    expect([current.get('Sriov'), pending.size, loadDefaults]).toEqual(['Disabled', 0, false])
    expect(server.machine.bmc.network).toMatchObject({ address: '192.168.2.10', source: 'DHCP' })
  })

  it('moves its BMC, and only the new address answers', async () => {
    await using lab = await createLab()
    const { machine } = lab.server('srv001')
    machine.bmc.network.address = '192.168.1.100'
    const ilo = createIlo(portOf(lab.connection().dial), '192.168.1.100')
    expect((await ilo.get('/redfish/v1/')).body.UUID).toBe(machine.bmc.uuid)
    expect((await tunnel(portOf(lab.connection().dial), '192.168.2.10:443')).status).toBe(504)
  })
})

describe('assertClean', () => {
  it('is content with a lab nobody has touched', async () => {
    await using lab = await createLab({
      servers: [{ hostname: 'a', status: 'deployed' }, { hostname: 'b', status: 'ready' }, { hostname: 'c' }],
    })
    lab.assertClean()
  })

  it('lists everything that was left behind, in one error', async () => {
    await using lab = await createLab()
    const dial = portOf(lab.connection().dial)
    const { socket } = await tunnel(dial, '192.168.2.10:443')
    const user = lab.world.machine('srv001').bmc.users[1]!
    const { location, token } = await createIlo(dial, '192.168.2.10').logIn(user)
    await lab.clock.settled()
    expect(() => lab.assertClean()).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /not clean:\n[^]*- open Redfish session maas\w+ of maas at the BMC of srv001\n- open connection to 192\.168\.2\.10:443 \(bmc of srv001\)$/,
        ),
      }),
    )
    await createIlo(dial, '192.168.2.10').call('DELETE', location, { headers: { 'X-Auth-Token': token } })
    socket.destroy()
    await lab.clock.settled()
    lab.assertClean()
  })
})

describe('a fault that could never strike', () => {
  it.each([
    [{ server: 'srv01', call: 'ilorest commit', mode: 'hang' }, /No server 'srv01'.*srv001/],
    [{ server: 'srv001', call: 'ilorset commit', mode: 'hang' }, /no tool is called 'ilorset'/],
  ] as const)('is refused in words: %o', async (spec, words) => {
    await using lab = await createLab({ servers: [{ hostname: 'srv001' }] })
    expect(() => lab.faults.once(spec)).toThrow(words)
  })
})
