/** MAAS's node statuses by number, with the API's labels (`maascommon/node.py`). */
export const STATUS_NAMES = [
  'New',
  'Commissioning',
  'Failed commissioning',
  'Missing',
  'Ready',
  'Reserved',
  'Deployed',
  'Retired',
  'Broken',
  'Deploying',
  'Allocated',
  'Failed deployment',
  'Releasing',
  'Releasing failed',
  'Disk erasing',
  'Failed disk erasing',
  'Rescue mode',
  'Entering rescue mode',
  'Failed to enter rescue mode',
  'Exiting rescue mode',
  'Failed to exit rescue mode',
  'Testing',
  'Failed testing',
] as const

/** The statuses that the simulated machines reach. */
export const STATUS = {
  new: 0,
  commissioning: 1,
  failedCommissioning: 2,
  ready: 4,
  deployed: 6,
  broken: 8,
  deploying: 9,
  allocated: 10,
  releasing: 12,
  rescue: 16,
  enteringRescue: 17,
  failedEnteringRescue: 18,
  exitingRescue: 19,
  failedExitingRescue: 20,
  testing: 21,
  failedTesting: 22,
} as const

/** A status number. */
export type Status = (typeof STATUS)[keyof typeof STATUS]

/** Values of `?status=`: the enum's names in lower case; numbers are refused (MAAS 3.3 recorded). */
export const STATUS_FILTERS: Readonly<Record<string, number>> = {
  new: 0,
  commissioning: 1,
  failed_commissioning: 2,
  missing: 3,
  ready: 4,
  reserved: 5,
  deployed: 6,
  retired: 7,
  broken: 8,
  deploying: 9,
  allocated: 10,
  failed_deployment: 11,
  releasing: 12,
  failed_releasing: 13,
  disk_erasing: 14,
  failed_disk_erasing: 15,
  rescue_mode: 16,
  entering_rescue_mode: 17,
  failed_entering_rescue_mode: 18,
  exiting_rescue_mode: 19,
  failed_exiting_rescue_mode: 20,
  testing: 21,
  failed_testing: 22,
}

/** A status in MAAS's messages: `COMMISSIONING`, `FAILED_COMMISSIONING`. */
export function statusEnumName(status: Status): string {
  return (Object.entries(STATUS_FILTERS).find(([, number]) => number === status)?.[0] ?? 'new').toUpperCase()
}

/** The label of a status. */
export function statusName(status: number): string {
  return STATUS_NAMES[status] ?? 'Unknown'
}

const RESCUE: readonly number[] = [
  STATUS.rescue,
  STATUS.enteringRescue,
  STATUS.failedEnteringRescue,
  STATUS.exitingRescue,
  STATUS.failedExitingRescue,
]

/** Whether a status belongs to rescue mode, its ways in and out included. */
export function isRescue(status: Status): boolean {
  return RESCUE.includes(status)
}

/** From where `commission` is actionable (MAAS 3.3 recorded); everything else is a 400. */
export const COMMISSIONABLE: readonly Status[] = [STATUS.new, STATUS.ready, STATUS.failedCommissioning, STATUS.broken]

/**
 * From where rescue mode can be entered. Recorded: Ready, New, Broken, Failed commissioning, Allocated, 17, 18;
 * Deployed is `NODE_TRANSITIONS`' own entry. 16, 19 and 20 are refused.
 */
export const RESCUABLE: readonly Status[] = [
  STATUS.new,
  STATUS.ready,
  STATUS.broken,
  STATUS.failedCommissioning,
  STATUS.allocated,
  STATUS.deployed,
  STATUS.enteringRescue,
  STATUS.failedEnteringRescue,
]
