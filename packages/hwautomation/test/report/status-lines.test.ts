import { describe, expect, it } from 'vitest'
import type { ControlStatus } from '../../src/control/routes/manager.ts'
import type { RunSummary } from '../../src/control/run-summary.ts'
import { runTable } from '../../src/report/run-table.ts'
import { runLines, statusLines } from '../../src/report/status-lines.ts'
import { widthOf } from '../../src/report/width.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()

const RUNNING: RunSummary = {
  id: 'run_019ac2d4-7b31-7e3a-9f5e-3f1c9c1d2e4f',
  status: 'RUNNING',
  server: 'srv001.maas',
  resource: '4y3h7n',
  definition: 'server-provisioning@1',
  request: {},
  requestedBy: 'ada',
  via: 'cli',
  percent: 43,
  createdAt: before(700),
  startedAt: before(690),
  step: {
    id: 'bios-push',
    title: 'Push BIOS configuration',
    number: 5,
    of: 7,
    status: 'running',
    attempt: 2,
    startedAt: before(200),
    undoing: false,
    critical: { name: 'BIOS write', since: before(100) },
  },
  subTask: {
    name: 'Waiting for the host to come back',
    detail: 'POST, 3 of 5 devices',
    percent: 40,
    status: 'running',
    startedAt: before(65),
    stalledSince: before(30),
  },
  waitingFor: { kind: 'safe-point', since: before(20), detail: 'the BIOS write is brought to its end first' },
  cancel: { by: 'bob', reason: 'wrong rack', via: 'slack', at: before(120) },
  hold: { by: 'eve', reason: 'the new fan', via: 'cli', at: before(90) },
  skips: { 'ipmi-configure': { by: 'eve', reason: 'has its address', via: 'cli', at: before(80) } },
  resumed: 1,
  warnings: 1,
  leftBehind: 0,
  working: true,
}
const { cancel: _c, hold: _h, skips: _s, subTask: _t, waitingFor: _w, ...BARE } = RUNNING
const { critical: _critical, ...STEP } = RUNNING.step!
const LEFT: RunSummary = {
  ...BARE,
  id: 'run_019ac2d4-8c42-7e3a-9f5e-3f1c9c1d2e4f',
  server: 'srv002.maas',
  working: false,
  percent: 12,
  step: { ...STEP, id: 'commission', title: 'Commission', number: 1, attempt: 1 },
  warnings: 0,
}
const FAILED: RunSummary = {
  ...LEFT,
  id: 'run_019ac2d4-9d53-7e3a-9f5e-3f1c9c1d2e4f',
  status: 'FAILED',
  server: 'srv003.maas',
  working: false,
  endedAt: before(60 * 60 * 26),
  createdAt: before(60 * 60 * 27),
  startedAt: before(60 * 60 * 27),
  step: { ...STEP, status: 'failed' },
  error: {
    code: 'bios.not-taken',
    kind: 'transient',
    message: 'After the reboot 2 settings are not as wanted: WorkloadProfile, AutoPowerOn.',
    hint: 'Look at the BIOS of srv003 by its console, then retry.',
  },
  endState: 'Ready and off',
  leftBehind: 2,
}
const STATUS: ControlStatus = {
  version: '0.1.0',
  process: { pid: 4711, since: before(7500) },
  state: {
    intake: { is: 'paused', by: 'ada', reason: 'power work in hall 2', via: 'cli', at: before(300) },
    hardwareOff: { by: 'bob', reason: 'MAAS is being upgraded', via: 'slack', at: before(200) },
  },
  workflows: [RUNNING, LEFT],
  slots: { taken: 1, of: 10 },
  troubles: [{ file: 'workflows/run_x.json', message: 'it is not JSON; it was set aside' }],
}
const HOSTILE = '\u001B[2J\u009B31m\u202Eevil\nline\u2028two 慶🐴'

/** The same with every text from outside replaced. */
function hostile<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) =>
      /^(server|by|reason|detail|name|message|hint|requestedBy|title|file|endState|via)$/.test(key) &&
      typeof item === 'string'
        ? HOSTILE.repeat(4)
        : item,
    ),
  ) as T
}

