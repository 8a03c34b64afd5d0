import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { planWorkflow, type ProvisioningRequest } from '../../src/index.ts'
import { testSite, type TestSite } from './site.ts'

const devices = { files: [fileURLToPath(new URL('bmc-settings-devices.yaml', import.meta.url))] }
const PASSWORD = 'Correct-Horse-9'
const secrets = { 'bmc/operator': PASSWORD, 'bmc/short': 'abc12' }

function site(): Promise<TestSite> {
  return testSite({}, { devices, bmc: { timeouts: { connect: '20s', request: '20s' }, secrets } })
}

async function outcomeOf(of: TestSite, request: Partial<ProvisioningRequest>) {
  const run = await of.hw.manager.start(of.workflow({ retryCount: 0, ...request }))
  const end = await run.outcome()
  return { run, end }
}

function changes({ lab }: TestSite, of = /./): string[] {
  return lab.log.entries.filter(({ mutating, call }) => mutating && of.test(call)).map(({ call }) => call)
}

/** Sessions come and go with every look. */
const BMC = /^redfish (?:PATCH|POST|DELETE) (?!.*SessionService)/

describe('users and settings of the BMC', { timeout: 60_000 }, () => {
  it('are given after the address is proved, those that shut a door last, each read back, and no password is seen anywhere', async () => {
    await using at = await site()
    const { machine } = at.lab.server('srv001')
    const { run, end } = await outcomeOf(at, { deviceType: 'a1.c5.guarded', targetIpmiIp: '192.168.1.100' })
    expect([end.status, end.error]).toEqual(['COMPLETED', undefined])
    expect(machine.bmc.settings).toMatchObject({ requireHostAuthentication: true, requireLoginForRbsu: true })
    expect(machine.bmc.users).toContainEqual(
      expect.objectContaining({ name: 'operator1', privilege: 'Operator', password: PASSWORD }),
    )
    expect(changes(at, BMC)).toEqual([
      'redfish POST /redfish/v1/AccountService/Accounts',
      'redfish PATCH /redfish/v1/Managers/1',
      'redfish PATCH /redfish/v1/Managers/1',
    ])
    const order = at.lab.log.entries.map(({ call }) => call)
    expect(order.indexOf('redfish POST /redfish/v1/AccountService/Accounts')).toBeGreaterThan(
      order.lastIndexOf('ipmitool lan set'),
    )
    const claims = end.evidence.map(({ claim }) => claim)
    expect(claims).toContain('the BMC’s user operator1 is operator and can log in')
    expect(claims).toContain('require-host-authentication of the BMC is enabled')
    expect(JSON.stringify([run.record(), at.lab.log.entries])).not.toContain(PASSWORD)
    at.lab.assertClean()

    // Done twice: the door that the first run shut keeps the second one's tool out, and that is told before anything is touched.
    const planned = await planWorkflow(at.workflow({ deviceType: 'a1.c5.guarded' }))
    expect(planned.problems.join()).toContain('requires host authentication')
    at.lab.log.clear()
    const again = await outcomeOf(at, { deviceType: 'a1.c5.guarded' })
    expect([again.end.status, again.end.error?.code]).toEqual(['FAILED', 'bmc.locked-in-band'])
    expect(changes(at, /^(?!redfish)/)).toEqual([])
    expect(changes(at, BMC)).toEqual([])
  })

  it('are refused before anything is touched where the BMC cannot have them, every reason at once', async () => {
    await using at = await site()
    const { end } = await outcomeOf(at, { deviceType: 'a1.c5.impossible' })
    expect([end.status, end.error?.code]).toEqual(['FAILED', 'bmc.settings-refused'])
    for (const words of [
      'ipmi-over-lan: MAAS switches this machine by IPMI',
      'user short: the password of secret bmc/short is 5 characters long; the BMC takes 8 to 39',
      'user nobody: there is no secret bmc/none',
      'user maas is the one we and MAAS log in as',
    ])
      expect(end.error?.message).toContain(words)
    expect(end.error?.message).not.toContain('abc12')
    expect(changes(at, /^(?!redfish (?:POST|DELETE) .*SessionService)/)).toEqual([])
    const { problems } = await planWorkflow(at.workflow({ deviceType: 'a1.c5.impossible' }))
    expect(problems.join()).toContain('bmc/none')
  })

  it('are sent to no other machine’s BMC that answers at the address MAAS has', async () => {
    await using at = await testSite(
      { servers: [{ hostname: 'srv001', status: 'ready' }, { hostname: 'srv002' }] },
      { devices, bmc: { timeouts: { connect: '20s', request: '20s' }, secrets } },
    )
    const [own, other] = ['srv001', 'srv002'].map((name) => at.lab.server(name).machine.bmc)
    const { address } = own!.network
    own!.network.address = '192.168.1.77'
    other!.network.address = address
    other!.users.find(({ name }) => name === 'maas')!.password = own!.users.find(
      ({ name }) => name === 'maas',
    )!.password
    const { end } = await outcomeOf(at, { deviceType: 'a1.c5.guarded' })
    expect([end.status, end.error?.code]).toEqual(['FAILED', 'bmc.unrecognised'])
    expect(end.error?.message).toContain('it says it belongs to serial')
    expect(changes(at, /^(?!redfish (?:POST|DELETE) .*SessionService)/)).toEqual([])
    const report = await at.hw.validate('srv001', { deviceType: 'a1.c5.guarded' })
    for (const name of ['user operator1', 'template'])
      expect(report.items.find((item) => item.name === name)).toMatchObject({ verdict: 'unknown' })
    // Also where the type says nothing about the BMC: MAAS would switch another machine, whose BIOS it is, too.
    const plainly = await at.hw.validate('srv001', { deviceType: 'a1.c5.large' })
    expect(plainly.items.find(({ area, name }) => area === 'bmc' && name === 'machine')).toMatchObject({
      verdict: 'broken',
      found: expect.stringContaining('it says it belongs to serial') as string,
    })
    expect(plainly.items.find(({ name }) => name === 'template')).toMatchObject({ verdict: 'unknown' })
  })

  it('that the BMC acknowledges and does not take fail the run, and what was changed before is named', async () => {
    await using at = await site()
    at.lab.faults.always({ call: 'redfish PATCH /redfish/v1/Managers/1', mode: 'ack-no-effect' })
    const { end } = await outcomeOf(at, { deviceType: 'a1.c5.guarded' })
    expect([end.status, end.error?.code]).toEqual(['FAILED', 'bmc.setting-not-taken'])
    expect(end.leftBehind.map(({ what }) => what).join()).toMatch(
      /user operator1 \(was absent\), require-login-for-rbsu \(was disabled, may be enabled now\)/,
    )
    at.lab.assertClean()
  })

  it('are brought to their end by a cancel that comes meanwhile, which names them', async () => {
    await using at = await site()
    const run = await at.hw.manager.start(at.workflow({ deviceType: 'a1.c5.guarded', retryCount: 0 }))
    at.hw.manager.onEvent((event) => {
      if (event.type === 'subtask.started' && event.name.startsWith('Giving the BMC the user'))
        void run.cancel({ by: 'ada', reason: 'wrong rack' })
    })
    const end = await run.outcome()
    expect(end.status).toBe('CANCELLED')
    expect(end.leftBehind.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(
        /user operator1 \(was absent\).*require-host-authentication \(was disabled, is enabled now\)/,
      ),
    )
    expect(at.lab.server('srv001').machine.power).toBe('off')
    at.lab.assertClean()
  })

  it('are not sent twice when the answer to the first was lost', async () => {
    await using at = await site()
    at.lab.faults.once({ call: 'redfish POST /redfish/v1/AccountService/Accounts', mode: 'reply-lost-after-effect' })
    const { end } = await outcomeOf(at, { deviceType: 'a1.c5.guarded', retryCount: 1 })
    expect([end.status, end.error]).toEqual(['COMPLETED', undefined])
    expect(changes(at, /AccountService/)).toEqual(['redfish POST /redfish/v1/AccountService/Accounts'])
  })
})

