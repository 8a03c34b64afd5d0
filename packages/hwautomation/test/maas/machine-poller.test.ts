import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { MachinePoller, type MachinePollerOptions } from '../../src/maas/machine-poller.ts'
import type { PollTrouble } from '../../src/maas/poll-waiter.ts'
import { client, eventually, failure, HandClock, machineRecord } from './fixtures.ts'
import { json, scriptedMaas, sentence, type Received } from './scripted-maas.ts'

const INTERVAL = 2000

/** A poller over real sockets, on a clock moved by hand. */
async function polled(
  answer: (request: Received, response: ServerResponse) => void = answerRecords,
  options: Partial<MachinePollerOptions> = {},
) {
  const clock = new HandClock()
  let underWay = 0
  let most = 0
  const maas = await scriptedMaas((request, response) => {
    most = Math.max(most, (underWay += 1))
    response.once('close', () => (underWay -= 1))
    answer(request, response)
  })
  const under = client(maas.url, { timeouts: { power: 60_000, other: 60_000 } })
  return {
    clock,
    maas,
    client: under,
    poller: new MachinePoller({ maas: under, clock, interval: INTERVAL, ...options }),
    most: () => most,
    requests: () => maas.received.length,
    /** Lets time pass when the poller sleeps, until it has asked again. */
    async nextRound(ms = INTERVAL * 1.5) {
      const before = maas.received.length
      await eventually(() => clock.sleeping).toBe(1)
      clock.advance(ms)
      await eventually(() => maas.received.length).toBeGreaterThan(before)
    },
    /** The poller has read what was due and waits for the next time. */
    resting: () => eventually(() => clock.sleeping).toBe(1),
    async [Symbol.asyncDispose]() {
      await under.close()
      await maas[Symbol.asyncDispose]()
    },
  }
}

/** Ready machines, whatever is asked for. */
function answerRecords(
  { url }: Received,
  response: ServerResponse,
  changes: Readonly<Record<string, unknown>> = {},
): void {
  const { pathname, searchParams } = new URL(url, 'http://maas')
  const single = /machines\/(\w+)\/$/.exec(pathname)?.[1]
  const records = (single === undefined ? searchParams.getAll('id') : [single]).map((id) => machineRecord(id, changes))
  json(response, single === undefined ? records : records[0])
}

