/** One thing that was looked at. `unknown`: it could not be read, which proves neither. */
export interface DriftItem {
  readonly area: 'identity' | 'maas' | 'tag' | 'bios' | 'bmc' | 'boarding'
  /** What it is about, e.g. `product`, `SecureBootStatus`, `bmc.kcs-control`. */
  readonly name: string
  readonly verdict: 'met' | 'broken' | 'unknown'
  readonly wanted: string
  /** What was read; for `unknown` why it was not. */
  readonly found: string
  /** Who said so: `maas`, `redfish`. */
  readonly source: string
  /** ISO 8601. */
  readonly observedAt: string
  /** A breach that is worth knowing and nothing more. */
  readonly advised?: true
}

/** How far a machine is from what its device type says, read and nothing changed. */
export interface DriftReport {
  readonly server: string
  readonly systemId: string
  readonly deviceType: string
  /** `broken` where anything required is; `unknown` where nothing is, and something could not be read. */
  readonly verdict: DriftItem['verdict']
  readonly items: readonly DriftItem[]
  readonly observedAt: string
}

/** The verdict of all items together. */
export function verdictOf(items: readonly DriftItem[]): DriftItem['verdict'] {
  const required = items.filter(({ advised }) => advised !== true)
  if (required.some(({ verdict }) => verdict === 'broken')) return 'broken'
  return required.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'met'
}
