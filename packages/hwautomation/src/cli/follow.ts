import { createLogUpdate } from 'log-update'
import { eventLines } from '../report/event-lines.ts'
import { recordLines } from '../report/record-lines.ts'
import type { RunHandle } from '../workflow/run-handle.ts'
import { wantsColour } from './open.ts'

/** Shows a run until it ends: a live view in a terminal, a line an event without one, the events themselves as JSON. */
export async function follow(run: RunHandle, { json }: { readonly json: boolean }): Promise<void> {
  if (json) for await (const event of run.events()) process.stdout.write(`${JSON.stringify(event)}\n`)
  else if (process.stdout.isTTY) await live(run)
  else for await (const event of run.events()) for (const line of eventLines(event)) process.stdout.write(`${line}\n`)
}

async function live(run: RunHandle): Promise<void> {
  const show = createLogUpdate(process.stdout)
  const colour = wantsColour(process.stdout)
  for await (const _ of run.events())
    show(recordLines(run.record(), { colour, subTasks: 'open', brief: true }).join('\n'))
  show.clear()
}