const ready = ({ status }: { readonly status: number }) => status === 4
const never = () => false
const ids = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`)

describe('waits for many machines', () => {
  it('share their requests: 200 machines take two a round, one after the other', async () => {
    let status = 1
    await using lab = await polled((request, response) => answerRecords(request, response, { status }))
    const waits = ids(200).map((id) => lab.poller.until(id, ready))
    await lab.resting()
    expect(lab.requests()).toBe(2)
    await lab.nextRound()
    await lab.resting()
    expect(lab.requests()).toBe(4)
    status = 4
    await lab.nextRound()
    expect((await Promise.all(waits)).map(({ system_id }) => system_id)).toEqual(ids(200))
    expect(lab.requests()).toBe(6)
    expect(lab.most()).toBe(1)
    expect(lab.poller.waiting).toBe(0)
  })

  it('of one machine share one cheap request', async () => {
    await using lab = await polled()
    await Promise.all(Array.from({ length: 200 }, () => lab.poller.until('p3wxky', ready)))
    expect(lab.maas.received.map(({ url }) => url)).toEqual(['/MAAS/api/2.0/machines/p3wxky/'])
  })

  it('that begin within one tick are read together', async () => {
    await using lab = await polled()
    const beginLater = async (id: string, microtasks: number) => {
      for (let n = 0; n < microtasks; n++) await Promise.resolve()
      return lab.poller.until(id, ready)
    }
    await Promise.all(ids(20).map((id, n) => beginLater(id, n * 3)))
    expect(lab.requests()).toBe(1)
  })

  it('that began apart come together: the newcomer is read at once and alone, then in the round of the others', async () => {
    await using lab = await polled(undefined, { rest: 0 })
    const stop = new AbortController()
    const { signal } = stop
    const waits = ids(3).map((id) => lab.poller.until(id, never, { signal }).catch(() => 'stopped'))
    await lab.resting()
    lab.clock.advance(700)
    waits.push(lab.poller.until('late', never, { signal }).catch(() => 'stopped'))
    await eventually(lab.requests).toBe(2)
    expect(lab.maas.received[1]?.url).toContain('machines/late/')
    await lab.nextRound()
    await lab.resting()
    await lab.nextRound()
    await lab.resting()
    const rounds = lab.maas.received.slice(2).map(({ url }) => url.split('id=').length - 1)
    expect(rounds.at(-1)).toBe(4)
    stop.abort()
    expect(await Promise.all(waits)).toEqual(Array(4).fill('stopped'))
  })

  it('ask the rarer the slower MAAS answers', async () => {
    await using lab = await polled((request, response) => {
      lab.clock.advance(4000)
      answerRecords(request, response)
    })
    const stop = new AbortController()
    const wait = lab.poller.until('p3wxky', never, { signal: stop.signal }).catch(() => {})
    await lab.resting()
    lab.clock.advance(3 * 4000 - 1)
    expect(lab.clock.sleeping).toBe(1)
    expect(lab.requests()).toBe(1)
    lab.clock.advance(1)
    await eventually(lab.requests).toBe(2)
    stop.abort()
    await wait
  })
})

describe('a wait', () => {
  it('is read at once, and then at its interval', async () => {
    await using lab = await polled()
    const stop = new AbortController()
    const wait = lab.poller.until('p3wxky', never, { signal: stop.signal, interval: 10_000 }).catch(() => {})
    await lab.resting()
    expect(lab.requests()).toBe(1)
    lab.clock.advance(9999)
    expect(lab.clock.sleeping).toBe(1)
    await lab.nextRound(5001)
    stop.abort()
    await wait
  })

  it('is never answered by what was asked before it began', async () => {
    const held: (() => void)[] = []
    let status = 4
    await using lab = await polled((request, response) => {
      const then = status
      held.push(() => answerRecords(request, response, { status: then }))
    })
    const first = lab.poller.until('p3wxky', () => true)
    await eventually(() => held.length).toBe(1)
    status = 1
    const second = lab.poller.until('p3wxky', () => true)
    held[0]?.()
    expect((await first).status).toBe(4)
    await eventually(() => held.length).toBe(2)
    held[1]?.()
    expect((await second).status).toBe(1)
  })

  it('ends alone where its own predicate or callback throws', async () => {
    let broken = true
    await using lab = await polled((request, response) =>
      broken ? sentence(response, 500, 'boom') : answerRecords(request, response),
    )
    const boom = () => {
      throw new Error('mine')
    }
    const other = lab.poller.until('p3wxky', ready)
    const callback = expect(lab.poller.until('p3wxky', ready, { onTrouble: boom })).rejects.toThrow('mine')
    await lab.resting()
    await callback
    broken = false
    const predicate = expect(lab.poller.until('p3wxky', boom)).rejects.toThrow('mine')
    await predicate
    expect(await other).toMatchObject({ system_id: 'p3wxky' })
  })

  it('gives a slow reader the newest record, and ends when he leaves the loop', async () => {
    let status = 0
    await using lab = await polled((request, response) => answerRecords(request, response, { status: status++ }))
    const seen: number[] = []
    for await (const machine of lab.poller.watch('p3wxky')) {
      seen.push(machine.status)
      if (seen.length === 2) break
      await lab.nextRound()
      await lab.nextRound()
      await lab.resting()
    }
    expect(seen).toEqual([0, 2])
    await eventually(() => lab.clock.sleeping).toBe(0)
    expect(lab.poller.waiting).toBe(0)
    expect(lab.requests()).toBe(3)
  })
})

describe('a failed poll', () => {
  it('ends no wait; it is told with its error and since when, until MAAS answers again', async () => {
    let failures = 3
    await using lab = await polled((request, response) =>
      failures-- > 0 ? response.destroy() : answerRecords(request, response),
    )
    const told: PollTrouble[] = []
    const since = new Date(lab.clock.now()).toISOString()
    const wait = lab.poller.until('p3wxky', ready, { onTrouble: (trouble) => told.push(trouble) })
    for (let round = 0; round < 3; round++) await lab.nextRound()
    expect(await wait).toMatchObject({ system_id: 'p3wxky' })
    expect(told.map(({ polls, error }) => [polls, error.code])).toEqual([1, 2, 3].map((n) => [n, 'maas.lost-answer']))
    expect(told.map((trouble) => trouble.since)).toEqual([since, since, since])
  })

  it('ends all waits where the key is refused, and MAAS is asked no more', async () => {
    const told: string[] = []
    await using lab = await polled(
      (_, response) => sentence(response, 401, 'Authorization Error: Invalid API key.', 'text/html'),
      {
        onTrouble: ({ error }) => told.push(error.code),
      },
    )
    const waits = ids(150).map((id) => failure(lab.poller.until(id, ready)))
    expect(new Set((await Promise.all(waits)).map(({ code }) => code))).toEqual(new Set(['maas.auth']))
    expect(lab.requests()).toBe(1)
    expect(told).toEqual(['maas.auth'])
    expect(lab.clock.sleeping).toBe(0)
  })

  it('ends the wait for a machine that the user may not see, and no other', async () => {
    await using lab = await polled((request, response) =>
      request.url.includes('theirs') ? sentence(response, 403, '') : answerRecords(request, response),
    )
    const stop = new AbortController()
    const mine = lab.poller.until('mine', never, { signal: stop.signal })
    await lab.resting()
    expect(await failure(lab.poller.until('theirs', ready))).toMatchObject({ code: 'maas.forbidden' })
    expect(lab.poller.waiting).toBe(1)
    stop.abort(new Error('enough'))
    await expect(mine).rejects.toThrow('enough')
  })

  it('ends the wait for a machine that MAAS denies twice in a row, alone or in a list', async () => {
    let gone = true
    await using lab = await polled(({ url }, response) => {
      if (url.includes('?')) json(response, [machineRecord('here')])
      else if (gone) sentence(response, 404, 'No Machine matches the given query.')
      else json(response, machineRecord('back'))
    })
    const back = lab.poller.until('back', ready)
    await lab.resting()
    gone = false
    await lab.nextRound()
    await back
    const stop = new AbortController()
    const here = lab.poller.until('here', never, { signal: stop.signal }).catch(() => {})
    const deleted = failure(lab.poller.until('gone', ready))
    await lab.resting()
    await lab.nextRound()
    expect(await deleted).toMatchObject({ code: 'maas.not-found', context: { machine: 'gone' } })
    stop.abort()
    await here
  })

  it('ends a wait for what cannot be a system_id, and all when the client is closed', async () => {
    await using lab = await polled()
    expect(await failure(lab.poller.until('../users', ready))).toMatchObject({ code: 'maas.invalid' })
    const waits = ids(3).map((id) => failure(lab.poller.until(id, never)))
    await lab.resting()
    await lab.client.close()
    lab.clock.advance(INTERVAL * 2)
    for (const wait of waits) expect(await wait).toMatchObject({ code: 'maas.closed', kind: 'cancelled' })
  })
})

describe('an abort', () => {
  it('rejects with its reason and leaves nothing: no request, no timer, no listener', async () => {
    await using lab = await polled(() => {})
    const stop = new AbortController()
    const reason = new Error('ada has had enough')
    const waits = ids(5).map((id) => lab.poller.until(id, ready, { signal: stop.signal }))
    await eventually(lab.requests).toBe(1)
    stop.abort(reason)
    for (const wait of waits) await expect(wait).rejects.toBe(reason)
    await eventually(lab.maas.ended).toBe(1)
    expect(lab.poller.waiting).toBe(0)
    expect(lab.clock.sleeping).toBe(0)
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    expect(lab.requests()).toBe(1)
    await expect(lab.poller.until('m1', ready, { signal: stop.signal })).rejects.toBe(reason)
  })

  it('while the poller rests ends its timer', async () => {
    await using lab = await polled()
    const stop = new AbortController()
    const wait = lab.poller.until('p3wxky', never, { signal: stop.signal })
    await lab.resting()
    stop.abort('a text as reason')
    await expect(wait).rejects.toBe('a text as reason')
    await eventually(() => lab.clock.sleeping).toBe(0)
    expect(lab.requests()).toBe(1)
  })

  it('of the last wait does not keep the next one from being read', async () => {
    let answering = false
    await using lab = await polled((request, response) => {
      if (answering) answerRecords(request, response)
    })
    const stop = new AbortController()
    const wait = lab.poller.until('p3wxky', ready, { signal: stop.signal }).catch(() => {})
    await eventually(lab.requests).toBe(1)
    answering = true
    stop.abort()
    expect(await lab.poller.until('p3wxky', ready)).toMatchObject({ system_id: 'p3wxky' })
    await wait
  })

  it('of one wait leaves the others alone', async () => {
    let status = 1
    await using lab = await polled((request, response) => answerRecords(request, response, { status }))
    const stop = new AbortController()
    const aborted = lab.poller.until('m0', ready, { signal: stop.signal })
    const other = lab.poller.until('m1', ready)
    await lab.resting()
    stop.abort(new Error('mine'))
    await expect(aborted).rejects.toThrow('mine')
    status = 4
    await lab.nextRound()
    expect(await other).toMatchObject({ system_id: 'm1' })
    expect(lab.maas.received.at(-1)?.url).toBe('/MAAS/api/2.0/machines/m1/')
  })
})
