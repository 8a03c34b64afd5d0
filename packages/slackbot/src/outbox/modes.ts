import type { Priority } from './outbox.ts'

/** How much of what happens is shown in each message: by how many runs are active, since Slack's limits are those of the workspace. */
export type Mode = 'live' | 'steps' | 'board'

export interface ModeRule {
  readonly mode: Mode
  /** Up to so many active runs. */
  readonly upTo: number
  /** Coming back from a busier mode only at so many: no flicker at the edge. */
  readonly backAt: number
  /** What is written to a run's own message (and, in `board`, to the fleet's). */
  readonly writes: ReadonlySet<Priority>
  /** Most posts in a run's thread; what must be told (failure, final) counts as well. */
  readonly threadPosts: number
}

/**
 * The thresholds come of simulations with 45 edits a minute for the whole workspace, 7 steps and 40 events a run: up to 40 runs sub-tasks are
 * visible within 14 s, up to 150 steps within a second or two, and beyond that only a board, finals and followed runs are.
 */
export const MODES: readonly ModeRule[] = [
  {
    mode: 'live',
    upTo: 40,
    backAt: 32,
    writes: new Set(['final', 'click', 'followed', 'step', 'board', 'sub-task']),
    threadPosts: 8,
  },
  {
    mode: 'steps',
    upTo: 150,
    backAt: 120,
    writes: new Set(['final', 'click', 'followed', 'step', 'board']),
    threadPosts: 8,
  },
  {
    mode: 'board',
    upTo: Number.POSITIVE_INFINITY,
    backAt: Number.POSITIVE_INFINITY,
    writes: new Set(['final', 'click', 'followed', 'board']),
    threadPosts: 2,
  },
]

/**
 * The mode for so many active runs, given the one in force.
 *
 * @example
 * modeFor(41, 'live') // 'steps'
 * modeFor(38, 'steps') // 'steps': back at 32
 */
export function modeFor(active: number, current: Mode): Mode {
  const now = MODES.findIndex(({ mode }) => mode === current)
  const wanted = MODES.findIndex(({ upTo }) => active <= upTo)
  if (wanted >= now) return MODES[wanted]!.mode
  return MODES.find(({ backAt }, index) => index >= now || active <= backAt)!.mode
}

/** The rule of a mode. */
export function ruleOf(mode: Mode): ModeRule {
  return MODES.find((rule) => rule.mode === mode)!
}