describe('a BMC that lets its host do nothing any more', { timeout: 60_000 }, () => {
  const supermicro = () =>
    testSite(
      { servers: [{ hostname: 'srv001', model: 'supermicro-x11dpt-b', status: 'ready' }] },
      { devices, bmc: { timeouts: { connect: '20s', request: '20s' }, secrets } },
    )

  it('is made so last, after its address, and then read over the network', async () => {
    await using at = await supermicro()
    const { machine } = at.lab.server('srv001')
    const { end } = await outcomeOf(at, { deviceType: 'smc.guarded', targetIpmiIp: '192.168.1.100' })
    expect([end.status, end.error]).toEqual(['COMPLETED', undefined])
    expect(machine.bmc.settings).toMatchObject({ kcsPrivilege: 'User', hostInterface: false })
    expect(end.evidence.map(({ claim }) => claim)).toContain('kcs-control of the BMC is user')
    const address = end.evidence.find(({ claim }) => claim === 'the BMC’s address is 192.168.1.100')
    expect(address?.source).toBe('redfish')
    at.lab.assertClean()
  })

  it('is so already: it keeps its address, and to have another it must be opened first', async () => {
    await using at = await supermicro()
    const { machine } = at.lab.server('srv001')
    machine.bmc.settings.kcsPrivilege = 'User'
    machine.bmc.network.source = 'Static'
    const elsewhere = await outcomeOf(at, { deviceType: 'smc.guarded', targetIpmiIp: '192.168.1.101' })
    expect([elsewhere.end.status, elsewhere.end.error?.code]).toEqual(['FAILED', 'bmc.locked-in-band'])
    expect(changes(at, /^(?!redfish)/)).toEqual([])
    const { end } = await outcomeOf(at, { deviceType: 'smc.guarded', targetIpmiIp: machine.bmc.network.address })
    expect([end.status, end.error]).toEqual(['COMPLETED', undefined])
    expect(changes(at, /^ipmitool/)).toEqual([])
    expect(machine.bmc.settings.hostInterface).toBe(false)
  })

  it('is told of before anything is touched, also where nothing is wanted of it but its address', async () => {
    await using at = await supermicro()
    at.lab.server('srv001').machine.bmc.settings.kcsPrivilege = 'User'
    const request = { deviceType: 'smc.ruled', targetIpmiIp: '192.168.1.101' }
    const planned = await planWorkflow(at.workflow(request))
    expect(planned.problems.join()).toContain('its KCS control is user')
    const { end } = await outcomeOf(at, request)
    expect([end.status, end.error?.code]).toEqual(['FAILED', 'bmc.locked-in-band'])
    expect(changes(at, /^(?!redfish)/)).toEqual([])
    expect((await planWorkflow(at.workflow({ deviceType: 'smc.ruled' }))).problems).toEqual([])
  })
})

