/** A program that was started on a simulated host: what `ps` and `/proc` would show to every user of that host. */
export interface ProcessStart {
  readonly server: string
  readonly pid: number
  readonly uid: number
  readonly argv: readonly string[]
  readonly environment: ReadonlyMap<string, string>
}

/** Hears of every program that is started on any host of the lab. */
export type ProcessListener = (start: ProcessStart) => void
