import { array, assert, constant, constantFrom, integer, nat, oneof, property, record, string, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planLan } from '../../src/lan/lan-plan.ts'
import { findRequestProblems } from '../../src/lan/lan-problems.ts'
import type { LanConfig, LanRequest, LanStep } from '../../src/lan/lan-plan.ts'

const current: LanConfig = {
  source: 'static',
  address: '192.168.1.50',
  netmask: '255.255.255.0',
  gateway: '192.168.1.1',
}
const leased: LanConfig = { ...current, source: 'dhcp' }

function steps(...pairs: readonly (readonly [string, string])[]): unknown[] {
  return pairs.map(([parameter, value]) => ({ parameter, value }))
}

describe('the plan for a BMC address', () => {
  test('sends only what does not hold already, and knows the way back', () => {
    expect(planLan({ current, requested: { address: '192.168.1.100' } })).toEqual({
      ok: true,
      target: { ...current, address: '192.168.1.100' },
      steps: steps(['ipaddr', '192.168.1.100']),
      inverse: steps(['ipaddr', '192.168.1.50']),
    })
  })

  test('is empty when everything holds already', () => {
    expect(
      planLan({
        current,
        requested: { address: current.address, gateway: current.gateway, subnetMask: current.netmask },
      }),
    ).toMatchObject({ ok: true, steps: [], inverse: [] })
  })

  test('sends everything in the order source, address, mask, gateway when the BMC leaves DHCP, and goes back to DHCP', () => {
    expect(planLan({ current: leased, requested: { address: '192.168.1.50' } })).toMatchObject({
      ok: true,
      steps: steps(
        ['ipsrc', 'static'],
        ['ipaddr', '192.168.1.50'],
        ['netmask', '255.255.255.0'],
        ['defgw', '192.168.1.1'],
      ),
      inverse: steps(['ipsrc', 'dhcp']),
    })
  })

  test('sends no gateway where there is none and none is asked for', () => {
    const plan = planLan({ current: { ...leased, gateway: '0.0.0.0' }, requested: { address: '192.168.1.100' } })
    expect(plan).toMatchObject({
      ok: true,
      steps: steps(['ipsrc', 'static'], ['ipaddr', '192.168.1.100'], ['netmask', '255.255.255.0']),
    })
  })

  test('may move the BMC to another subnet only with a gateway of that subnet', () => {
    expect(planLan({ current, requested: { address: '10.9.8.7', gateway: '10.9.8.1' } })).toMatchObject({ ok: true })
    expect(planLan({ current, requested: { address: '10.9.8.7' } })).toMatchObject({
      ok: false,
      problems: [{ code: 'address-outside-subnet' }],
    })
  })
})

describe('a request that cannot be carried out', () => {
  test.each<[LanRequest, string[]]>([
    [{ address: 'bmc.example.com' }, ['bad-address']],
    [{ address: '192.168.001.100' }, ['bad-address']],
    [{ address: '192.168.1' }, ['bad-address']],
    [{ address: 'fe80::1' }, ['bad-address']],
    [{ address: '127.0.0.1' }, ['unusable-address']],
    [{ address: '224.0.0.5' }, ['unusable-address']],
    [{ address: '255.255.255.255' }, ['unusable-address']],
    [{ address: '0.0.0.0' }, ['unusable-address']],
    [{ address: '169.254.1.1' }, ['unusable-address']],
    [{ address: '245.1.1.1' }, ['unusable-address']],
    [{ address: '192.168.1.0' }, ['address-is-network']],
    [{ address: '192.168.1.255' }, ['address-is-broadcast']],
    [{ address: '192.168.1.1' }, ['address-is-gateway']],
    [{ address: '192.168.2.100' }, ['address-outside-subnet']],
    [{ address: '192.168.1.100', subnetMask: '255.0.255.0' }, ['bad-mask']],
    [{ address: '192.168.1.100', subnetMask: '255.255.255.255' }, ['bad-mask']],
    [{ address: '192.168.1.100', subnetMask: '/24' }, ['bad-mask']],
    [{ address: '192.168.1.100', gateway: '192.168.2.1' }, ['gateway-outside-subnet']],
    [{ address: '192.168.1.100', gateway: '192.168.1.255' }, ['bad-gateway']],
    [{ address: '192.168.1.100', gateway: 'router' }, ['bad-gateway']],
    [{ address: '192.168.1.100', gateway: '192.168.1.100' }, ['address-is-gateway']],
    [{ address: '192.168.1.100', gateway: '192.168.1.1', subnetMask: '255.255.255.224' }, ['gateway-outside-subnet']],
    [{ address: 'x', gateway: 'y', subnetMask: 'z' }, ['bad-address', 'bad-mask', 'bad-gateway']],
  ])('%o has all its problems named: %j', (requested, codes) => {
    const plan = planLan({ current, requested })
    expect(plan.ok ? [] : plan.problems.map(({ code }) => code)).toEqual(codes)
  })

  test.each<[LanRequest, string[]]>([
    [{ address: '192.168.1.100' }, []],
    [{ address: '192.168.1.100', gateway: '10.0.0.1' }, []],
    [{ address: '192.168.1.100', gateway: '10.0.0.1', subnetMask: '255.255.255.0' }, ['gateway-outside-subnet']],
    [{ address: '192.168.1.100', gateway: '192.168.1.100' }, ['address-is-gateway']],
    [{ address: '192.168.1.255', subnetMask: '255.255.255.0' }, ['address-is-broadcast']],
    [{ address: '192.168.1.100', subnetMask: '255.0.255.0' }, ['bad-mask']],
    [{ address: '127.0.0.1', gateway: 'y' }, ['unusable-address', 'bad-gateway']],
    [{ address: '192.168.1.7' }, ['address-taken']],
  ])('%o has those named that do not depend on what the BMC has: %j', (requested, codes) => {
    const known = [{ address: '192.168.1.7', who: 'srv042' }]
    expect(findRequestProblems(requested, known).map(({ code }) => code)).toEqual(codes)
  })

  test('names the neighbour that has the address', () => {
    const known = [{ address: '192.168.1.100', who: 'srv042 (power_address in MAAS)' }]
    const plan = planLan({ current, requested: { address: '192.168.1.100' }, known })
    expect(plan).toMatchObject({
      ok: false,
      problems: [{ code: 'address-taken', message: '192.168.1.100 belongs to srv042 (power_address in MAAS)' }],
    })
  })

  test('is told so when the BMC has no mask and none is asked for', () => {
    const unset: LanConfig = { source: 'unspecified', address: '0.0.0.0', netmask: '0.0.0.0', gateway: '0.0.0.0' }
    expect(planLan({ current: unset, requested: { address: '10.0.0.9' } })).toMatchObject({
      ok: false,
      problems: [{ code: 'bad-mask' }],
    })
    expect(planLan({ current: unset, requested: { address: '10.0.0.9', subnetMask: '255.255.255.0' } })).toMatchObject({
      ok: true,
    })
  })
})

