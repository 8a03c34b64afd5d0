import { type Clock, systemClock } from '../clock.ts'
import { HwError, isHwError } from '../errors.ts'
import { HostKeyPin } from './host-key.ts'
import { type HostIdentity, readIdentity } from './identity.ts'
import { SshSession, type SshSessionOptions } from './ssh-session.ts'

export interface ConnectToBootOptions extends Omit<SshSessionOptions, 'host' | 'hostKey'> {
  /** Every address the machine may have: those on record are of an earlier boot. Asked anew for each round if a function. */
  readonly candidates: readonly string[] | (() => Promise<readonly string[]>)
  /** Is it the machine that is wanted? `yes` only on proof: a serial or UUID that is known and equal. */
  readonly accept: (identity: HostIdentity, session: SshSession) => Promise<'yes' | { readonly reason: string }>
  /** The boot that is to be over. */
  readonly notBootId?: string | undefined
  /** Serves the waits between rounds and `timeoutMs`. */
  readonly clock?: Clock
  /** Time on the clock until a host must have been accepted. Default: as long as the signal allows. */
  readonly timeoutMs?: number | undefined
  /** Told after each round what every address last said. */
  readonly onWait?: ((addresses: ReadonlyMap<string, string>) => void) | undefined
}

export interface BootConnection {
  readonly session: SshSession
  readonly address: string
  /** `SHA256:…`; holds until the next boot. */
  readonly hostKey: string
  readonly bootId: string
  readonly identity: HostIdentity
}

const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 10_000

/** A host on its way up may have sshd before it has its keys; one that goes on refusing them is not ours, or has none. */
const AUTH_REFUSALS = 3

/** One that never answers must not hold up the others' next round for long. */
const CONNECT_MS = 10_000

/**
 * Waits for a machine to come up: tries all addresses at once, round after round, until one answers that is proved to be
 * the machine, in a boot other than `notBootId`. Host keys are trusted on first use, then it is the identity that counts.
 *
 * @throws HwError `ssh.no-boot` (kind timeout; says what each address last answered), `ssh.auth` when every address that
 * is tried has refused the key several times, or `signal.reason`. An HwError out of `accept` counts as "not yet", anything else
 * it throws is thrown on. Leaves no session when it throws.
 */
export async function connectToBoot(options: ConnectToBootOptions): Promise<BootConnection> {
  const { clock = systemClock, signal, timeoutMs } = options
  const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs
  const notes = new Map<string, Note>()
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    signal?.throwIfAborted()
    const candidates = await addressesOf(options.candidates)
    const found = await firstAccepted(candidates, options, notes)
    if (found !== undefined) return found
    const said = new Map(candidates.map((address) => [address, notes.get(address)?.text ?? 'not tried']))
    const refused = refusal(candidates, notes)
    if (refused !== undefined) throw refused
    if (clock.now() >= end) throw noBoot(said, timeoutMs ?? 0)
    options.onWait?.(said)
    await clock.sleep(Math.min(wait, Math.max(0, end - clock.now())), signal)
  }
}

interface Note {
  readonly text: string
  readonly refusals: number
  readonly error: HwError | undefined
}

async function addressesOf(candidates: ConnectToBootOptions['candidates']): Promise<readonly string[]> {
  return [...new Set(typeof candidates === 'function' ? await candidates() : candidates)]
}

/** One round: the first address that is accepted ends the tries at all others, and nothing of them stays open. */
async function firstAccepted(
  candidates: readonly string[],
  options: ConnectToBootOptions,
  notes: Map<string, Note>,
): Promise<BootConnection | undefined> {
  const { signal } = options
  const decided = new AbortController()
  const either = signal === undefined ? decided.signal : AbortSignal.any([signal, decided.signal])
  let winner: BootConnection | undefined
  const failures: unknown[] = []
  const tries = candidates.map(async (address) => {
    const before = notes.get(address)
    if ((before?.refusals ?? 0) >= AUTH_REFUSALS) return
    const result = await tryAddress(address, options, either).catch((error: unknown) => {
      if (isHwError(error))
        return { text: error.message, error, refusals: (before?.refusals ?? 0) + (error.code === 'ssh.auth' ? 1 : 0) }
      if (!either.aborted) failures.push(error)
      return undefined
    })
    if (result === undefined) return
    if (!('session' in result)) notes.set(address, result)
    else if (winner === undefined && !either.aborted) {
      winner = result
      decided.abort(new Error('another address was accepted'))
    } else await result.session.close()
  })
  await Promise.all(tries)
  if (winner !== undefined) return winner
  signal?.throwIfAborted()
  if (failures.length > 0) throw failures[0]
  return undefined
}

async function tryAddress(
  address: string,
  options: ConnectToBootOptions,
  signal: AbortSignal,
): Promise<BootConnection | Note> {
  const { candidates: _, accept, notBootId, clock: __, timeoutMs: ___, onWait: ____, ...connection } = options
  const timeouts = { connectMs: CONNECT_MS, ...options.timeouts }
  const session = await SshSession.open({ ...connection, timeouts, host: address, hostKey: new HostKeyPin(), signal })
  let accepted = false
  try {
    const identity = await readIdentity(session, signal)
    if (identity.bootId === notBootId) return note('still in the boot that is to be over')
    const verdict = await accept(identity, session)
    if (verdict !== 'yes') return note(`another machine (${describe(identity)}): ${verdict.reason}`)
    accepted = true
    return { session, address, hostKey: session.hostKey, bootId: identity.bootId, identity }
  } finally {
    if (!accepted) await session.close()
  }
}

function note(text: string): Note {
  return { text, refusals: 0, error: undefined }
}

function describe({ vendor, product, serial, uuid }: HostIdentity): string {
  return `${vendor ?? 'unknown vendor'} ${product ?? 'unknown product'}, serial ${serial ?? 'unknown'}, UUID ${uuid ?? 'unknown'}`
}

/** Wrong credentials stop at once: when no address is left that has not refused them for good. */
function refusal(candidates: readonly string[], notes: ReadonlyMap<string, Note>): HwError | undefined {
  const refused = candidates
    .map((address) => notes.get(address))
    .filter((entry) => (entry?.refusals ?? 0) >= AUTH_REFUSALS)
  return candidates.length > 0 && refused.length === candidates.length ? refused[0]?.error : undefined
}

function noBoot(said: ReadonlyMap<string, string>, timeoutMs: number): HwError {
  const addresses = [...said].map(([address, text]) => `${address}: ${text}`)
  return new HwError({
    code: 'ssh.no-boot',
    kind: 'timeout',
    message: `The machine did not come up within ${Math.round(timeoutMs / 1000)} s. ${addresses.length === 0 ? 'No address of it is known.' : addresses.join(' ')}`,
    hint: 'Look at its console: does it boot from the network, and which address did it get?',
    context: { addresses },
  })
}
