import { Hono } from 'hono'
import type { JournalLine } from '../../workflow/events.ts'
import { auditQuery, queryOf } from '../input.ts'
import type { Routing } from '../routing.ts'
import type { Reading } from '../site.ts'

/** The journal: what happened, what was asked, by whom. */
export function journalRoutes({ site: { reading }, streams }: Routing): Hono {
  return new Hono().get('/audit', async ({ req }) => {
    const { server, ...query } = queryOf(auditQuery, req.queries())
    if (server === undefined) return streams.jsonLines(() => reading.journal(query))
    const machines = await machinesCalled(server, reading)
    const [only] = machines
    return streams.jsonLines(() =>
      machines.size === 1 && only !== undefined
        ? reading.journal({ ...query, resource: only })
        : ofMachines(machines, reading.journal(query)),
    )
  })
}

/** The system_ids that a name stands for, or stood for: a machine that was enlisted anew has another one. The name itself, where no run tells. */
async function machinesCalled(server: string, reading: Reading): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  let after: string | undefined
  do {
    const page = await reading.list({ server, limit: 200, ...(after === undefined ? {} : { after }) })
    for (const { resource } of page.records) found.add(resource)
    after = page.next
  } while (after !== undefined)
  return found.size === 0 ? new Set([server]) : found
}

async function* ofMachines(
  machines: ReadonlySet<string>,
  lines: AsyncIterable<JournalLine>,
): AsyncGenerator<JournalLine, void, undefined> {
  for await (const line of lines) if (line.resource !== undefined && machines.has(line.resource)) yield line
}
