import { createHash } from 'node:crypto'
import ssh2 from 'ssh2'
import type { HostKey } from './machine.ts'

/**
 * SMBIOS UUID as HPE forms it: the 16 raw bytes are ASCII, six characters of the product number and ten of the serial number;
 * as text the first three groups are byte-swapped (captured on a ProLiant DL360 Gen10; SMBIOS 2.6 and later, 7.2.1).
 */
export function hpeUuid(sku: string, serial: string): string {
  const raw = Buffer.alloc(16, ' ')
  raw.write(sku.slice(0, 6), 0, 'ascii')
  raw.write(serial.slice(0, 10), 6, 'ascii')
  const swapped = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((index) => raw[index] ?? 0)
  return asUuid(Buffer.from(swapped))
}

/**
 * SMBIOS UUID of a Supermicro board: board data, and as the last twelve digits the MAC of its first NIC (gofish's recorded
 * ComputerSystem of an X12). What the board data are is assumed.
 */
export function supermicroUuid(board: string, mac: string): string {
  return `${namedUuid(board).slice(0, 13)}-11ea-8000-${mac.replaceAll(':', '')}`
}

/**
 * SMBIOS UUID as Dell forms it: `DELL`, and the service tag with fixed digits between (captured on a PowerEdge XR8620t; text form,
 * the first three groups byte-swapped).
 */
export function dellUuid(serviceTag: string): string {
  const hex = (at: number, set = 0) => ((serviceTag.charCodeAt(at) || 0x20) | set).toString(16).padStart(2, '0')
  return `4c4c4544-00${hex(0)}-${hex(1)}10-80${hex(2)}-${hex(3, 0x80)}c04f${hex(4)}${hex(5)}${hex(6)}`
}

/** A UUID that is always the same for the same words. */
export function namedUuid(...words: readonly string[]): string {
  const bytes = createHash('sha256').update(words.join('\0')).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return asUuid(bytes)
}

/** A factory password as printed on the pull-out tag: eight characters, always the same for the same words. */
export function factoryPassword(...words: readonly string[]): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  const bytes = createHash('sha256').update(words.join('\0')).digest()
  return Array.from(bytes.subarray(0, 8), (byte) => letters[byte % letters.length]).join('')
}

/** Locally administered, so that it can belong to no real machine. `port` tells the BMC's (0) from the host's (1, 2). */
export function macAddress(index: number, port: number): string {
  const hex = (value: number) => (value & 0xff).toString(16).padStart(2, '0')
  return ['02', '4c', hex(port), hex(index >> 16), hex(index >> 8), hex(index)].join(':')
}

/** A fresh SSH key pair in OpenSSH's formats. */
export function sshKeyPair(comment: string): HostKey {
  const pair = readableKeyPair(comment)
  const blob = Buffer.from(pair.public.split(' ')[1] ?? '', 'base64')
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return { privateKey: pair.private, publicKey: pair.public, sha256: `SHA256:${digest}` }
}

/** About one in 200 keys that ssh2 1.17 makes it cannot read itself. */
function readableKeyPair(comment: string): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

function asUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
