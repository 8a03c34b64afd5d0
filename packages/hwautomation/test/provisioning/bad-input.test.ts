import { createLab, type LabOptions } from '@hwautomation/testkit'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import {
  createHwAutomation,
  ServerProvisioningWorkflow,
  type HwAutomationOptions,
  type ProvisioningRequest,
} from '../../src/index.ts'
import { testSite } from './site.ts'

/** What is asked for is wrong: a clear error, and nothing is changed. */
async function refusal(
  request: Partial<ProvisioningRequest>,
  lab: LabOptions = {},
  options: Partial<HwAutomationOptions> = {},
) {
  await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }], ...lab }, options)
  const before = state(site.lab)
  const error = await Promise.resolve()
    .then(() => site.hw.manager.start(site.workflow(request)))
    .then(async (run) => {
      const end = await run.outcome()
      expect(end.status).toBe('FAILED')
      return { ...end.error!, record: end.record }
    })
    .catch(
      (thrown: unknown) => thrown as { code: string; kind: string; message: string; hint?: string; record?: undefined },
    )
  const settled = site.lab.clock.settled()
  await settled
  return {
    error,
    before,
    after: state(site.lab),
    lab: site.lab,
    mutated: site.lab.log.entries
      .filter(({ mutating, effect }) => mutating && effect !== 'none')
      .map(({ call }) => call),
  }
}

function state(lab: {
  server(name: string): {
    maasRecord(): Readonly<Record<string, unknown>>
    powerParameters(): unknown
    machine: { bios: { current: Map<string, unknown> }; bmc: { network: unknown } }
  }
}) {
  const { machine, ...server } = lab.server('srv001')
  return JSON.stringify({
    record: server.maasRecord?.() ?? lab.server('srv001').maasRecord(),
    power: lab.server('srv001').powerParameters(),
    bios: [...machine.bios.current],
    bmc: machine.bmc.network,
  })
}

