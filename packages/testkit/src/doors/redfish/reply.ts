/** An answer before it becomes bytes. No `body`: empty, as iLO's 405. A string goes out as it is. */
export interface RedfishReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}
