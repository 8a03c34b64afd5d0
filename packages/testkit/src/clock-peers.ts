/** A client of a lab's clock in another process. */
export interface ClockPeer {
  /** Resolves when nothing of that process is in flight, with a value that changes whenever something has moved there; at once when it has gone. */
  quiet(): Promise<number>
  /** Lab time has moved. Whatever follows from it must reach the client later than this. */
  timeIs(now: number): void
}

/** The clients of one clock in other processes. */
export interface ClockPeers {
  readonly none: boolean
  /** Lab time waits for this client too, until the result is called. */
  add(peer: ClockPeer): () => void
  timeIs(now: number): void
  /** Asks all of them once; resolves with what they said. */
  quiet(): Promise<readonly number[]>
}

/** None yet. */
export function createClockPeers(): ClockPeers {
  const peers = new Set<ClockPeer>()
  return {
    get none() {
      return peers.size === 0
    },
    add(peer) {
      peers.add(peer)
      return () => void peers.delete(peer)
    },
    timeIs(now) {
      for (const peer of peers) peer.timeIs(now)
    },
    quiet: () => Promise.all([...peers].map((peer) => peer.quiet())),
  }
}
