import type { Call } from './call.ts'

/**
 * What a fault does to a call. `call` names are those of the request log.
 *
 * wire faults (every door):
 * - `refuse`: the connection (or the exec channel) is refused
 * - `hang`: accepted, never answered, until the client gives up
 * - `slow`: answered after `delayMs` of wall time
 * - `drop-before-effect`: the connection is cut before anything was done
 * - `drop-mid-reply`: done, and the connection is cut in the middle of the answer
 * - `reply-lost-after-effect`: done, and the connection is cut before the first byte of the answer
 * - `garbage`: done (for reads: read), but the answer is not what the protocol says
 * - `wrong-status`: not done; a plausible error of that door (MAAS 500, Redfish 503, tool exit code)
 * - `auth-failure`: not done; credentials refused in that door's words
 * lies (mutating calls):
 * - `ack-no-effect`: acknowledged like a success, nothing done
 * - `effect-late`: acknowledged at once, done `delayMs` of lab time later
 * door-specific:
 * - `session-limit`, `licence-missing`: refused in that door's words
 * - `rate-limited`: not done; too many calls, come back in `retryAfterSeconds`
 * - `intervention`: before the call is served, `act` changes the world as somebody else would; or when it is over, `afterwards`
 */
export type FaultMode =
  | 'refuse'
  | 'hang'
  | 'slow'
  | 'drop-before-effect'
  | 'drop-mid-reply'
  | 'reply-lost-after-effect'
  | 'garbage'
  | 'wrong-status'
  | 'auth-failure'
  | 'ack-no-effect'
  | 'effect-late'
  | 'session-limit'
  | 'licence-missing'
  | 'rate-limited'
  | 'intervention'

export interface FaultSpec {
  /** Host name or system_id; without it every server. Calls that belong to no server (version, tags) match specs without one. */
  readonly server?: string
  /** A call name of the request log, e.g. `maas POST machines/{id}?op=commission`, `ilorest commit`. `*` matches any run of characters. */
  readonly call: string
  readonly mode: FaultMode
  /** `slow`: wall milliseconds (default 200). `effect-late`: lab milliseconds (default 20 s). */
  readonly delayMs?: number
  /** `wrong-status`: which HTTP status or exit code instead of the door's usual one. */
  readonly status?: number
  /** `rate-limited`: default 30. */
  readonly retryAfterSeconds?: number
  /** Runs when the fault strikes, before anything else. `intervention`: what somebody else does to the world. */
  readonly act?: () => void
  /** Runs once the call is over: its answer is out, or is lost for good. */
  readonly afterwards?: () => void
}

export interface Fault {
  readonly spec: FaultSpec
  /** How often it has struck. */
  readonly hits: number
  /** Takes it back. */
  remove(): void
}

export interface Faults {
  /** Strikes the next matching call, then is gone. */
  once(spec: FaultSpec): Fault
  /** Strikes the next `n` matching calls. */
  times(n: number, spec: FaultSpec): Fault
  /** Strikes every matching call until removed. */
  always(spec: FaultSpec): Fault
  /** Takes all faults back. */
  clear(): void
  /** Faults that can still strike, oldest first. */
  standing(): readonly { readonly spec: FaultSpec; readonly left: number; readonly hits: number }[]
  /** The modes that make sense for a call of the log: its door's wire faults, and the lies where it is mutating. */
  modesFor(call: string): readonly FaultMode[]
}

/** Faults as the doors see them. */
export interface FaultBook extends Faults {
  /** The fault that strikes this call, if one does; counts the hit. */
  strike(call: Call): FaultSpec | undefined
  /** `serve` and `begin` tell of every call, so that `modesFor` knows which ones are mutating. */
  learn(call: Call): void
  /**
   * What a door knows beforehand. `call` may hold `*`; the first kind declared that matches a call counts. `modes` replaces the
   * wire faults of its door where not all of them make sense; the lies are added by `mutating`, `intervention` always.
   */
  declare(kinds: readonly CallKind[]): void
}

export interface CallKind {
  readonly call: string
  /** Left out: as learned, else judged by the name. */
  readonly mutating?: boolean
  readonly modes?: readonly FaultMode[]
  /** Door-specific modes in addition: `session-limit`, `licence-missing`, `rate-limited`. */
  readonly extra?: readonly FaultMode[]
}

