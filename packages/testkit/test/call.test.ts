import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCalls, type Call, type Serve, type Wire } from '../src/call.ts'
import { createLabClock, type LabClock } from '../src/clock.ts'
import { createFaults, type FaultBook, type FaultMode } from '../src/faults.ts'
import { createRequestLog, type RequestRecorder } from '../src/log.ts'

const CALL: Call = {
  door: 'maas',
  server: 'srv001',
  call: 'maas POST machines/{id}?op=commission',
  mutating: true,
  detail: 'enable_ssh',
}

let clock: LabClock
let faults: FaultBook
let log: RequestRecorder
let serve: Serve
let effects: number
let wire: { sent: string[]; gone: AbortController }

beforeEach(() => {
  clock = createLabClock('stepped')
  faults = createFaults()
  faults.declare([{ call: CALL.call, mutating: true, extra: ['session-limit', 'licence-missing'] }])
  log = createRequestLog(clock)
  serve = createCalls({ clock, faults, log }).serve
  effects = 0
  wire = { sent: [], gone: new AbortController() }
})
afterEach(() => clock.close())

const ask = () =>
  serve(CALL, () => ({ effect: () => void (effects += 1), reply: () => `done ${effects}` }), recordingWire())

function recordingWire(): Wire<string> {
  return {
    gone: wire.gone.signal,
    send: (reply) => void wire.sent.push(reply),
    sendHalf: (reply) => void wire.sent.push(`half of ${reply}`),
    cut: () => void wire.sent.push('cut'),
    refuse: () => void wire.sent.push('refused'),
    garbage: () => '%&$',
    refusal: (mode, status) => `${mode} ${status ?? ''}`.trim(),
    outcome: () => 200,
  }
}

describe('a call served', () => {
  it('without a fault has its effect before its answer, and is logged', async () => {
    await ask()
    expect(wire.sent).toEqual(['done 1'])
    expect(log.entries).toEqual([
      { seq: 1, at: new Date(clock.now()).toISOString(), ...CALL, outcome: 200, effect: 'now' },
    ])
  })

  it.each<[FaultMode, string[], number, string | number, string]>([
    ['refuse', ['refused'], 0, 'refused', 'none'],
    ['drop-before-effect', ['cut'], 0, 'dropped', 'none'],
    ['drop-mid-reply', ['half of done 1'], 1, 'dropped', 'now'],
    ['reply-lost-after-effect', ['cut'], 1, 'dropped', 'now'],
    ['garbage', ['%&$'], 1, 'garbage', 'now'],
    ['wrong-status', ['wrong-status'], 0, 200, 'none'],
    ['auth-failure', ['auth-failure'], 0, 200, 'none'],
    ['session-limit', ['session-limit'], 0, 200, 'none'],
    ['licence-missing', ['licence-missing'], 0, 200, 'none'],
    ['ack-no-effect', ['done 0'], 0, 200, 'none'],
    ['effect-late', ['done 0'], 0, 200, 'late'],
  ])(
    'under %s is answered with %j, has had %i effects, and says so in the log',
    async (mode, sent, had, outcome, effect) => {
      faults.once({ call: CALL.call, mode })
      await ask()
      expect({ sent: wire.sent, effects }).toEqual({ sent, effects: had })
      expect(log.entries[0]).toMatchObject({ outcome, effect, fault: mode })
    },
  )

  it('under effect-late has its effect when the lab time has come', async () => {
    faults.once({ call: CALL.call, mode: 'effect-late', delayMs: 5_000 })
    await ask()
    await clock.advance(4_999)
    expect(effects).toBe(0)
    await clock.advance(1)
    expect(effects).toBe(1)
  })

  it('under hang stays unanswered until the client gives up, and lab time stands still', async () => {
    faults.once({ call: CALL.call, mode: 'hang' })
    const asking = ask()
    expect(log.entries[0]).toMatchObject({ outcome: 'hung', effect: 'none', fault: 'hang' })
    let advanced = false
    const advancing = clock.advance(1).then(() => (advanced = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(advanced).toBe(false)
    wire.gone.abort()
    await asking
    await advancing
    expect({ sent: wire.sent, effects }).toEqual({ sent: [], effects: 0 })
  })

  it('under slow is answered after the wall time asked for', async () => {
    faults.once({ call: CALL.call, mode: 'slow', delayMs: 50 })
    const before = performance.now()
    await ask()
    expect(performance.now() - before).toBeGreaterThanOrEqual(48)
    expect(wire.sent).toEqual(['done 1'])
  })

  it('under intervention finds the world as somebody else has left it', async () => {
    faults.once({ call: CALL.call, mode: 'intervention', act: () => (effects = 40) })
    await ask()
    expect(wire.sent).toEqual(['done 41'])
    expect(log.entries[0]).toMatchObject({ outcome: 200, effect: 'now', fault: 'intervention' })
  })

  it.each(['intervention', 'reply-lost-after-effect', 'wrong-status', 'refuse'] as const)(
    'under %s is over, log and all, when the fault’s afterwards is called, once',
    async (mode) => {
      const seen: unknown[] = []
      faults.once({
        call: CALL.call,
        mode,
        afterwards: () => seen.push({ sent: [...wire.sent], isOver: log.entries[0]?.outcome !== 'pending' }),
      })
      await ask()
      await ask()
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen).toHaveLength(1)
      expect(seen[0]).toMatchObject({ isOver: true })
      if (mode === 'intervention') expect(seen[0]).toMatchObject({ sent: expect.arrayContaining(['done 1']) })
    },
  )

  it('is logged as failed when the door itself breaks', async () => {
    const broken = serve(CALL, () => Promise.reject(new Error('defect')), recordingWire())
    await expect(broken).rejects.toThrow('defect')
    expect(log.entries[0]?.outcome).toBe('failed: defect')
  })
})

describe('the request log', () => {
  it('finds calls by name and server, and lists names in order of first use', async () => {
    await ask()
    await serve(
      { ...CALL, server: 'srv002', call: 'maas GET version', mutating: false },
      () => ({ reply: () => 'ok' }),
      recordingWire(),
    )
    await ask()
    expect(log.calls()).toEqual([CALL.call, 'maas GET version'])
    expect(log.of(CALL.call)).toHaveLength(2)
    expect(log.of(CALL.call, 'srv002')).toEqual([])
    log.clear()
    expect(log.entries).toEqual([])
  })
})
