import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Where MAAS says a BMC is: an address or name, perhaps with scheme, port and path. */
export interface PowerAddress {
  /** Without brackets; an IPv4 address that was written as an IPv6 one is the IPv4 address. */
  readonly host: string
  /** The same with another host, or why that cannot be done safely. */
  withHost(host: string): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string }
}

const FORM =
  /^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)?(?<user>[^@/?#\s\\]*@)?(?<host>\[[^\]\s]+\]|[A-Za-z0-9._-]+)(?<port>:\d{1,5})?(?<rest>[/?#][^\s\\]*)?$/i

/**
 * Reads what MAAS takes as `power_address`: `192.168.1.50`, `192.168.1.50:623`, `2001:db8::5`, `[2001:db8::5]:623`,
 * `https://bmc.example.com:8443/redfish/v1`. Undefined for what is none of these (`https://2001:db8::5`, blanks inside, nothing).
 */
export function parsePowerAddress(text: string): PowerAddress | undefined {
  const trimmed = text.trim()
  if (isIPv6(trimmed)) return { host: plain(trimmed), withHost: (host) => ({ ok: true, text: host }) }
  const { scheme = '', user, host, port = '', rest = '' } = FORM.exec(trimmed)?.groups ?? {}
  if (host === undefined) return undefined
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (host !== bare && !isIPv6(bare)) return undefined
  return {
    host: plain(bare),
    withHost(other) {
      if (user !== undefined) return { ok: false, reason: 'it holds a user name before the host' }
      if (rest.includes(bare)) return { ok: false, reason: 'it names the host a second time, in its path' }
      const inside = isIPv6(other) && `${scheme}${port}${rest}` !== '' ? `[${other}]` : other
      return { ok: true, text: `${scheme}${inside}${port}${rest}` }
    },
  }
}

/** The host of a power address; undefined where it cannot be told. */
export function hostOf(powerAddress: string): string | undefined {
  return parsePowerAddress(powerAddress)?.host
}

function plain(host: string): string {
  if (isIPv4(host) || !isIPv6(host)) return host
  return ipaddr.process(host).toString()
}
