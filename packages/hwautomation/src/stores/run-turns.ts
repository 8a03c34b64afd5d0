/** Work that concerns a run goes one after the other, in the order of asking; work on different runs goes side by side. */
export class RunTurns {
  readonly #last = new Map<string, Promise<void>>()

  /** Whether nothing that concerns these runs is under way. */
  free(ids: readonly string[]): boolean {
    return ids.every((id) => !this.#last.has(id))
  }

  /** Runs `work` when all that was asked for these runs before has ended, however it did. */
  take<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = ids.map((id) => this.#last.get(id)).filter((turn) => turn !== undefined)
    const mine = before.length === 0 ? work() : Promise.all(before).then(work)
    const turn: Promise<void> = mine.then(
      () => this.#end(ids, turn),
      () => this.#end(ids, turn),
    )
    for (const id of ids) this.#last.set(id, turn)
    return mine
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values())
  }

  #end(ids: readonly string[], turn: Promise<void>): void {
    for (const id of ids) if (this.#last.get(id) === turn) this.#last.delete(id)
  }
}
