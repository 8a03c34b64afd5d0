import { OsError } from './errno.ts'
import type { Block } from './open-file.ts'

/** pipe(7): 64 KiB on Linux. */
const CAPACITY = 65_536

/** A pipe with one open read end and one open write end (descriptors share an end by reference counting). */
export class Pipe {
  #chunks: Buffer[] = []
  #size = 0
  #writerOpen = true
  #readerOpen = true
  readonly #waiting = new Set<() => void>()

  async read(max: number, block: Block): Promise<Buffer> {
    while (this.#size === 0) {
      if (!this.#writerOpen) return Buffer.alloc(0)
      await block(this.#change())
    }
    const all = Buffer.concat(this.#chunks)
    const taken = all.subarray(0, max)
    const rest = all.subarray(taken.length)
    this.#chunks = rest.length > 0 ? [rest] : []
    this.#size = rest.length
    this.#wake()
    return taken
  }

  /** Rejects with EPIPE when nobody reads any more. */
  async write(data: Buffer, block: Block): Promise<void> {
    let rest = data
    while (rest.length > 0) {
      if (!this.#readerOpen) throw new OsError('EPIPE')
      const room = CAPACITY - this.#size
      if (room <= 0) {
        await block(this.#change())
        continue
      }
      this.#chunks.push(Buffer.from(rest.subarray(0, room)))
      this.#size += Math.min(room, rest.length)
      rest = rest.subarray(room)
      this.#wake()
    }
  }

  closeWriter(): void {
    this.#writerOpen = false
    this.#wake()
  }

  closeReader(): void {
    this.#readerOpen = false
    this.#chunks = []
    this.#size = 0
    this.#wake()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resolve of waiting) resolve()
  }
}