describe('status lines', () => {
  it.each([40, 80, 120])('fit a terminal of %d columns', (width) => {
    for (const status of [STATUS, hostile(STATUS)]) {
      const lines = [
        ...statusLines(status, { width, now: NOW }),
        ...runTable([RUNNING, LEFT, FAILED], { width: Math.max(width, 80), now: NOW }),
      ]
      for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(Math.max(width, 80))
      for (const line of statusLines(status, { width, now: NOW }))
        expect(widthOf(line), line).toBeLessThanOrEqual(width)
    }
  })

  it('show at once who threw a switch and why, where a run is, why it waits, and what to do', () => {
    const text = statusLines(STATUS, { width: 120, now: NOW }).join('\n')
    for (const words of [
      /PAUSED by ada \(cli\).*: power work in hall 2\n +Runs wait .*hwautomation proceed/,
      /HARDWARE OFF by bob \(slack\).*: MAAS is being upgraded\n.*hwautomation hardware on/,
      /srv001\.maas +RUNNING +run_019ac2d4-7b31 +ada \(cli\), 11 min ago/,
      /43 %/,
      /5\/7 Push BIOS configuration +attempt 2, 3 min 20 s/,
      /Waiting for the host to come back 40 %: POST, 3 of 5 devices +1 min 5 s/,
      /stalled: no sign of life since .* \(30 s ago\)/,
      /cancel asked for by bob \(slack\).*wrong rack/,
      /waits \(safe-point\)/,
      /must not be interrupted: BIOS write/,
      /ipmi-configure is left out by eve/,
      /srv002\.maas +WAITS FOR RESUME/,
      /nobody works on it: hwautomation resume run_019ac2d4-8c42/,
    ])
      expect(text.replaceAll(/\n {4}(?=\S)/g, ' ')).toMatch(words)
  })

  it('say how a run that waits for a second person is approved and refused, and afterwards who said yes', () => {
    const { step: _, ...pending } = BARE
    const approval = { reason: 'production rack', since: before(60) }
    const waitingFor = {
      kind: 'approval',
      since: before(60),
      detail: 'somebody other than ada must approve it',
    } as const
    const lines = (run: Partial<RunSummary>) =>
      runLines({ ...pending, status: 'PENDING', approval, ...run }, { width: 200, now: NOW }).join('\n')
    expect(lines({ waitingFor })).toMatch(
      /waits \(approval\) since .*somebody other than ada must approve it\. To say yes: hwautomation approve run_019ac2d4-7b31; to say no: hwautomation cancel run_019ac2d4-7b31/,
    )
    const granted = { by: 'bob', via: 'slack', reason: 'the window is free', at: before(30) }
    expect(lines({ approval: { ...approval, granted } })).toMatch(/approved by bob \(slack\).*: the window is free/)
  })

  it('say by whom a run is held and how it is released, unless it is being cancelled anyway', () => {
    const { cancel: _, ...held } = RUNNING
    const text = runLines(held, { width: 120, now: NOW }).join('\n')
    expect(text).toMatch(/held by eve \(cli\).*: the new fan\. To go on: hwautomation release run_019ac2d4-7b31/)
    expect(runLines(RUNNING, { width: 120, now: NOW }).join('\n')).not.toContain('held by')
  })

  it('tell of a failed run why, what to do, and how the machine is', () => {
    const text = runLines(FAILED, { width: 120, now: NOW }).join('\n')
    for (const word of [
      '✘ 5/7',
      'bios.not-taken',
      'What to do: Look at the BIOS',
      'ended',
      'Ready and off',
      '2 things left behind',
    ])
      expect(text).toContain(word)
  })

  it('hold nothing that a terminal would obey', () => {
    const lines = [
      ...statusLines(hostile(STATUS), { width: 80, now: NOW }),
      ...runLines(hostile(FAILED), { width: 80, now: NOW }),
      ...runTable(hostile([RUNNING, FAILED]), { width: 80, now: NOW }),
    ]
    // eslint-disable-next-line no-control-regex -- the point of the test
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })
})
