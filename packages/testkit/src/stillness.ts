import { isDeepStrictEqual } from 'node:util'
import { createClockPeers, type ClockPeer } from './clock-peers.ts'
import { createQuietness, type Quietness } from './quietness.ts'

/** Quietness of this process and of every client of the clock in another one. */
export interface Stillness extends Quietness {
  /** Waits for this client too, until the result is called. */
  add(peer: ClockPeer): () => void
  /** Tells clients in other processes where lab time is. */
  timeIs(now: number): void
}

/**
 * For one clock. All is still when this process was quiet, every client has said twice that it is, and nothing moved anywhere in between:
 * what a client had sent before its answer would have been noticed here by then, and what was sent to it, there. Costs nothing while
 * there is no client.
 */
export function createStillness(): Stillness {
  const here = createQuietness()
  const peers = createClockPeers()
  return {
    ...here,
    add(peer) {
      here.disturb()
      return peers.add(peer)
    },
    timeIs: (now) => peers.timeIs(now),
    // A client may have moved without a trace here: it has to be asked.
    changedSince: (mark) => !peers.none || here.changedSince(mark),
    async settled(until) {
      await here.settled(until)
      for (let before: readonly number[] = []; !peers.none && !until();) {
        const mark = here.mark()
        const said = await peers.quiet()
        await here.settled(until)
        // One may have been moved after its answer, by another or by work of ours that came to its end in silence: asked again, it has noticed.
        if (here.mark() === mark && isDeepStrictEqual(said, before)) return
        before = said
      }
    },
  }
}
