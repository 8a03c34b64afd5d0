/** The steps of the standard workflow, in order. */
export const STEP_IDS = [
  'commission',
  'retrieve-ip',
  'bios-pull',
  'bios-modify',
  'bios-push',
  'ipmi-configure',
  'finalize',
] as const
export type StepId = (typeof STEP_IDS)[number]
