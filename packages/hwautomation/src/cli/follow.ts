import { createLogUpdate } from 'log-update'
import { systemClock } from '../clock.ts'
import type { ControlClient } from '../control/client.ts'
import { eventLines } from '../report/event-lines.ts'
import { recordLines } from '../report/record-lines.ts'
import { drawing, printJson, screen, wantsColour } from './print.ts'

/** A live view is drawn at most this often, and once a second where nothing happens: times go on. */
const FRAME_MS = 100
const FRAMES_A_SECOND = 1000 / FRAME_MS

/**
 * Shows a run until nobody works on it any more: a live view in a terminal, a line an event without one, the events themselves as
 * JSON. An aborted signal ends it.
 */
export async function follow(
  client: ControlClient,
  id: string,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const events = client.events(id, { signal })
  if (json) for await (const event of events) printJson(event)
  else if (process.stdout.isTTY) await live(client, id, signal)
  else for await (const event of events) for (const line of eventLines(event)) process.stdout.write(`${line}\n`)
}

async function live(client: ControlClient, id: string, signal: AbortSignal): Promise<void> {
  const show = createLogUpdate(process.stdout)
  const colour = wantsColour(process.stdout)
  const over = new AbortController()
  let changed = true
  const shown = drawing(() => {
    show.clear()
    changed = true
  })
  const frames = (async () => {
    for (let frame = 0; !over.signal.aborted; frame += 1) {
      if (changed || frame % FRAMES_A_SECOND === 0) {
        changed = false
        const { workflow } = await client.run(id)
        show(
          recordLines(workflow, {
            colour,
            subTasks: 'open',
            brief: true,
            now: systemClock.now(),
            width: screen().width,
          }).join('\n'),
        )
      }
      await systemClock.sleep(FRAME_MS, over.signal).catch(() => {})
    }
  })()
  // what goes wrong with drawing is told by the events too, or is of no consequence
  frames.catch(() => {})
  try {
    for await (const _ of client.events(id, { signal })) changed = true
  } finally {
    over.abort()
    await frames.catch(() => {})
    shown()
    show.clear()
  }
}
