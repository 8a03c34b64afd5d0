import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { driftLines } from '../../src/report/drift-lines.ts'
import type { DriftReport } from '../../src/index.ts'
import { FACTORY_BIOS, testSite, type TestSite } from '../provisioning/site.ts'

const devices = {
  files: [fileURLToPath(new URL('../provisioning/bmc-settings-devices.yaml', import.meta.url))],
}
const secrets = { 'bmc/operator': 'Correct-Horse-9' }

function site(tags: readonly string[], bios: Readonly<Record<string, string>> = {}): Promise<TestSite> {
  return testSite(
    { servers: [{ hostname: 'srv001', model: 'hpe-rl300', status: 'ready', tags, bios }] },
    { devices, bmc: { timeouts: { connect: '20s', request: '20s' }, secrets } },
  )
}

function found(report: DriftReport, verdict: 'met' | 'broken' | 'unknown'): string[] {
  return report.items.filter((item) => item.verdict === verdict).map(({ area, name }) => `${area} ${name}`)
}

function changes({ lab }: TestSite): string[] {
  return lab.log.entries.filter(({ mutating }) => mutating).map(({ call }) => call)
}

const SESSION = [
  'redfish POST /redfish/v1/SessionService/Sessions',
  'redfish DELETE /redfish/v1/SessionService/Sessions/{id}',
]

describe('a machine that is looked at', () => {
  it('is compared with the type of its tag, switched off, and nothing but BMC sessions comes and goes', async () => {
    await using at = await site(['hw-type-a1-c5-large'], FACTORY_BIOS)
    const report = await at.hw.validate('srv001')
    expect(report).toMatchObject({ server: 'srv001.maas', deviceType: 'a1.c5.large', verdict: 'broken' })
    const differing = report.items.filter(({ verdict }) => verdict === 'broken')
    expect(differing.map(({ name }) => name)).toEqual(expect.arrayContaining(['AutoPowerOn', 'WorkloadProfile']))
    expect(found(report, 'met')).toEqual([
      'identity device type',
      'maas status',
      'tag device type',
      'bmc power address',
      'bmc power',
      'boarding bios.boot-mode',
      'boarding bios.secure-boot',
      'boarding bios.pxe',
    ])
    expect(report.items.every(({ observedAt, source }) => observedAt !== '' && source !== '')).toBe(true)
    expect([...new Set(changes(at))].toSorted()).toEqual(SESSION.toSorted())
    const { machine } = at.lab.server('srv001')
    expect(machine.power).toBe('off')
    for (const { name, wanted } of differing) machine.bios.current.set(name, wanted)
    expect(await at.hw.validate('srv001')).toMatchObject({ verdict: 'met' })
    await at.lab.clock.settled()
    at.lab.assertClean()
  })

  it('shows its BMC’s users and settings and its boarding rules; the advised ones do not count', async () => {
    await using at = await site(['hw-type-a1-c5-guarded'])
    const guarded = await at.hw.validate('srv001')
    expect(found(guarded, 'broken')).toContain('bmc require-host-authentication')
    expect(found(guarded, 'broken')).toContain('bmc user operator1')
    const boarded = await at.hw.validate('srv001', { deviceType: 'a1.c5.boarded' })
    const rules = boarded.items.filter(({ area }) => area === 'boarding')
    expect(rules.map(({ name, verdict }) => [name, verdict])).toContainEqual(['licence', 'met'])
    expect(rules.find(({ name }) => name === 'boot-order')).toMatchObject({ verdict: 'unknown', advised: true })
    expect(driftLines({ ...boarded, verdict: 'unknown', items: rules }).at(-1)).toBe(
      'Nothing that is known differs, 1 (only advised) not known. Nothing was changed.',
    )
    // Another type than its tag says is drift of its own.
    expect(found(boarded, 'broken')).toContain('tag device type')
  })

  it('whose BMC does not answer is told apart: what is unknown is listed, not called good', async () => {
    await using at = await site(['hw-type-a1-c5-guarded'])
    at.lab.server('srv001').machine.bmc.reachable = false
    const report = await at.hw.validate('srv001')
    expect(found(report, 'unknown')).toEqual([
      'bios template',
      'bmc require-login-for-rbsu',
      'bmc require-host-authentication',
      'bmc user operator1',
      'boarding bios.boot-mode',
      'boarding bios.secure-boot',
      'boarding bios.pxe',
    ])
    expect(found(report, 'broken')).toEqual(['bmc power'])
    expect(driftLines(report).join('\n')).toContain('? bios template: not known')
  })

  it('whose BMC refuses us says so of all that only it could tell, and is asked once', async () => {
    await using at = await site(['hw-type-a1-c5-guarded'])
    const call = 'redfish POST /redfish/v1/SessionService/Sessions'
    at.lab.faults.always({ call, mode: 'auth-failure' })
    const report = await at.hw.validate('srv001')
    const silent = report.items.filter(({ verdict }) => verdict === 'unknown')
    expect(silent.map(({ name }) => name)).toEqual(expect.arrayContaining(['template', 'user operator1', 'bios.pxe']))
    for (const { found: why } of silent) expect(why).toContain('refuses user')
    expect(at.lab.server('srv001').log(call)).toHaveLength(1)
  })

  it('without a tag of a known type needs to be told which one is meant', async () => {
    await using at = await site(['hw-type-unheard-of'])
    await expect(at.hw.validate('srv001')).rejects.toMatchObject({ code: 'devices.not-tagged', kind: 'invalid' })
  })
})
