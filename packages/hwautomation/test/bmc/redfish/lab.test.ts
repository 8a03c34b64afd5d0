import { createLab } from '@hwautomation/testkit'
import type { FaultMode, Lab, LabServer } from '@hwautomation/testkit'
import { describe, expect, test, vi } from 'vitest'
import { compareBmcIdentity } from '../../../src/lan/identity.ts'
import { RedfishClient } from '../../../src/bmc/redfish/redfish-client.ts'
import type { RedfishClientOptions } from '../../../src/bmc/redfish/redfish-client.ts'
import { dialThrough } from '../../../src/dial.ts'
import { failureOf } from '../rejection.ts'

const LOGIN = 'redfish POST /redfish/v1/SessionService/Sessions'
const LOGOUT = 'redfish DELETE /redfish/v1/SessionService/Sessions/{id}'
const SYSTEM = 'redfish GET /redfish/v1/Systems/1'
const RESET = 'redfish POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset'

interface Bench extends AsyncDisposable {
  readonly lab: Lab
  readonly server: LabServer
  readonly credentials: { readonly user: string; readonly password: string }
  client(options?: Partial<RedfishClientOptions>): RedfishClient
}

async function startBench(): Promise<Bench> {
  const lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }] })
  const server = lab.server('srv001')
  const [administrator] = server.machine.bmc.users
  if (administrator === undefined) throw new Error('a BMC without users')
  return {
    lab,
    server,
    credentials: { user: administrator.name, password: administrator.password },
    client: (options = {}) =>
      new RedfishClient({
        host: server.machine.bmc.network.address,
        dial: dialThrough(lab.connection().dial),
        clock: lab.clock,
        certificate: { mode: 'trust-first' },
        cleanupTimeoutMs: 2_000,
        requestTimeoutMs: 2_000,
        ...options,
      }),
    [Symbol.asyncDispose]: () => lab.close(),
  }
}