const WIRE: readonly FaultMode[] = [
  'refuse',
  'hang',
  'slow',
  'drop-before-effect',
  'drop-mid-reply',
  'reply-lost-after-effect',
  'garbage',
  'wrong-status',
  'auth-failure',
]
const LIES: readonly FaultMode[] = ['ack-no-effect', 'effect-late']
/** Every mode there is. */
export const FAULT_MODES: readonly FaultMode[] = [
  ...WIRE,
  ...LIES,
  'session-limit',
  'licence-missing',
  'rate-limited',
  'intervention',
]

/** No faults yet. `sameServer` tells whether a spec's server (host name or system_id) is the machine of that host name. */
export function createFaults(
  sameServer: (wanted: string, hostname: string) => boolean = (a, b) => a === b,
  servers: () => readonly string[] = () => [],
): FaultBook {
  const standing: { spec: FaultSpec; left: number; hits: number }[] = []
  const kinds: CallKind[] = []
  const learned = new Map<string, boolean>()

  const add = (left: number, spec: FaultSpec): Fault => {
    check(spec)
    const entry = { spec, left, hits: 0 }
    standing.push(entry)
    return {
      spec,
      get hits() {
        return entry.hits
      },
      remove() {
        const index = standing.indexOf(entry)
        if (index >= 0) standing.splice(index, 1)
      },
    }
  }

  const modesFor = (call: string): readonly FaultMode[] => {
    const kind = kinds.find((candidate) => matches(candidate.call, call))
    const mutating = kind?.mutating ?? learned.get(call) ?? looksMutating(call)
    return [...(kind?.modes ?? WIRE), ...(mutating ? LIES : []), ...(kind?.extra ?? []), 'intervention']
  }

  const known = (call: string) =>
    learned.has(call) || kinds.some((kind) => matches(kind.call, call)) || /^(maas|redfish|dial) /.test(call)

  const alike = (call: string): string => {
    const [tool = ''] = call.split(' ')
    const declared = kinds.map((kind) => kind.call).filter((name) => name.startsWith(`${tool} `))
    return declared.length > 0
      ? `of '${tool}' there are ${declared.join(', ')}`
      : `no door and no tool is called '${tool}'`
  }

  const check = (spec: FaultSpec): void => {
    if (!FAULT_MODES.includes(spec.mode))
      throw new Error(`Unknown fault mode '${spec.mode}'; known: ${FAULT_MODES.join(', ')}`)
    if (spec.mode === 'intervention' && spec.act === undefined && spec.afterwards === undefined)
      throw new Error(`Fault 'intervention' on '${spec.call}' needs an 'act' or an 'afterwards'`)
    const hostnames = servers()
    if (
      spec.server !== undefined &&
      hostnames.length > 0 &&
      !hostnames.some((hostname) => sameServer(spec.server ?? '', hostname))
    )
      throw new Error(`No server '${spec.server}' for a fault; there are ${hostnames.join(', ')}`)
    if (spec.call.includes('*')) return
    if (!known(spec.call)) {
      // Without doors nobody knows what there is.
      if (kinds.length === 0) return
      throw new Error(`Unknown call '${spec.call}', so that the fault would never strike; ${alike(spec.call)}`)
    }
    const modes = modesFor(spec.call)
    if (!modes.includes(spec.mode))
      throw new Error(`Fault '${spec.mode}' makes no sense for '${spec.call}'; possible: ${modes.join(', ')}`)
  }

  return {
    once: (spec) => add(1, spec),
    times: (n, spec) => add(n, spec),
    always: (spec) => add(Number.POSITIVE_INFINITY, spec),
    clear: () => void standing.splice(0),
    standing: () => standing.map(({ spec, left, hits }) => ({ spec, left, hits })),
    modesFor,
    strike(call) {
      const modes = modesFor(call.call)
      const entry = standing.find(
        ({ spec }) =>
          matches(spec.call, call.call) &&
          modes.includes(spec.mode) &&
          (spec.server === undefined || (call.server !== undefined && sameServer(spec.server, call.server))),
      )
      if (entry === undefined) return undefined
      entry.hits += 1
      entry.left -= 1
      if (entry.left <= 0) standing.splice(standing.indexOf(entry), 1)
      return entry.spec
    },
    learn: (call) => void learned.set(call.call, call.mutating),
    declare: (more) => void kinds.push(...more),
  }
}

/** `*` stands for any run of characters; everything else is taken literally. */
function matches(pattern: string, call: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return pattern === call
  if (!call.startsWith(first)) return false
  let at = first.length
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1) return call.length - part.length >= at && call.endsWith(part)
    const found = call.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}

/** Before a call has been seen: HTTP by its method; anything else only if its door has said so. */
function looksMutating(call: string): boolean {
  return /^(maas|redfish) (POST|PUT|PATCH|DELETE) /.test(call)
}