describe('bad input changes nothing and says what is wrong', () => {
  it.each([
    ['an unknown device type', { deviceType: 'a1.c5.larg' }, 'devices.unknown-type', /a1\.c5\.large/],
    [
      'a device type that is not complete',
      { deviceType: 's0.d1.small' },
      'devices.incomplete',
      /extends: s0\.d1\.small/,
    ],
    ['a bad address', { targetIpmiIp: '192.168.1.256' }, 'request.invalid', /targetIpmiIp.*192\.168\.1\.256/],
    ['an unknown server', { serverId: 'srv999' }, 'maas.no-such-machine', /srv999/],
    ['a hostile host name', { serverId: 'srv001$(reboot)' }, 'request.invalid', /serverId/],
    ['a chat mention', { serverId: '<@U123>' }, 'request.invalid', /serverId/],
  ] as const)('%s', async (_, request, code, words) => {
    const { error, before, after, mutated } = await refusal(request)
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.hint ?? ''}`).toMatch(words)
    expect(after).toBe(before)
    expect(mutated).toEqual([])
  })

  it('a name that is another machine’s system_id', async () => {
    const { error, mutated } = await refusal(
      { serverId: 'abc123' },
      { servers: [{ hostname: 'srv001', systemId: 'abc123' }, { hostname: 'abc123' }] },
    )
    expect(error.code).toBe('maas.ambiguous-machine')
    expect(error.message).toMatch(/srv001/)
    expect(mutated).toEqual([])
  })

  it('a neighbour’s address', async () => {
    const { error, before, after, lab, mutated } = await refusal(
      { targetIpmiIp: '192.168.1.7' },
      { servers: [{ hostname: 'srv001' }, { hostname: 'srv002', bmcAddress: '192.168.1.7' }] },
    )
    expect(error.code).toBe('bmc.address-invalid')
    expect(error.message).toContain(lab.server('srv002').systemId)
    expect(error.hint).toContain('Nothing was changed.')
    expect(after).toBe(before)
    expect(mutated).toEqual([])
  })

  it.each([
    ['a gateway in another subnet', { gateway: '10.0.0.1', subnetMask: '255.255.255.0' }, /gateway 10\.0\.0\.1/],
    ['a network address', { targetIpmiIp: '192.168.1.0', subnetMask: '255.255.255.0' }, /network address/],
    ['a loopback address', { targetIpmiIp: '127.0.0.1' }, /loopback/],
  ] as const)('%s for the BMC', async (_, request, words) => {
    const { error, before, after, mutated } = await refusal({ targetIpmiIp: '192.168.1.100', ...request })
    expect(error.code).toBe('bmc.address-invalid')
    expect(error.message).toMatch(words)
    expect(after).toBe(before)
    expect(mutated).toEqual([])
  })

  it('an address that another run is about to give out', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const first = await site.hw.manager.start(site.workflow({ targetIpmiIp: '192.168.1.100' }), { requestedBy: 'ada' })
    const second = await site.hw.manager.start(site.workflow({ serverId: 'srv002', targetIpmiIp: '192.168.1.100' }), {
      requestedBy: 'bob',
    })
    const ends = await Promise.all([first.outcome(), second.outcome()])
    expect(ends.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED'])
    expect(ends[1].error?.code).toBe('bmc.address-invalid')
  })

  it('a device type that does not match the machine: commissioned, but nothing written to firmware or BMC', async () => {
    const { error, mutated } = await refusal(
      { targetIpmiIp: '192.168.1.100' },
      { servers: [{ hostname: 'srv001', model: 'hpe-dl360-gen11' }] },
    )
    expect(error.code).toBe('devices.mismatch')
    expect(error.message).toMatch(/ProLiant DL360 Gen11.*ProLiant RL300 Gen11/s)
    expect(mutated.filter((call) => !call.startsWith('maas '))).toEqual([])
  })

  it.each(['deployed', 'allocated', 'broken'] as const)('a machine that is %s', async (status) => {
    const { error, mutated } = await refusal(
      {},
      {
        servers: [{ hostname: 'srv001', status, ...(status === 'broken' ? {} : { owner: 'bob' }) }],
        users: [{ name: 'bob', admin: false }],
      },
    )
    expect(error.code).toBe('machine.not-admitted')
    expect(mutated).toEqual([])
  })

  it('no tool for the machine’s architecture', async () => {
    const { error, mutated } = await refusal({}, {}, { tools: {} })
    expect(error.code).toBe('tool.not-described')
    expect(error.message).toMatch(/aarch64.*ilorest|ilorest.*aarch64/)
    expect(mutated.filter((call) => !call.startsWith('maas '))).toEqual([])
  })
})

describe('a MAAS that does not want us', () => {
  const asked = { serverId: 'srv001', deviceType: 'a1.c5.large' }

  async function failure(
    change: (
      connection: ReturnType<Awaited<ReturnType<typeof createLab>>['connection']>,
    ) => Partial<HwAutomationOptions>,
    user?: string,
  ) {
    await using lab = await createLab({
      servers: [{ hostname: 'srv001' }],
      users: [
        { name: 'bob', admin: false, sshKey: true },
        { name: 'eve', admin: true, sshKey: false },
      ],
    })
    const connection = lab.connection(user)
    await using hw = await createHwAutomation({ ...connection, ...change(connection), clock: lab.clock, env: {} })
    const error = await new ServerProvisioningWorkflow({ ...asked, retryCount: 0 }, hw).execute().then(
      () => undefined,
      (thrown: {
        code: string
        message: string
        hint?: string
        outcome?: { error?: { code: string; message: string; hint?: string } }
      }) => thrown.outcome?.error ?? thrown,
    )
    const checks = await hw.check()
    return { error, checks, said: JSON.stringify([error, checks]), secret: connection.maas.apiKey.split(':')[2]! }
  }

  it('a wrong key: stops at once, says so, and gives no secret away', async () => {
    const { error, checks, said, secret } = await failure(({ maas }) => ({
      maas: { ...maas, apiKey: maas.apiKey.replace(/:[^:]+$/, ':wrong') },
    }))
    expect(error?.code).toBe('maas.auth')
    expect(checks.find(({ name }) => name.startsWith('the key'))?.status).toBe('fail')
    expect(said).not.toContain(secret)
  })

  it('a key that is no administrator’s', async () => {
    const { error, checks } = await failure(() => ({}), 'bob')
    expect(error?.code).toBe('maas.forbidden')
    expect(error?.hint).toMatch(/admin/i)
    expect(checks.find(({ name }) => name.startsWith('the key'))).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('bob'),
    })
  })

  it('a key whose user has not our SSH key registered', async () => {
    const { error, checks } = await failure(() => ({}), 'eve')
    expect(error?.code).toBe('ssh.auth')
    expect(checks.find(({ name }) => name.includes('SSH key'))).toMatchObject({
      status: 'fail',
      hint: expect.stringContaining('SSH keys'),
    })
  })

  it('a wrong SSH key', async () => {
    const other = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
    const { error, checks } = await failure(({ ssh }) => ({ ssh: { ...ssh, privateKey: other.private } }))
    expect(error?.code).toBe('ssh.auth')
    expect(checks.find(({ name }) => name.includes('SSH key'))?.status).toBe('fail')
  })

  it('a MAAS that cannot be reached', async () => {
    const { error, checks } = await failure(() => ({ maas: { url: 'http://127.0.0.1:9/MAAS', apiKey: 'a:b:c' } }))
    expect(error?.code).toBe('maas.unreachable')
    expect(checks.find(({ name }) => name === 'MAAS answers')).toMatchObject({
      status: 'fail',
      hint: expect.any(String),
    })
  })

  it('another machine behind the address', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001' }] })
    // DHCP has given the address to another machine since MAAS took stock.
    site.hw.manager.onEvent((event) => {
      if (event.type === 'step.status' && event.step === 'commission' && event.to === 'completed')
        site.lab.server('srv001').machine.quirks.wrongIdentity = {
          serial: 'OTHER00001',
          uuid: '11111111-2222-4333-8444-555555555555',
        }
    })
    const run = await site.hw.manager.start(site.workflow({ retryCount: 0, targetIpmiIp: '192.168.1.100' }))
    const { status, error } = await run.outcome()
    expect(status).toBe('FAILED')
    expect(error?.message).toContain('OTHER00001')
    expect(site.lab.log.entries.some(({ call }) => call.startsWith('ilorest') || call.startsWith('ipmitool'))).toBe(
      false,
    )
  })
})
