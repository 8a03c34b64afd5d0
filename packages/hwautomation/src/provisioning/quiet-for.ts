/**
 * How long the long sub-tasks may say nothing new before that is a stall, with where the figure comes from. What is not listed has the
 * engine's five minutes.
 */
export const QUIET_FOR = {
  /** MAAS itself gives up on an entry into rescue mode after 30 minutes (MAAS 3.3, recorded: `status_expires`); a server with much memory is in POST for 10. */
  boot: '20m',
  /** Applying BIOS settings may reset the host twice, with a POST of up to 10 minutes each. */
  bootAfterBiosWrite: '30m',
  /** MAAS's own limit; its scripts say something only when one has ended, and with a full inventory of disks that takes its time. */
  commissioning: '30m',
  /** A power action takes 4-9 s, and 140 s against a BMC that is silent (MAAS 3.3, recorded). */
  powerOff: '5m',
  /** One call of an in-band tool has 5 minutes, and a step's sentence covers two in a row. */
  tool: '10m',
  /** A BMC may take minutes to answer at a new address, and MAAS's power query 60 s (MAAS 3.3, recorded). */
  bmc: '5m',
} as const
