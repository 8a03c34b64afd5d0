import { systemClock } from '../clock.ts'
import { serverLines } from '../report/server-lines.ts'
import { serverTable } from '../report/server-table.ts'
import { readingDoor, workingDoor, type AskingOptions, type Door } from './door.ts'
import { printJson, printLines, remark, screen } from './print.ts'

export interface ServersOptions extends AskingOptions {
  /** Read MAAS first. */
  readonly refresh?: boolean
}

/** `hwautomation servers` */
export async function listServers(options: ServersOptions): Promise<void> {
  await using door = await doorFor(options)
  const { servers } = await door.client.servers({ refresh: options.refresh === true })
  if (options.json) for (const server of servers) printJson({ type: 'server', ...server })
  else if (servers.length > 0) printLines(serverTable(servers, { ...screen(), now: systemClock.now() }))
  else if (options.refresh) remark('MAAS shows no machine.')
  else remark('No server is known yet: --refresh reads MAAS, and every run keeps what it sees.')
}

/** `hwautomation servers show <server>` */
export async function showServer(name: string, options: ServersOptions): Promise<void> {
  await using door = await doorFor(options)
  const { server } = await door.client.server(name, { refresh: options.refresh === true })
  if (options.json) printJson({ type: 'server', ...server })
  else printLines(serverLines(server, { colour: screen().colour, now: systemClock.now() }))
}

/** To look needs neither MAAS nor anybody; to read MAAS and write down what it says needs the state directory, or its owner. */
function doorFor(options: ServersOptions): Promise<Door> {
  return options.refresh ? workingDoor(options) : readingDoor(options)
}
