import { describe, expect, it } from 'vitest'
import type { Machine } from '../../../src/world/machine.ts'
import { messageId, startNetwork } from '../../bmc-network.ts'

const RESET = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset/'
const basic = (machine: Machine) => {
  const { name, password } = machine.bmc.users[0]!
  return { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}
async function iloOf(lab: Awaited<ReturnType<typeof startNetwork>>) {
  const headers = basic(lab.machine)
  const ilo = lab.ilo()
  return {
    call: (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
      ilo.call(method, path, { headers: { ...headers, ...more }, ...(body === undefined ? {} : { body }) }),
    get: (path: string, more: Record<string, string> = {}) =>
      ilo.call('GET', path, { headers: { ...headers, ...more } }),
    reset: (type: unknown) => ilo.call('POST', RESET, { headers, body: { ResetType: type } }),
  }
}

describe('an iLO', () => {
  it('says which machine it is in, before and after log-in', async () => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    const root = (await lab.ilo().get('/redfish/v1/')).body
    expect(root).toMatchObject({
      Product: 'ProLiant RL300 Gen11',
      Vendor: 'HPE',
      Oem: { Hpe: { Manager: [{ ManagerType: 'iLO 6', ManagerFirmwareVersion: '1.62' }] } },
    })
    expect((await ilo.get('/redfish/v1/Systems/1/')).body).toMatchObject({
      Manufacturer: 'HPE',
      Model: 'ProLiant RL300 Gen11',
      SKU: 'P59870-B21',
      SerialNumber: lab.machine.serial,
      UUID: lab.machine.uuid.toUpperCase(),
      BiosVersion: 'R11 v1.60 (03/07/2024)',
      PowerState: 'Off',
      Bios: { '@odata.id': '/redfish/v1/systems/1/bios/' },
      Oem: { Hpe: { PostState: 'PowerOff' } },
    })
    expect((await ilo.get('/redfish/v1/Managers/1/')).body).toMatchObject({
      FirmwareVersion: 'iLO 6 v1.62',
      UUID: root.UUID,
    })
  })

  it('answers as recorded: chunked, with its headers', async () => {
    await using lab = await startNetwork()
    const { headers } = await lab.ilo().get('/redfish/v1/')
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'transfer-encoding': 'chunked',
      'odata-version': '4.0',
      'x_hp-chrp-service-version': '1.0.3',
    })
    expect(headers['content-length']).toBeUndefined()
  })

  it('finds a resource in either case, and gives links as they were asked for, except in the BIOS tree', async () => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    const withSlash = (await ilo.get('/redfish/v1/SYSTEMS/1/')).body
    expect(withSlash['@odata.id']).toBe('/redfish/v1/Systems/1/')
    const without = (await ilo.get('/redfish/v1/systems/1')).body
    expect(without['@odata.id']).toBe('/redfish/v1/Systems/1')
    expect(without.Actions['#ComputerSystem.Reset'].target).toBe('/redfish/v1/Systems/1/Actions/ComputerSystem.Reset')
    expect(without.Bios['@odata.id']).toBe('/redfish/v1/systems/1/bios/')
  })

  it('says 404 with the URI, 405 without a word, 308 for the old tree', async () => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    const missing = await ilo.get('/redfish/v1/Systems/2/')
    expect(missing.status).toBe(404)
    expect(missing.body.error['@Message.ExtendedInfo']).toEqual([
      { MessageArgs: ['/redfish/v1/Systems/2/'], MessageId: 'Base.1.12.ResourceMissingAtURI' },
    ])
    const notAllowed = await ilo.call('PATCH', '/redfish/v1/systems/1/bios/', { Attributes: {} })
    expect([notAllowed.status, notAllowed.text, notAllowed.headers['content-type'], notAllowed.headers.allow]).toEqual([
      405,
      '',
      'text/plain',
      'GET, HEAD',
    ])
    const old = await lab.ilo().get('/rest/v1/Systems/1')
    expect([old.status, old.headers.location]).toEqual([308, '/redfish/v1/Systems/1'])
  })

  it.each([
    ['a body that is no JSON', 'not json', {}, 400, 'Base.1.12.MalformedJSON'],
    ['a body of another type', '{}', { 'Content-Type': 'text/plain' }, 415, 'iLO.2.15.UnsupportedMediaType'],
  ])('refuses %s', async (_what, body, more, status, id) => {
    await using lab = await startNetwork()
    const answer = await (await iloOf(lab)).call('POST', RESET, body, more)
    expect([answer.status, messageId(answer)]).toEqual([status, id])
  })

  it('shows where the BMC is', async () => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    const path = '/redfish/v1/Managers/1/EthernetInterfaces/1/'
    expect((await ilo.get(path)).body).toMatchObject({
      DHCPv4: { DHCPEnabled: true },
      IPv4Addresses: [
        { Address: '192.168.2.10', AddressOrigin: 'DHCP', SubnetMask: '255.255.252.0', Gateway: '192.168.0.1' },
      ],
      IPv4StaticAddresses: [],
    })
    lab.machine.bmc.network.source = 'Static'
    expect((await ilo.get(path)).body).toMatchObject({
      DHCPv4: { DHCPEnabled: false },
      IPv4StaticAddresses: [{ Address: '192.168.2.10' }],
    })
  })
})

