import type { BiosVendor } from '../vendor.ts'

/** Supermicro: names are menu paths of `sum`’s BIOS configuration file. */
export const supermicroBios: BiosVendor = {
  meaning: (setting) => ({ kind: 'unavailable', reason: `no name of ${setting} is known` }),
  isAction: () => false,
  isSecret: (attribute) => /password/i.test(attribute),
  reach: () => undefined,
  networkBoot: () => [],
  isNetworkBootEntry: () => false,
  readOnlyReason: () => undefined,
  lockedBy: () => undefined,
  boardName: (board) => board.product ?? 'this board',
}
