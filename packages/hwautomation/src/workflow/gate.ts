import type { ManagerState } from './ports.ts'

/** The operators' switches of a manager, as its runs see them. */
export class Gate {
  #state: ManagerState = {}
  readonly #waiting = new Set<() => void>()

  get state(): ManagerState {
    return this.#state
  }

  /** Runs wait before their next step (`paused`), or none is begun any more (`draining`). */
  get intake(): ManagerState['intake'] {
    return this.#state.intake
  }

  /** Set while no device may be touched. */
  get hardwareOff(): ManagerState['hardwareOff'] {
    return this.#state.hardwareOff
  }

  set(state: ManagerState): void {
    this.#state = state
    this.poke()
  }

  /** Lets those who wait look again. */
  poke(): void {
    // a copy: who looks may take itself off
    const waiting = new Set(this.#waiting)
    for (const look of waiting) look()
  }

  /** Calls `then` once, as soon as `test` is true; the returned function takes it back. */
  whenever(test: () => boolean, then: () => void): () => void {
    const look = () => {
      if (!test()) return
      this.#waiting.delete(look)
      then()
    }
    this.#waiting.add(look)
    look()
    return () => void this.#waiting.delete(look)
  }
}