describe('ComputerSystem.Reset', () => {
  it('switches on, and the power state follows in its time', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const ilo = await iloOf(lab)
    const state = async () => {
      const { body } = await ilo.get('/redfish/v1/Systems/1/')
      return [body.PowerState, body.Oem.Hpe.PostState]
    }
    const answer = await ilo.reset('On')
    expect([answer.status, messageId(answer)]).toEqual([200, 'Base.1.12.Success'])
    expect(await state()).toEqual(['Off', 'PowerOff'])
    await lab.clock.advance(lab.machine.durations.powerOn)
    expect(await state()).toEqual(['On', 'InPost'])
    await lab.clock.advance(lab.machine.durations.post)
    expect(await state()).toEqual(['On', 'FinishedPost'])
  })

  it('refuses what is so already, and what comes too soon', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const ilo = await iloOf(lab)
    for (const type of ['ForceOff', 'ForceRestart', 'GracefulShutdown', 'Nmi']) {
      const answer = await ilo.reset(type)
      expect([answer.status, messageId(answer)], type).toEqual([400, 'iLO.2.15.InvalidOperationForSystemState'])
    }
    expect((await ilo.reset('On')).status).toBe(200)
    expect((await ilo.reset('PushPowerButton')).status).toBe(400)
    await lab.clock.advance(lab.machine.durations.powerOn)
    expect((await ilo.reset('On')).status).toBe(400)
  })

  it.each([
    ['PowerCycle', 'Base.1.12.ActionParameterNotSupported'],
    ['ForceOn', 'Base.1.12.ActionParameterNotSupported'],
    [undefined, 'Base.1.12.ActionParameterMissing'],
    [1, 'Base.1.12.ActionParameterNotSupported'],
  ])('does not know %s', async (type, id) => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    const answer = await ilo.reset(type)
    expect([answer.status, messageId(answer)]).toEqual([400, id])
    const list = (await ilo.get('/redfish/v1/Systems/1/')).body.Actions['#ComputerSystem.Reset'][
      'ResetType@Redfish.AllowableValues'
    ]
    expect(list).not.toContain(type)
  })

  it('restarts a running host, and forces one off', async () => {
    await using lab = await startNetwork([{ hostname: 'srv001', status: 'deployed' }], 'stepped')
    const ilo = await iloOf(lab)
    expect((await ilo.reset('ForceRestart')).status).toBe(200)
    expect(lab.machine.phase).toBe('post')
    expect((await ilo.reset('ForceOff')).status).toBe(200)
    await lab.clock.advance(lab.machine.durations.powerOff)
    expect(lab.machine.power).toBe('off')
  })

  it('can be acknowledged and not done, done late, done unanswered, or hang', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    const ilo = await iloOf(lab)
    const call = 'redfish POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset'
    lab.faults.once({ server: 'srv001', call, mode: 'ack-no-effect' })
    expect((await ilo.reset('On')).status).toBe(200)
    await lab.clock.advance(60_000)
    expect(lab.machine.power).toBe('off')

    lab.faults.once({ server: 'srv001', call, mode: 'effect-late', delayMs: 30_000 })
    expect((await ilo.reset('On')).status).toBe(200)
    await lab.clock.advance(30_000)
    expect(lab.machine.power).toBe('off')
    await lab.clock.advance(lab.machine.durations.powerOn)
    expect(lab.machine.power).toBe('on')

    lab.faults.once({ server: 'srv001', call, mode: 'reply-lost-after-effect' })
    await expect(ilo.reset('ForceOff')).rejects.toThrow()
    await lab.clock.advance(lab.machine.durations.powerOff)
    expect(lab.machine.power).toBe('off')

    lab.faults.once({ server: 'srv001', call, mode: 'drop-before-effect' })
    await expect(ilo.reset('On')).rejects.toThrow()
    lab.faults.once({ server: 'srv001', call, mode: 'drop-mid-reply' })
    await expect(ilo.reset('On')).rejects.toThrow()
    expect(lab.machine.powerChanging).toBe(true)
    expect(lab.log.of(call, 'srv001').map((entry) => [entry.outcome, entry.effect, entry.fault])).toEqual([
      [200, 'none', 'ack-no-effect'],
      [200, 'late', 'effect-late'],
      ['dropped', 'now', 'reply-lost-after-effect'],
      ['dropped', 'none', 'drop-before-effect'],
      ['dropped', 'now', 'drop-mid-reply'],
    ])
  })

  it('hung is noticed as left behind until the client gives up', async () => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    lab.faults.once({ call: 'redfish GET /redfish/v1/Systems/1', mode: 'hang' })
    const hung = ilo.get('/redfish/v1/Systems/1/')
    hung.catch(() => {})
    while (lab.log.entries.every((entry) => entry.outcome !== 'hung'))
      await new Promise((resolve) => setImmediate(resolve))
    expect(lab.redfish.leftovers()).toEqual(['unfinished GET /redfish/v1/Systems/1/ at the BMC of srv001'])
    lab.machine.bmc.network.address = '192.168.1.100'
    await expect(hung).rejects.toThrow()
    await lab.clock.settled()
    expect(lab.redfish.leftovers()).toEqual([])
  })

  it('answers garbage when told to', async () => {
    await using lab = await startNetwork()
    const ilo = await iloOf(lab)
    lab.faults.once({ call: 'redfish GET /redfish/v1/Systems/1', mode: 'garbage' })
    const answer = await ilo.get('/redfish/v1/Systems/1/')
    expect(() => JSON.parse(answer.text) as unknown).toThrow()
  })
})
