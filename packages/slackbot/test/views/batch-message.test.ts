import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { BatchRecord } from 'hwautomation'
import { batchDetailsModal } from '../../src/views/batch-details-modal.ts'
import { batchEndPost, batchMessage } from '../../src/views/batch-message.ts'
import { bar } from '../../src/views/board-table.ts'
import type { MessageContent } from '../../src/views/content.ts'
import { fleetBoard } from '../../src/views/fleet-board.ts'
import { Doors, openManager } from './firmware-first.ts'
import { faultsOf, faultsOfView, golden, seenIn } from './judge.ts'
import { lookAt, serverName, startBatch, type RealBatch } from './real-batch.ts'

const NOW = Date.parse('2026-11-23T14:00:00Z')
const LIVE = { now: NOW, mode: 'live' } as const

function rowsOf({ blocks }: MessageContent): string[][] {
  const table = blocks.find(({ type }) => type === 'table')
  return table?.type === 'table' ? table.rows.map((row) => row.map((cell) => seenIn(cell))) : []
}

function buttonsOf({ blocks }: MessageContent): string[] {
  return blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.map((element) => ('text' in element ? (element.text?.text ?? '') : ''))
      : [],
  )
}

describe('a batch of 200 servers', () => {
  /** Two have failed, 20 are under way, 3 are ready, the others wait. */
  let under: RealBatch
  let ended: RealBatch
  beforeAll(async () => {
    await using manager = await openManager({ concurrency: 25 })
    const doors = Array.from({ length: 200 }, (_, index) =>
      index < 3 ? new Doors() : index < 5 ? new Doors([], { 'bios-pull': 9 }) : new Doors(['firmware-nic']),
    )
    const handle = await startBatch(manager, 200, (index) => doors[index]!, { atOnce: 20 })
    const atTheirDoor = () => doors.filter((door) => door.at.has('firmware-nic') && door.shut.size > 0).length
    await vi.waitUntil(() => atTheirDoor() === 20, { timeout: 10_000 })
    under = await lookAt(manager, handle.record())
    await manager.cancelBatch(handle.id, { by: 'grace', reason: 'power cut ahead', via: 'slack' })
    ended = await lookAt(manager, await handle.outcome())
  })

  it('is one valid message: failed before running before waiting before ready, and what is left in words', async () => {
    const content = batchMessage(under.batch, under.runs, LIVE)
    expect(faultsOf(content)).toEqual([])
    const rows = rowsOf(content)
    expect(rows.length).toBeGreaterThan(25)
    expect(rows.length).toBeLessThanOrEqual(51)
    expect(rows[0]).toEqual(['Server', 'State', 'Where it is, or why it ended', 'Group'])
    expect(rows[1]).toEqual([
      '✘ srv004.maas',
      expect.stringMatching(/^failed/),
      expect.stringMatching(/Pull BIOS/),
      'rack-4',
    ])
    const marks = rows.slice(1).map(([server]) => '✘▸·⊘✔'.indexOf(server![0]!))
    expect(marks).toEqual(marks.toSorted((one, other) => one - other))
    const seen = seenIn(content.blocks)
    expect(seen).toContain('srv[001-200] a1.c5.large: 3 of 200 ready')
    expect(seen).toContain('2 failed · 20 under way · 3 ready · 175 to come')
    expect(seen).toContain(`+${200 - rows.length + 1} more: `)
    expect(seen).toContain('20 at a time')
    expect(buttonsOf(content)).toEqual(['Pause', 'Cancel all', 'Details'])
    await expect(golden({ text: content.text, blocks: content.blocks })).toMatchFileSnapshot('golden/batch-200.json')
  })

  it('shows percent and sub-tasks only where all of it is followed', () => {
    const live = rowsOf(batchMessage(under.batch, under.runs, LIVE))[3]!
    const board = rowsOf(batchMessage(under.batch, under.runs, { ...LIVE, mode: 'board' }))[3]!
    expect(live.slice(1, 3)).toEqual([
      expect.stringMatching(/^\d+ %$/),
      'Update the network card: Update the network card…',
    ])
    expect(board.slice(1, 3)).toEqual(['under way', 'Update the network card'])
  })

  it('ends with every server that is not ready, and calls only who is named', () => {
    expect(faultsOf(batchEndPost(ended.batch, ended.runs))).toEqual([])
    const called = batchEndPost(ended.batch, ended.runs, 'U0ADA')
    expect(faultsOf(called, ['U0ADA'])).toEqual([])
    expect(called.text).toContain('<@U0ADA>')
    const seen = seenIn(called.blocks)
    expect(seen).toMatch(/srv004\.maas: .*The BMC refused the package/)
    expect(seen).toMatch(/Cancelled by grace \(slack\)/)
    expect(seen).toContain('more')
    const content = batchMessage(ended.batch, ended.runs, LIVE)
    expect(faultsOf(content)).toEqual([])
    expect(buttonsOf(content)).toEqual(['Details'])
  })

  it('has all of its servers in the details', () => {
    const view = batchDetailsModal(under.batch, under.runs, NOW)
    expect(faultsOfView(view)).toEqual([])
    const seen = seenIn(view.blocks)
    for (let index = 0; index < 200; index += 1) expect(seen).toContain(`${serverName(index)}.maas`)
  })

  it('is said by sections where the workspace refuses tables', () => {
    const { plain } = batchMessage(under.batch, under.runs, LIVE)
    expect(plain!.every(({ type }) => type !== 'table')).toBe(true)
    expect(seenIn(plain)).toContain('srv004.maas')
  })

  it('is one board of a channel, too', async () => {
    const board = fleetBoard([...under.runs.values()], { now: NOW })
    expect(faultsOf(board)).toEqual([])
    expect(seenIn(board.blocks)).toContain('Fleet: 20 active, 2 failed, 3 ready')
    expect(rowsOf(board)[1]![0]).toBe('✘ srv004.maas')
    await expect(golden({ text: board.text, blocks: board.blocks })).toMatchFileSnapshot('golden/fleet-board.json')
    expect(faultsOf(fleetBoard([], { now: NOW }))).toEqual([])
  })
})

