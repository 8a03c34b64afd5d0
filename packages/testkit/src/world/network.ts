import type { Network } from './world.ts'

/** A network of the lab whose addresses are handed out in order, past whatever `taken` says is in use. */
export function createNetwork(options: {
  cidr: string
  netmask: string
  first: string
  taken: (address: string) => boolean
}): Network {
  const [base = '', prefix = ''] = options.cidr.split('/')
  const size = 2 ** (32 - Number(prefix))
  const start = toNumber(base)
  let next = toNumber(options.first)
  return {
    cidr: options.cidr,
    netmask: options.netmask,
    gateway: toAddress(start + 1),
    contains: (address) => isAddress(address) && toNumber(address) >= start && toNumber(address) < start + size,
    lease() {
      for (; next < start + size - 1; next += 1) {
        const address = toAddress(next)
        if (/\.(0|255)$/.test(address) || options.taken(address)) continue
        next += 1
        return address
      }
      throw new Error(`No free address left in ${options.cidr}`)
    },
  }
}

/** True for dotted IPv4 text. */
export function isAddress(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
