import { withinWallTime } from '../bmc/redfish/wall-time.ts'
import type { Dial } from '../dial.ts'
import { isHwError, type HwError } from '../errors.ts'
import type { Sighting } from '../provisioning/bmc-network.ts'

/** HTTPS is a BMC's own door and comes first; a host that drops packets to closed ports still has one of the others open. */
const PORTS = [443, 22, 80, 623] as const

/** Wall time for all of them together: they are tried at once. */
const KNOCK_MS = 5_000

const late = new Error('no answer')

/**
 * Is anybody at this address? A connection and a refusal are both somebody; no route and no answer are nobody.
 * Nothing is sent. What the way to the first port has to say decides where the others are forbidden (a proxy for HTTPS only).
 * @throws HwError where the way to the first port is broken and no other port answers
 */
export async function knock(
  dial: Dial,
  host: string,
  { signal, withinMs = KNOCK_MS }: { readonly signal: AbortSignal; readonly withinMs?: number | undefined },
): Promise<Exclude<Sighting, { state: 'seen' }>> {
  const heard = await Promise.all(
    PORTS.map((port) => knockAt(dial, { host, port }, { signal, withinMs: Math.min(withinMs, KNOCK_MS) })),
  )
  signal.throwIfAborted()
  const why = heard.find((answer) => typeof answer === 'string')
  if (why !== undefined) return { state: 'occupied', why }
  const [first] = heard
  if (first !== undefined && typeof first !== 'string') throw first
  return { state: 'silent' }
}

/** How somebody was noticed; undefined: nobody; an error: cannot be told. */
async function knockAt(
  dial: Dial,
  { host, port }: { readonly host: string; readonly port: number },
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs: number },
): Promise<string | undefined | Error> {
  try {
    const socket = await withinWallTime(
      withinMs,
      () => late,
      signal,
      (limited) => dial({ host, port, signal: limited }),
    )
    socket.on('error', () => {})
    socket.destroy()
    return `port ${port} takes connections`
  } catch (error) {
    if (error === late) return undefined
    if (!isHwError(error)) return error instanceof Error ? error : new Error(String(error))
    if (error.code === 'network.refused') return `a machine that is up refuses port ${port}`
    return isSilence(error) ? undefined : error
  }
}

/** 504 is how a proxy without more words (RFC 9209) says that nobody answered it; its 502 and 503 may mean anything. */
function isSilence({ code, context }: HwError): boolean {
  return (
    code === 'network.no-route' || code === 'network.timeout' || (code === 'network.proxy' && context['status'] === 504)
  )
}
