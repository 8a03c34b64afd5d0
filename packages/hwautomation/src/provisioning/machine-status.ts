/**
 * Status numbers of a machine and the words of its `status_name`.
 * Source: MAAS src/maascommon/enums/node.py (numbers) and src/maascommon/node.py (labels); 0-2, 4, 6, 8-10 and 16-21 also seen in
 * recorded answers of MAAS 3.3. Compare numbers: the words are labels, not the names of the enumeration.
 */
export const MACHINE_STATUS = {
  new: 0,
  commissioning: 1,
  failedCommissioning: 2,
  missing: 3,
  ready: 4,
  reserved: 5,
  deployed: 6,
  retired: 7,
  broken: 8,
  deploying: 9,
  allocated: 10,
  failedDeployment: 11,
  releasing: 12,
  releasingFailed: 13,
  diskErasing: 14,
  failedDiskErasing: 15,
  rescueMode: 16,
  enteringRescueMode: 17,
  failedToEnterRescueMode: 18,
  exitingRescueMode: 19,
  failedToExitRescueMode: 20,
  testing: 21,
  failedTesting: 22,
} as const

/** `Failed to enter rescue mode` for 18: the label MAAS shows. A number of a later MAAS is shown as `status 99`. */
export function machineStatusLabel(status: number): string {
  return LABELS[status] ?? `status ${status}`
}

const LABELS: Readonly<Record<number, string>> = {
  0: 'New',
  1: 'Commissioning',
  2: 'Failed commissioning',
  3: 'Missing',
  4: 'Ready',
  5: 'Reserved',
  6: 'Deployed',
  7: 'Retired',
  8: 'Broken',
  9: 'Deploying',
  10: 'Allocated',
  11: 'Failed deployment',
  12: 'Releasing',
  13: 'Releasing failed',
  14: 'Disk erasing',
  15: 'Failed disk erasing',
  16: 'Rescue mode',
  17: 'Entering rescue mode',
  18: 'Failed to enter rescue mode',
  19: 'Exiting rescue mode',
  20: 'Failed to exit rescue mode',
  21: 'Testing',
  22: 'Failed testing',
}
