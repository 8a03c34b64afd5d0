import { createLogUpdate } from 'log-update'
import { systemClock } from '../clock.ts'
import type { BatchView } from '../control/batch-view.ts'
import type { ControlClient } from '../control/client.ts'
import { batchLines, itemLine } from '../report/batch-lines.ts'
import { drawing, printJson, screen } from './print.ts'

/** How often a batch is asked for. */
const LOOK_MS = 400
/** Lines of a terminal that are not for servers: what is above them, the heads, what is said below. */
const AROUND = 10

/**
 * Shows a batch until it has ended, or is paused and nothing of it is under way: a board in a terminal, without one a line for each
 * change of a server, as JSON the whole of it at each change. An aborted signal ends it.
 * @returns how it was last seen
 */
export async function followBatch(
  client: ControlClient,
  id: string,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): Promise<BatchView> {
  const show = json ? jsonView() : process.stdout.isTTY ? board() : lines()
  try {
    for (;;) {
      const { batch } = await client.batch(id)
      show.show(batch)
      if (signal.aborted || isOver(batch)) return batch
      await systemClock.sleep(LOOK_MS, signal).catch(() => {})
    }
  } finally {
    show.end()
  }
}

/** Nothing of it goes on by itself. */
function isOver({ status, items, working }: BatchView): boolean {
  if (status === 'ended') return true
  const underWay = items.some((item) => item.status === 'started' && item.outcome === undefined)
  return status === 'paused' ? !underWay || items.every(({ progress }) => progress?.working !== true) : !working
}

interface View {
  show(batch: BatchView): void
  end(): void
}

function jsonView(): View {
  let told: string | undefined
  return {
    show(batch) {
      const state = `${batch.revision} ${batch.status} ${batch.working}`
      if (state !== told) printJson({ type: 'batch', batch })
      told = state
    },
    end: () => {},
  }
}

function lines(): View {
  const told = new Map<string, string>()
  let status: string | undefined
  return {
    show(batch) {
      for (const item of batch.items) {
        const state = `${item.status} ${item.run} ${item.outcome}`
        if (told.get(item.resource) === state || (item.status === 'waiting' && !told.has(item.resource))) continue
        told.set(item.resource, state)
        process.stdout.write(`${itemLine(item, systemClock.now())}\n`)
      }
      if (status !== undefined && batch.status !== status) process.stdout.write(`${batch.status}\n`)
      ;({ status } = batch)
    },
    end: () => {},
  }
}

function board(): View {
  const update = createLogUpdate(process.stdout)
  const shown = drawing(() => update.clear())
  return {
    show(batch) {
      const height = Math.max((process.stdout.rows || 24) - AROUND, 3)
      update(batchLines(batch, { ...screen(), now: systemClock.now(), height }).join('\n'))
    },
    end() {
      shown()
      update.clear()
    },
  }
}
