import ipaddr from 'ipaddr.js'

/** True for `a.b.c.d` in plain decimal: no leading zeros, no short forms, no octal (which `inet_aton` would take). */
export function isIPv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) && new ipaddr.IPv4(text.split('.').map(Number)).toString() === text
}

/** The address as an unsigned 32-bit number. The text must be one that {@link isIPv4} accepts. */
export function ipv4Number(text: string): number {
  return ipaddr.IPv4.parse(text)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0)
}

/** The number of leading one bits of a subnet mask, or undefined when the mask has holes (`255.0.255.0`). */
export function maskPrefix(mask: string): number | undefined {
  return ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined
}

/** The part of the address space an address belongs to, as RFC 6890 and RFC 5771 name it. */
export function ipv4Range(text: string): string {
  const address = ipaddr.IPv4.parse(text)
  // ipaddr.js calls the documentation networks "reserved" too; only 240.0.0.0/4 can never be an interface's address.
  return address.match(ipaddr.IPv4.parse('240.0.0.0'), 4)
    ? text === '255.255.255.255'
      ? 'broadcast'
      : 'reserved'
    : range(address)
}

function range(address: ipaddr.IPv4): string {
  const name = address.range()
  return name === 'reserved' ? 'unicast' : name
}