const dotted = integer({ min: 0, max: 2 ** 32 - 1 }).map((value) =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.'),
)
const nearby = tuple(constantFrom(0, 1, 2), integer({ min: 0, max: 255 })).map(
  ([third, last]) => `192.168.${third}.${last}`,
)
const masks = constantFrom(
  '255.255.255.0',
  '255.255.255.128',
  '255.255.252.0',
  '255.255.0.0',
  '255.255.255.254',
  '255.0.255.0',
)
const configs = record<LanConfig>({
  source: constantFrom('static', 'dhcp', 'bios', 'unspecified'),
  address: nearby,
  netmask: masks,
  gateway: oneof(nearby, constant('0.0.0.0')),
})
const requests = record(
  {
    address: oneof(nearby, dotted, string()),
    gateway: oneof(nearby, dotted, string()),
    subnetMask: oneof(masks, string()),
  },
  { requiredKeys: ['address'] },
)

/** What a BMC holds after a step. */
function apply(config: LanConfig, step: LanStep): LanConfig {
  if (step.parameter === 'ipsrc') return { ...config, source: SOURCES[step.value] }
  return { ...config, [FIELDS[step.parameter]]: step.value }
}

const SOURCES = { none: 'unspecified', static: 'static', dhcp: 'dhcp', bios: 'bios' } as const
const FIELDS = { ipaddr: 'address', netmask: 'netmask', defgw: 'gateway' } as const

describe('any plan', () => {
  test('is either steps or problems, and never throws', () => {
    assert(
      property(configs, requests, (config, requested) => {
        const plan = planLan({ current: config, requested })
        expect(plan.ok || plan.problems.length > 0).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('that is carried out gives its target, with every value repeated or already there', () => {
    assert(
      property(configs, requests, (config, requested) => {
        const plan = planLan({ current: config, requested })
        if (!plan.ok) return
        expect(plan.steps.reduce(apply, config)).toEqual(plan.target)
        expect([...plan.steps, ...plan.steps].reduce(apply, config)).toEqual(plan.target)
        expect(planLan({ current: plan.target, requested })).toMatchObject({ ok: true, steps: [] })
        expect(plan.steps.map(({ parameter }) => parameter)).toEqual(
          ORDER.filter((name) => plan.steps.some(({ parameter }) => parameter === name)),
        )
      }),
      { numRuns: 1000 },
    )
  })

  test('that is broken off anywhere is undone by its inverse', () => {
    assert(
      property(configs, requests, nat(4), (config, requested, sent) => {
        const plan = planLan({ current: config, requested })
        if (!plan.ok) return
        const restored = [...plan.steps.slice(0, sent), ...plan.inverse].reduce(apply, config)
        if (config.source === 'dhcp') expect(restored.source).toBe('dhcp')
        else expect(restored).toEqual(config)
      }),
      { numRuns: 1000 },
    )
  })

  test('leads to an address inside the subnet that is neither its ends, nor its gateway, nor a neighbour', () => {
    assert(
      property(configs, requests, array(nearby), (config, requested, others) => {
        const plan = planLan({
          current: config,
          requested,
          known: others.map((address) => ({ address, who: 'other' })),
        })
        if (!plan.ok) return
        const { address, netmask, gateway } = plan.target
        const number = (ip: string): bigint => ip.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
        const mask = number(netmask)
        const host = number(address) & ~mask & 0xffffffffn
        expect(host).not.toBe(0n)
        expect(host).not.toBe(~mask & 0xffffffffn)
        expect(others).not.toContain(address)
        expect(address).not.toBe(gateway)
        if (gateway !== '0.0.0.0') expect(number(gateway) & mask).toBe(number(address) & mask)
      }),
      { numRuns: 1000 },
    )
  })
})

const ORDER = ['ipsrc', 'ipaddr', 'netmask', 'defgw']