describe('against a simulated iLO', () => {
  test('identity and power are read, and nothing is left behind', async () => {
    await using bench = await startBench()
    const { machine } = bench.server
    const bmc = bench.client()
    expect(await bmc.serviceRoot()).toMatchObject({ vendor: 'HPE', uuid: machine.bmc.uuid })
    await bmc.withSession(bench.credentials, async () => {
      expect(await bmc.systemIdentity()).toMatchObject({
        serialNumber: machine.serial,
        model: machine.model.product,
        powerState: 'Off',
      })
      expect(await bmc.power()).toMatchObject({ state: 'off' })
    })
    expect(bmc.certificate?.sha256).toBe((await machine.bmc.certificate()).sha256.replaceAll(':', '').toLowerCase())
    await bmc.close()
    await vi.waitFor(() => bench.lab.assertClean())
  })

  test('the system is powered on, restarted and off, each read back', async () => {
    await using bench = await startBench()
    const { machine } = bench.server
    // MAAS would boot a new machine only to switch it off again.
    machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [] })
    await bench.client().withSession(bench.credentials, async (bmc) => {
      expect(await bmc.reset('On')).toMatchObject({ changed: true, powerState: 'On' })
      expect(machine.power).toBe('on')
      await bench.lab.clock.sleep(15 * 60_000)
      expect(machine.phase).toBe('up')
      const posts = machine.posts
      expect(await bmc.reset('ForceRestart')).toMatchObject({ changed: true, powerState: 'On' })
      expect(machine.posts).toBeGreaterThan(posts)
      expect(await bmc.reset('ForceOff')).toMatchObject({ changed: true, powerState: 'Off' })
      expect(machine.power).toBe('off')
      expect(await bmc.reset('ForceOff')).toMatchObject({ changed: false })
    })
    expect(bench.server.log(RESET)).toHaveLength(3)
  })

  test('an acknowledged reset without effect is noticed', async () => {
    await using bench = await startBench()
    bench.lab.faults.once({ call: RESET, mode: 'ack-no-effect' })
    const reset = bench.client().withSession(bench.credentials, (bmc) => bmc.reset('On', { deadlineMs: 60_000 }))
    expect(await failureOf(reset)).toMatchObject({ code: 'bmc.reset-without-effect' })
    expect(bench.server.log(RESET)).toHaveLength(1)
  })

  test.each<FaultMode>(['reply-lost-after-effect', 'drop-mid-reply', 'garbage', 'effect-late'])(
    'a reset with %s is sent once and proved by reading back',
    async (mode) => {
      await using bench = await startBench()
      bench.lab.faults.once({ call: RESET, mode })
      const outcome = await bench.client().withSession(bench.credentials, (bmc) => bmc.reset('On'))
      expect(outcome).toMatchObject({ changed: true, powerState: 'On' })
      expect(bench.server.log(RESET)).toHaveLength(1)
      await vi.waitFor(() => bench.lab.assertClean())
    },
  )

  test.each<[FaultMode, string]>([
    ['auth-failure', 'bmc.auth'],
    ['session-limit', 'bmc.session-limit'],
    ['wrong-status', 'bmc.busy'],
    ['drop-before-effect', 'bmc.reply-lost'],
    ['hang', 'bmc.reply-lost'],
  ])('a login with %s is %s, sent once, and leaves nothing', async (mode, code) => {
    await using bench = await startBench()
    bench.lab.faults.once({ call: LOGIN, mode })
    const bmc = bench.client()
    expect(await failureOf(bmc.login(bench.credentials.user, bench.credentials.password))).toMatchObject({ code })
    expect(bench.server.log(LOGIN)).toHaveLength(1)
    await bmc.close()
    await vi.waitFor(() => bench.lab.assertClean())
  })

  test.each<FaultMode>([
    'drop-before-effect',
    'drop-mid-reply',
    'reply-lost-after-effect',
    'wrong-status',
    'ack-no-effect',
    'garbage',
    'slow',
  ])('a logout with %s still ends with the session gone', async (mode) => {
    await using bench = await startBench()
    bench.lab.faults.once({ call: LOGOUT, mode })
    const bmc = bench.client()
    await bmc.withSession(bench.credentials, () => Promise.resolve())
    expect(bmc.warnings).toEqual([])
    expect(bench.server.machine.bmc.sessions.size).toBe(0)
    await vi.waitFor(() => bench.lab.assertClean())
  })

  test.each<FaultMode>(['drop-before-effect', 'drop-mid-reply', 'hang', 'garbage', 'wrong-status', 'auth-failure'])(
    'a read with %s fails, and the session is deleted all the same',
    async (mode) => {
      await using bench = await startBench()
      bench.lab.faults.once({ call: SYSTEM, mode })
      const error = await failureOf(bench.client().withSession(bench.credentials, (bmc) => bmc.systemIdentity()))
      expect(error.retryable).toBe(true)
      await vi.waitFor(() => bench.lab.assertClean())
    },
  )

  test('a moved BMC is the same one by certificate and UUID, and its neighbour is not', async () => {
    await using lab = await createLab({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const dial = dialThrough(lab.connection().dial)
    const look = async (host: string) => {
      await using bmc = new RedfishClient({ host, dial, clock: lab.clock, certificate: { mode: 'trust-first' } })
      const { uuid } = await bmc.serviceRoot()
      return { certificateSha256: bmc.certificate?.sha256, serviceRootUuid: uuid }
    }
    const [mine, neighbour] = lab.world.machines.map((machine) => machine.bmc.network)
    if (mine === undefined || neighbour === undefined) throw new Error('two machines were asked for')
    const before = await look(mine.address)
    mine.address = lab.world.networks.bmc.lease()
    expect(compareBmcIdentity(before, await look(mine.address))).toMatchObject({
      proved: true,
      by: [{ trait: 'certificate' }, { trait: 'service-root-uuid' }],
    })
    expect(compareBmcIdentity(before, await look(neighbour.address))).toMatchObject({ proved: false, by: [] })
    await vi.waitFor(() => lab.assertClean())
  })

  test('another machine at the address gets no password', async () => {
    await using bench = await startBench()
    const bmc = bench.client({ certificate: { mode: 'pin', sha256: '00'.repeat(32) } })
    expect(await failureOf(bmc.login(bench.credentials.user, bench.credentials.password))).toMatchObject({
      code: 'bmc.certificate-changed',
    })
    expect(bench.lab.log.entries.filter(({ door }) => door === 'redfish')).toEqual([])
    await vi.waitFor(() => bench.lab.assertClean())
  })
})
