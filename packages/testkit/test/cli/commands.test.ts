import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../src/cli/commands.ts'
import { createLab, type Lab } from '../../src/index.ts'

let lab: Lab
beforeEach(
  async () => (lab = await createLab({ servers: [{ hostname: 'srv001', status: 'ready' }], clock: 'stepped' })),
)
afterEach(() => lab.close())

describe('a command', () => {
  it('sets, lists and clears faults', () => {
    expect(runCommand(lab, 'faults')).toBe('none')
    expect(runCommand(lab, 'fault once srv001 "ilorest commit" reply-lost-after-effect')).toBe(
      'set: reply-lost-after-effect on ilorest commit',
    )
    expect(runCommand(lab, 'fault 3 * "maas *" slow delay=2s')).toBe('set: slow on maas *')
    expect(runCommand(lab, 'fault always srv001 "redfish GET *" wrong-status status=500')).toBe(
      'set: wrong-status on redfish GET *',
    )
    expect(lab.faults.standing().map(({ spec, left }) => [spec, left])).toEqual([
      [{ server: 'srv001', call: 'ilorest commit', mode: 'reply-lost-after-effect' }, 1],
      [{ call: 'maas *', mode: 'slow', delayMs: 2_000 }, 3],
      [{ server: 'srv001', call: 'redfish GET *', mode: 'wrong-status', status: 500 }, Infinity],
    ])
    expect(runCommand(lab, 'faults').split('\n')).toHaveLength(3)
    expect(runCommand(lab, 'clear')).toBe('no faults')
    expect(lab.faults.standing()).toEqual([])
  })

  it('acts as another person would', () => {
    const { machine } = lab.server('srv001')
    machine.bmc.network.address = '192.168.1.100'
    expect(runCommand(lab, 'do srv001 revert-bmc-address')).toBe('done: revert-bmc-address')
    expect(machine.bmc.network.address).toBe('192.168.2.10')
  })

  it('stretches times and switches quirks', () => {
    const { machine } = lab.server('srv001')
    expect(runCommand(lab, 'set srv001 post 10m')).toBe('srv001: post is 10m')
    expect(machine.durations.post).toBe(600_000)
    expect(runCommand(lab, 'set srv001 biosPendingForever on')).toBe('srv001: biosPendingForever is on')
    expect(machine.quirks.biosPendingForever).toBe(true)
  })

  it('shows what servers are doing, and what makes sense for a call', () => {
    expect(runCommand(lab, 'servers')).toMatch(
      /^server +system_id +MAAS status +model +phase +host +BMC\nsrv001 +\w{6} +Ready +hpe-rl300 +off +- +192\.168\.2\.10$/,
    )
    expect(runCommand(lab, 'modes "maas GET version"')).toMatch(/^refuse, hang, /)
  })

  it.each([
    ['explode', /unknown command 'explode'/],
    ['__proto__', /unknown command/],
    ['fault once srv009 "a" hang', /No server 'srv009'[^]*usage: fault once/],
    ['fault often srv001 "a" hang', /'often' is neither once, always nor a number/],
    ['fault once srv001 "maas GET version" ack-no-effect', /makes no sense/],
    ['fault once srv001 "a" slow delay=soon', /'soon' is no duration/],
    ['fault once srv001 "a" intervention', /Use 'do srv001 ACT'/],
    ['do srv001 dance', /'dance' is none of: power-off/],
    ['set srv001 post soon', /'soon' is no duration/],
    ['set srv001 colour red', /Cannot set 'colour' to 'red'/],
  ])('that is wrong (%s) is answered with what is right', (line, answer) => {
    expect(runCommand(lab, line)).toMatch(answer)
  })

  it('that is empty is nothing, and help lists all', () => {
    expect(runCommand(lab, '  ')).toBe('')
    expect(runCommand(lab, 'help')).toContain('fault once|always|N SERVER|* "CALL" MODE')
  })
})