describe('boarding rules', { timeout: 60_000 }, () => {
  it('are checked before the tag is put; what is only advised is a warning', async () => {
    await using at = await site()
    const { run, end } = await outcomeOf(at, { deviceType: 'a1.c5.boarded' })
    expect([end.status, end.error]).toEqual(['COMPLETED', undefined])
    expect(run.record().warnings.map(({ code }) => code)).toContain('boarding.advised')
    expect(end.evidence.map(({ claim }) => claim)).toContain('boarding: licence is active')
    expect(changes(at, BMC)).toEqual([])
  })

  it('that are broken keep the tag off and name what was found; a retry looks again whether the BMC is still as wanted', async () => {
    await using at = await site()
    const { run, end } = await outcomeOf(at, { deviceType: 'a1.c5.unfit' })
    expect([end.status, end.error?.code]).toEqual(['FAILED', 'boarding.broken'])
    for (const words of [
      'native.AutoPowerOn: ',
      'must be NeverHeardOf',
      'bmc.require-host-authentication: disabled, must be enabled',
      'user.somebody: no such user, must be a user that may log in',
    ])
      expect(end.error?.message).toContain(words)
    expect(at.lab.server('srv001').maasRecord()['tag_names']).not.toContain('hw-type-a1-c5-unfit')

    const { settings } = at.lab.server('srv001').machine.bmc
    settings.requireLoginForRbsu = false
    at.lab.log.clear()
    const again = await at.hw.manager.retry(run.id, { by: 'ada' })
    expect((await again.outcome()).error?.code).toBe('boarding.broken')
    expect(changes(at, BMC)).toEqual(['redfish PATCH /redfish/v1/Managers/1'])
    expect(settings.requireLoginForRbsu).toBe(true)
  })
})
