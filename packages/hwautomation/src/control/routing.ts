import type { Caller, ControlSite } from './site.ts'
import type { Streams } from './streamed.ts'

/** What every group of routes is given. */
export interface Routing {
  readonly site: ControlSite
  readonly streams: Streams
  /** @throws HwError `control.nobody` */
  readonly whoAsks: (request: Request) => Caller
  readonly whoever: (request: Request) => Caller | undefined
}
