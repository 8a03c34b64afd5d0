import { bodyOfRequest } from '../control/provision-body.ts'
import { summaryOf } from '../control/run-summary.ts'
import { parseRequest } from '../provisioning/request.ts'
import { plain } from '../report/style.ts'
import { refuseToLeave, tell } from './ask.ts'
import { workingDoor, type Door } from './door.ts'
import { requestOf, type RequestOptions } from './open.ts'
import { remark } from './print.ts'
import { seeThrough } from './see-through.ts'

export interface ProvisionOptions extends RequestOptions {
  /** False: hand it to the owner and return. */
  readonly follow?: boolean
}

/** `hwautomation provision` */
export async function provision(server: string, deviceType: string, options: ProvisionOptions): Promise<void> {
  // what can be said without asking anybody is said first
  const request = parseRequest(requestOf(server, deviceType, options))
  await using door = await workingDoor(options)
  refuseToLeave(door, options)
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
  if (options.follow === false) {
    const now = await door.client.run(id)
    const workflow = summaryOf(now.workflow, now.working)
    return tell('provision', { workflow }, options, `Run ${id} goes on in process ${door.owner?.pid}.`)
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
