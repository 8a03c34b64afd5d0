import { join } from 'node:path'
import type { Logger } from '../logger.ts'

/** Something in the state directory that is damaged or not ours. Everything else is served. */
export interface StoreTrouble {
  /** Relative to the state directory. */
  readonly file: string
  readonly message: string
  /** `error`: a run that had not ended may be concerned, somebody must look. */
  readonly level: 'warn' | 'error'
}

/** One who hears of a trouble. */
export type OnTrouble = (file: string, message: string, level?: StoreTrouble['level']) => void

/** A damaged disk must not fill the memory as well. */
const MOST = 1_000

/** Collects troubles, each once, and says them to the logger. */
export class Troubles {
  readonly list: StoreTrouble[] = []
  readonly #known = new Set<string>()
  readonly #folder: string
  readonly #logger: Logger

  constructor(folder: string, logger: Logger) {
    this.#folder = folder
    this.#logger = logger
  }

  readonly report: OnTrouble = (file, message, level = 'warn') => {
    const key = `${file}\n${message}`
    if (this.#known.has(key) || this.#known.size >= MOST) return
    this.#known.add(key)
    this.list.push({ file, message, level })
    const fields = { door: 'store', file: join(this.#folder, file), error: `${file}: ${message}` }
    if (level === 'error') this.#logger.error(fields, 'the state directory is damaged')
    else this.#logger.warn(fields, 'the state directory needs a look')
  }
}
