import { createLab } from '@hwautomation/testkit'
import type { Lab, LabServer } from '@hwautomation/testkit'
import { describe, expect, test, vi } from 'vitest'
import { biosOfRedfish } from '../../../src/bios/dell/bios-resource.ts'
import { RedfishClient } from '../../../src/bmc/redfish/redfish-client.ts'
import type { RedfishClientOptions } from '../../../src/bmc/redfish/redfish-client.ts'
import { RefusedCredentials } from '../../../src/bmc/redfish/refused-credentials.ts'
import { dialThrough } from '../../../src/dial.ts'
import { compareBmcIdentity } from '../../../src/lan/identity.ts'
import { failureOf } from '../rejection.ts'

interface Bench extends AsyncDisposable {
  readonly lab: Lab
  readonly server: LabServer
  readonly bmc: RedfishClient
  client(options?: Partial<RedfishClientOptions>): RedfishClient
  readonly credentials: { readonly user: string; readonly password: string }
}

async function bench(model: string): Promise<Bench> {
  const lab = await createLab({ servers: [{ hostname: 'srv001', model }] })
  const server = lab.server('srv001')
  const { network, users } = server.machine.bmc
  const client = (options: Partial<RedfishClientOptions> = {}) =>
    new RedfishClient({
      host: network.address,
      dial: dialThrough(lab.connection().dial),
      clock: lab.clock,
      certificate: { mode: 'trust-first' },
      cleanupTimeoutMs: 4_000,
      requestTimeoutMs: 4_000,
      ...options,
    })
  const bmc = client()
  const [{ name: user, password } = { name: '', password: '' }] = users
  return {
    lab,
    server,
    bmc,
    client,
    credentials: { user, password },
    async [Symbol.asyncDispose]() {
      await bmc.close()
      await lab.close()
    },
  }
}

const logins = ({ lab }: Bench) => lab.log.of('redfish POST /redfish/v1/SessionService/Sessions')

describe.each(['dell-r650', 'supermicro-x11dpt-b'])('the BMC of a %s', (model) => {
  test('belongs to the machine that says so of itself in-band, and keeps no session of ours', async () => {
    await using at = await bench(model)
    const { machine } = at.server
    const identity = await at.bmc.withSession(at.credentials, (bmc) => bmc.systemIdentity())
    const inBand = { systemSerial: machine.serial, systemUuid: machine.uuid }
    const overNetwork = { systemSerial: identity.serialNumber, systemUuid: identity.uuid }
    expect(compareBmcIdentity(inBand, overNetwork)).toMatchObject({
      proved: true,
      by: expect.arrayContaining([expect.objectContaining({ trait: 'system-uuid' })]),
      against: [],
    })
    expect(at.bmc.warnings).toEqual([])
    await at.bmc.close()
    await vi.waitFor(() => at.lab.assertClean())
  })

  test('that refuses the password is asked once', async () => {
    await using at = await bench(model)
    const wrong = { user: at.credentials.user, password: 'not this one' }
    const first = await failureOf(at.bmc.login(wrong.user, wrong.password))
    const second = await failureOf(at.bmc.login(wrong.user, wrong.password))
    expect(first).toMatchObject({ code: 'bmc.auth', kind: 'auth' })
    expect(second).toBe(first)
    expect(logins(at)).toHaveLength(1)
    expect(first.message).not.toContain(wrong.password)
  })

  test('that refused a password to one client is not asked by the next one', async () => {
    await using at = await bench(model)
    const refused = new RefusedCredentials()
    const outcomes = []
    for (let times = 0; times < 3; times++) {
      await using client = at.client({ refused })
      outcomes.push(await failureOf(client.login(at.credentials.user, 'not this one')))
    }
    expect(outcomes.map(({ code }) => code)).toEqual(['bmc.auth', 'bmc.auth', 'bmc.auth'])
    expect(logins(at)).toHaveLength(1)
  })

  test('with all sessions in use says so', async () => {
    await using at = await bench(model)
    at.lab.faults.always({ call: 'redfish POST /redfish/v1/SessionService/Sessions', mode: 'session-limit' })
    const failure = await failureOf(at.bmc.login(at.credentials.user, at.credentials.password))
    expect(failure).toMatchObject({ code: 'bmc.session-limit', kind: 'busy' })
  })

  test('switches the host on and off, each read back', async () => {
    await using at = await bench(model)
    at.server.machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [] })
    await at.bmc.withSession(at.credentials, async (bmc) => {
      expect(await bmc.reset('On')).toMatchObject({ changed: true, powerState: 'On' })
      expect(await bmc.reset('On')).toMatchObject({ changed: false })
      expect(await bmc.reset('ForceOff')).toMatchObject({ changed: true, powerState: 'Off' })
    })
    expect(at.server.machine.power).toBe('off')
  })
})

test('a PowerEdge is known by its service tag, not by the serial number of its mainboard', async () => {
  await using at = await bench('dell-r650')
  const { serialNumber, sku } = await at.bmc.withSession(at.credentials, (bmc) => bmc.systemIdentity())
  expect(serialNumber).toBe(at.server.machine.serial)
  expect(serialNumber).toBe(sku)
})

describe('the BIOS of a PowerEdge over the network', () => {
  test('is found by links, with what is pending', async () => {
    await using at = await bench('dell-r650')
    const { bios } = at.server.machine
    bios.pending.set('LogicalProc', 'Disabled')
    const { current, pending } = await at.bmc.withSession(at.credentials, async (bmc) => {
      const body = await bmc.bios()
      return biosOfRedfish(body, await bmc.biosSettings(body), {})
    })
    expect(current.attributes['LogicalProc']).toBe(bios.current.get('LogicalProc'))
    expect(pending.attributes['LogicalProc']).toBe('Disabled')
    expect(pending.attributes['SriovGlobalEnable']).toBe(bios.current.get('SriovGlobalEnable'))
    expect(current.attributes['NewSetupPassword'] ?? null).toBeNull()
  })
})
