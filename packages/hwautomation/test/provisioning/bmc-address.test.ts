import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Lab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { knock } from '../../src/inband/knock.ts'
import {
  createHwAutomation,
  dialThrough,
  MemoryStore,
  planWorkflow,
  ServerProvisioningWorkflow,
  type ProvisioningRequest,
  type RunOutcome,
} from '../../src/index.ts'
import { testSite, type TestSite } from './site.ts'

const TARGET = '192.168.1.100'

async function outcomeOf(site: TestSite, request: Partial<ProvisioningRequest> = {}): Promise<RunOutcome> {
  const run = await site.hw.manager.start(site.workflow({ targetIpmiIp: TARGET, retryCount: 0, ...request }))
  return run.outcome()
}

function changes(lab: Lab, of: RegExp): string[] {
  return lab.log.entries
    .filter(({ mutating, effect, call }) => mutating && effect !== 'none' && of.test(call))
    .map(({ call }) => call)
}

/** Does something when a sub-task of the BMC step starts or has ended. */
function when(site: TestSite, type: 'started' | 'ended', name: RegExp, act: () => void): void {
  let done = false
  site.hw.manager.onEvent((event) => {
    if (event.type !== 'subtask.started' && event.type !== 'subtask.ended') return
    if (done || event.type !== `subtask.${type}` || !name.test(event.name)) return
    done = true
    act()
  })
}

describe('an address that somebody has', () => {
  it('is refused when it is the address of a live host', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const { lab, hw } = site
    const other = await hw.manager.start(site.workflow({ serverId: 'srv002', leaveOn: 'rescue' }))
    expect((await other.outcome()).status).toBe('COMPLETED')
    const address = lab.server('srv002').machine.boot!.address
    expect(address).toBe('10.0.0.50')
    const { status, error } = await outcomeOf(site, {
      targetIpmiIp: address,
      gateway: '10.0.0.1',
      subnetMask: '255.255.255.0',
    })
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-invalid'])
    expect(
      lab
        .server('srv001')
        .log()
        .filter(({ mutating }) => mutating),
    ).toEqual([])
  })

  it('is refused when something that MAAS has no address of refuses connections there', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const { lab } = site
    // A BMC whose web server is off: it takes no connection, and it is there.
    lab.faults.always({ call: 'dial connect redfish', mode: 'refuse', server: 'srv002' })
    lab.server('srv002').machine.bmc.network.address = TARGET
    const { status, error } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-invalid'])
    expect(error?.message).toContain('something answers there')
    expect(changes(lab, /./)).toEqual([])
  })

  it('is refused when its web server hangs: another port tells', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    site.lab.faults.always({ call: 'dial connect redfish', mode: 'hang', server: 'srv002' })
    site.lab.server('srv002').machine.bmc.network.address = TARGET
    const { status, error } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-invalid'])
    expect(error?.message).toMatch(/refuses port/)
  })

  it('is refused when it is the address of a host in MAAS that is switched off', async () => {
    await using site = await testSite({
      servers: [{ hostname: 'srv001' }, { hostname: 'srv002', status: 'ready' }],
    })
    const [address] = site.lab.server('srv002').maasRecord()['ip_addresses'] as string[]
    const { status, error } = await outcomeOf(site, {
      targetIpmiIp: address!,
      gateway: '10.0.0.1',
      subnetMask: '255.255.0.0',
    })
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-invalid'])
    expect(error?.message).toContain('srv002')
    expect(changes(site.lab, /./)).toEqual([])
  })

  it('is refused when somebody takes it during the run, also with our own certificate; the hint does not say that nothing changed', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const two = site.lab.server('srv002').machine.bmc
    two.certificate = () => site.lab.server('srv001').machine.bmc.certificate()
    when(site, 'started', /Reading the BMC’s network settings/, () => (two.network.address = TARGET))
    const { status, error } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-invalid'])
    expect(error?.hint).not.toContain('Nothing was changed')
    expect(changes(site.lab, /ipmitool|PUT/)).toEqual([])
  })

  it('is a problem of the plan', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const planned = async (request: Partial<ProvisioningRequest>) =>
      (await planWorkflow(site.workflow({ targetIpmiIp: TARGET, ...request }))).problems.join()
    expect(await planned({})).not.toContain(TARGET)
    expect(await planned({ gateway: '10.0.0.1', subnetMask: '255.255.255.0' })).toContain('gateway 10.0.0.1')
    expect(await planned({ targetIpmiIp: site.lab.server('srv002').powerParameters()['power_address']! })).toContain(
      'srv002',
    )
    site.lab.server('srv002').machine.bmc.network.address = TARGET
    expect(await planned({})).toContain(`${TARGET} is in use`)
  })

  it('cannot be told free when the way there is broken', async () => {
    await using site = await testSite()
    site.lab.faults.always({ call: 'dial connect *', mode: 'drop-before-effect' })
    const { status, error } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'network.proxy'])
    expect(changes(site.lab, /./)).toEqual([])
  })
})

