import { bodyOfRequest } from '../control/provision-body.ts'
import { parseRequest } from '../provisioning/request.ts'
import { plain } from '../report/style.ts'
import { workingDoor, type Door } from './door.ts'
import { requestOf, type RequestOptions } from './open.ts'
import { remark } from './print.ts'
import { seeThrough } from './see-through.ts'

/** `hwautomation provision` */
export async function provision(server: string, deviceType: string, options: RequestOptions): Promise<void> {
  // what can be said without asking anybody is said first
  const request = parseRequest(requestOf(server, deviceType, options))
  await using door = await workingDoor(options)
  if (options.json !== true) await tellOfOthers(door)
  const { key } = options
  const { workflow } = await door.client.provision(
    bodyOfRequest(request),
    key === undefined ? {} : { idempotencyKey: key },
  )
  const { id, status, working } = workflow
  if (!working && (status === 'PENDING' || status === 'RUNNING')) {
    remark(`Run ${id} asked for the same and was left by a process that has ended: going on with it.`)
    await door.client.resume(id, { reason: 'the same was asked for again' })
  }
  await seeThrough(door, id, { json: options.json === true, interrupt: 'cancels' })
}

/** Runs that a crash left, or that somebody let go of. */
async function tellOfOthers({ client, owner }: Door): Promise<void> {
  if (owner !== undefined) remark(`Process ${owner.pid} works on the state directory: it does it, this one follows.`)
  const { workflows } = await client.status()
  for (const { id, server, working } of workflows)
    if (!working)
      remark(`${plain(server)}: a run is unfinished, nobody works on it. To go on: hwautomation resume ${id}`)
}
