/** Letters of a run id that tell runs apart: the milliseconds of their making, `run_019ac2d4-7b31`. */
const SHORT = 'run_00000000-0000'.length

/** The beginning of a run id, as commands take it. */
export function shortId(id: string): string {
  return id.slice(0, SHORT)
}