describe('an address that could not be proved', () => {
  const unreached = { call: 'maas GET machines/{id}?op=query_power_state', mode: 'wrong-status' } as const

  it('is put back, and the error says so only then', async () => {
    await using site = await testSite()
    const { machine } = site.lab.server('srv001')
    const before = { ...machine.bmc.network }
    const fault = site.lab.faults.always(unreached)
    when(site, 'started', /Putting the old BMC address/, () => fault.remove())
    const { status, error, leftBehind } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-not-proven'])
    expect(error?.message).toContain(`is ${before.address} again`)
    expect(machine.bmc.network).toEqual(before)
    expect(site.lab.server('srv001').powerParameters()['power_address']).toBe(before.address)
    expect(leftBehind.filter(({ what }) => what.includes('BMC address'))).toEqual([])
  })

  it('is named once, without contradiction, when putting back fails', async () => {
    await using site = await testSite()
    site.lab.faults.always(unreached)
    when(site, 'started', /Putting the old BMC address/, () =>
      site.lab.faults.always({ call: 'ipmitool lan set*', mode: 'wrong-status' }),
    )
    const { status, error, leftBehind } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-not-proven'])
    expect(error?.message).toContain('could not be put back')
    expect(error?.message).not.toContain('again')
    const named = leftBehind.filter(({ what }) => what.includes('BMC address'))
    expect(named).toHaveLength(1)
    expect(named[0]?.what).toContain(TARGET)
  })

  it('goes back to DHCP: the address that it then has is told to MAAS, proved and named', async () => {
    await using site = await testSite()
    const server = site.lab.server('srv001')
    const { machine } = server
    machine.bmc.network.source = 'DHCP'
    Object.assign(machine.bmc.lease, { address: '192.168.2.77' })
    const fault = site.lab.faults.always(unreached)
    when(site, 'started', /Putting the old BMC address/, () => fault.remove())
    const { status, error, leftBehind } = await outcomeOf(site)
    expect([status, error?.code]).toEqual(['FAILED', 'bmc.address-not-proven'])
    expect(machine.bmc.network).toMatchObject({ source: 'DHCP', address: '192.168.2.77' })
    expect(server.powerParameters()['power_address']).toBe('192.168.2.77')
    expect(error?.message).toContain('is 192.168.2.77 now')
    expect(leftBehind.filter(({ what }) => what.includes('192.168.2.77 now'))).toHaveLength(1)
  })

  it('is named when MAAS does not reach the BMC at the old address either', async () => {
    await using site = await testSite()
    site.lab.faults.always(unreached)
    const { error, leftBehind } = await outcomeOf(site)
    expect(error?.message).toContain('MAAS does not reach it there')
    expect(leftBehind.filter(({ what }) => what.includes('MAAS does not reach it there'))).toHaveLength(1)
  })
})

describe('an address that another run was to give out', () => {
  it('is free again when nobody works on that run any more; a warning names it', async () => {
    const store = new MemoryStore()
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] }, { store })
    const { lab } = site
    const before = await createHwAutomation({ ...lab.connection(), clock: lab.clock, env: {}, store })
    const workflow = new ServerProvisioningWorkflow(
      { serverId: 'srv002', deviceType: 'a1.c5.large', targetIpmiIp: TARGET },
      before,
    )
    const stale = await before.manager.start(workflow)
    await before.close({ mode: 'detach' })
    const { status, warnings } = await outcomeOf(site)
    expect(status).toBe('COMPLETED')
    expect(warnings.map(({ code, message }) => [code, message.includes(stale.id)])).toEqual([
      ['bmc.address-promised', true],
    ])
  })
})

describe('a knock through a proxy', () => {
  const signal = new AbortController().signal

  it('tells a machine that refuses or takes a connection from an address that leads nowhere', async () => {
    await using site = await testSite()
    const dial = dialThrough(site.lab.connection().dial)
    const bmc = site.lab.server('srv001').machine.bmc.network.address
    await expect(dial({ host: bmc, port: 22 })).rejects.toMatchObject({ code: 'network.refused' })
    await expect(dial({ host: TARGET, port: 22 })).rejects.toMatchObject({ code: 'network.no-route' })
    expect(await knock(dial, bmc, { signal })).toMatchObject({ state: 'occupied' })
    expect(await knock(dial, TARGET, { signal })).toEqual({ state: 'silent' })
    site.lab.faults.always({ call: 'dial connect *', mode: 'hang' })
    expect(await knock(dial, bmc, { signal, withinMs: 50 })).toEqual({ state: 'silent' })
  })

  it.each([
    [504, undefined, { state: 'silent' }],
    [502, undefined, 'network.proxy'],
    [403, undefined, 'network.proxy'],
    [504, 403, { state: 'silent' }],
    [403, 200, { state: 'occupied' }],
  ] as const)('that says %s for HTTPS and %s for other ports, and no more', async (https, others, answer) => {
    const proxy = createServer().on('connect', (request, socket) => {
      const status = request.url?.endsWith(':443') ? https : (others ?? https)
      socket.end(`HTTP/1.1 ${status} so be it\r\nContent-Length: 0\r\n\r\n`)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const dial = dialThrough(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    const heard = knock(dial, TARGET, { signal })
    if (typeof answer === 'string') await expect(heard).rejects.toMatchObject({ code: answer })
    else expect(await heard).toMatchObject(answer)
    await new Promise((resolve) => proxy.close(resolve))
  })
})
