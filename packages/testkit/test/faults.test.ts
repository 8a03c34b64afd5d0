import { describe, expect, it } from 'vitest'
import type { Call } from '../src/call.ts'
import { createFaults, type FaultMode } from '../src/faults.ts'

const call = (name: string, server?: string, mutating = true): Call => ({
  door: 'ssh',
  call: name,
  mutating,
  detail: '',
  ...(server === undefined ? {} : { server }),
})

describe('faults', () => {
  it('strike once, several times, or until removed', () => {
    const faults = createFaults()
    const once = faults.once({ call: 'a', mode: 'hang' })
    expect([1, 2].map(() => faults.strike(call('a'))?.mode)).toEqual(['hang', undefined])
    expect(once.hits).toBe(1)

    faults.times(2, { call: 'a', mode: 'slow' })
    expect([1, 2, 3].map(() => faults.strike(call('a'))?.mode)).toEqual(['slow', 'slow', undefined])

    const always = faults.always({ call: 'a', mode: 'refuse' })
    expect([1, 2, 3].map(() => faults.strike(call('a'))?.mode)).toEqual(['refuse', 'refuse', 'refuse'])
    always.remove()
    expect(faults.strike(call('a'))).toBeUndefined()
    expect(always.hits).toBe(3)
  })

  it('strike only the server they name, by host name or system_id', () => {
    const faults = createFaults(
      (wanted, hostname) => wanted === hostname || (wanted === 'abc123' && hostname === 'srv001'),
    )
    faults.always({ server: 'abc123', call: 'a', mode: 'hang' })
    expect(faults.strike(call('a', 'srv001'))?.mode).toBe('hang')
    expect(faults.strike(call('a', 'srv002'))).toBeUndefined()
    expect(faults.strike(call('a'))).toBeUndefined()
  })

  it('without a server strike every server and calls about none', () => {
    const faults = createFaults()
    faults.always({ call: 'a', mode: 'hang' })
    expect(faults.strike(call('a', 'srv009'))?.mode).toBe('hang')
    expect(faults.strike(call('a'))?.mode).toBe('hang')
  })

  it('take * for any run of characters and everything else literally', () => {
    const faults = createFaults()
    faults.always({ call: 'maas POST *op=abort*', mode: 'hang' })
    expect(faults.strike(call('maas POST machines/{id}?op=abort'))).toBeDefined()
    expect(faults.strike(call('maas POST machines/{id}?op=commission'))).toBeUndefined()
    faults.clear()
    faults.always({ call: 'a.c', mode: 'hang' })
    expect(faults.strike(call('abc'))).toBeUndefined()
    faults.always({ call: 'a*b*c', mode: 'slow' })
    expect(faults.strike(call('a--b--c'))?.mode).toBe('slow')
    expect(faults.strike(call('a--c--b'))).toBeUndefined()
  })

  it('strike in the order they were set', () => {
    const faults = createFaults()
    faults.once({ call: 'a', mode: 'slow' })
    faults.always({ call: 'a', mode: 'hang' })
    expect([1, 2].map(() => faults.strike(call('a'))?.mode)).toEqual(['slow', 'hang'])
    expect(faults.standing().map(({ spec, hits }) => [spec.mode, hits])).toEqual([['hang', 1]])
  })

  it('offer lies for mutating calls only', () => {
    const faults = createFaults()
    faults.learn(call('ilorest get', 'srv001', false))
    faults.learn(call('ilorest commit', 'srv001', true))
    expect(faults.modesFor('ilorest get')).not.toContain('ack-no-effect')
    expect(faults.modesFor('ilorest commit')).toContain('ack-no-effect')
    expect(faults.modesFor('maas GET version')).not.toContain('effect-late')
    expect(faults.modesFor('maas POST machines/{id}?op=abort')).toContain('effect-late')
  })

  it('refuse a mode that makes no sense for the call, and name those that do', () => {
    const faults = createFaults()
    expect(() => faults.once({ call: 'maas GET version', mode: 'ack-no-effect' })).toThrow(
      /makes no sense for 'maas GET version'; possible: refuse, hang/,
    )
    expect(() => faults.once({ call: 'a', mode: 'intervention' })).toThrow(/needs an 'act'/)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JavaScript may hand in
    const explode = 'explode' as FaultMode
    expect(() => faults.once({ call: 'a', mode: explode })).toThrow(/Unknown fault mode 'explode'/)
  })

  it('of a pattern strike only where they make sense', () => {
    const faults = createFaults()
    faults.declare([{ call: 'dial connect *', modes: ['refuse', 'hang'] }])
    faults.always({ call: '*', mode: 'garbage' })
    expect(faults.strike(call('dial connect ssh', 'srv001', false))).toBeUndefined()
    expect(faults.strike(call('maas GET version', undefined, false))?.mode).toBe('garbage')
    expect(faults.modesFor('dial connect ssh')).toEqual(['refuse', 'hang', 'intervention'])
  })

  it('can be set for a call that no door has told of yet', () => {
    const faults = createFaults()
    faults.once({ call: 'ilorest commit', mode: 'ack-no-effect' })
    const seen = call('ilorest commit', 'srv001')
    faults.learn(seen)
    expect(faults.strike(seen)?.mode).toBe('ack-no-effect')
  })
})