it.each([1, 1_000])('a batch of %i servers is a valid message', async (servers) => {
  await using manager = await openManager({ concurrency: 10 })
  const doors = new Doors(['commission'])
  const handle = await startBatch(manager, Math.min(servers, 10), () => doors)
  await expect.poll(() => doors.at.has('commission')).toBe(true)
  const { batch, runs } = await lookAt(manager, handle.record())
  const many: BatchRecord = {
    ...batch,
    items: Array.from({ length: servers }, (_, index) => ({
      ...batch.items[index % 10]!,
      label: `${serverName(index)}.maas`,
    })),
  }
  for (const mode of ['live', 'steps', 'board'] as const)
    expect(faultsOf(batchMessage(many, runs, { now: NOW, mode }))).toEqual([])
  expect(faultsOf(batchEndPost({ ...many, status: 'ended' }, runs))).toEqual([])
  expect(faultsOfView(batchDetailsModal(many, runs, NOW))).toEqual([])
  const board = fleetBoard(
    Array.from({ length: servers }, () => [...runs.values()][0]!),
    { now: NOW },
  )
  expect(faultsOf(board)).toEqual([])
  await manager.cancelBatch(handle.id, { by: 'ada' })
  await handle.outcome()
})

describe('a batch that stands still', () => {
  it('says who paused it, that nothing is begun, and offers to proceed', async () => {
    await using manager = await openManager()
    const doors = new Doors(['commission'])
    const handle = await startBatch(manager, 4, () => doors, { atOnce: 1, canary: 1, maxFailures: 2 })
    const canary = batchMessage(handle.record(), new Map(), LIVE)
    expect(seenIn(canary.blocks)).toContain('Canary: the others begin once the first one is ready')
    expect(seenIn(canary.blocks)).toContain('1 at a time, 1 first, pauses when more than 2 have failed')
    await manager.pauseBatch(handle.id, { by: 'grace', reason: 'lunch', via: 'slack' })
    const paused = batchMessage(handle.record(), new Map(), LIVE)
    expect(faultsOf(paused)).toEqual([])
    expect(seenIn(paused.blocks)).toMatch(
      /Paused: runs under way go on, none is begun, says grace \(slack\)[\s\S]*lunch/,
    )
    expect(buttonsOf(paused)).toEqual(['Proceed', 'Cancel all', 'Details'])
    await expect(golden({ text: paused.text, blocks: paused.blocks })).toMatchFileSnapshot('golden/batch-paused.json')
    await manager.cancelBatch(handle.id, { by: 'grace' })
    await handle.outcome()
  })

  it('waits for a second person with Approve and Refuse', async () => {
    const wish = { by: 'hwautomation', reason: '', via: 'api', at: '2026-11-23T13:00:00.000Z' }
    await using manager = await openManager()
    const handle = await startBatch(manager, 2, () => new Doors())
    const { items } = await handle.outcome()
    const asks: BatchRecord = {
      ...handle.record(),
      status: 'paused',
      paused: wish,
      approval: { reason: 'production rack', since: wish.at },
      items: items.map(({ outcome: _, ...item }) => ({ ...item, status: 'waiting' })),
    }
    const content = batchMessage(asks, new Map(), LIVE)
    expect(faultsOf(content)).toEqual([])
    expect(buttonsOf(content)).toEqual(['Approve', 'Refuse', 'Details'])
    expect(seenIn(content.blocks)).toContain('Waits for the approval of a second person: production rack')
  })
})

it('a bar shows every part that there is', () => {
  expect(
    bar(
      [
        [1, '█'],
        [999, '░'],
      ],
      10,
    ),
  ).toBe('█░░░░░░░░░')
  expect(
    bar(
      [
        [999, '█'],
        [1, '▚'],
        [0, '░'],
      ],
      10,
    ),
  ).toHaveLength(10)
  expect(bar([[0, '█']], 4)).toBe('░░░░')
})
