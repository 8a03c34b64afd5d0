import type { Job, JobType } from './jobs.ts'

/** A message of the Lifecycle Controller by its id. */
export function jobMessage(id: string): Job['message'] {
  return { id, text: MESSAGES[id] ?? '' }
}

/** What a queue calls a job of each kind. */
export const jobNames: Readonly<Record<JobType, string>> = {
  BIOSConfiguration: 'Configure: BIOS.Setup.1-1',
  ImportConfiguration: 'Configure: Import Server Configuration Profile',
  ExportConfiguration: 'Export: Server Configuration Profile',
  RebootPowerCycle: 'Reboot: Power cycle',
  RebootNoForce: 'Reboot: Graceful OS shutdown',
  RebootForce: 'Reboot: Graceful OS shutdown with Forced shutdown',
}

const MESSAGES: Readonly<Record<string, string>> = {
  JCP001: 'Task successfully scheduled.',
  PR19: 'Job completed successfully.',
  PR20: 'Job in progress.',
  PR21: 'Job failed.',
  PR30: 'Job processing initialization failure.',
  JCP008: 'Job completed with errors.',
  SYS043: 'Successfully exported Server Configuration Profile.',
  SYS053: 'Successfully imported and applied Server Configuration Profile.',
  SYS055: 'Import of Server Configuration Profile operation completed with errors.',
  SYS051: 'Import of Server Configuration Profile operation failed.',
  SYS058: 'Applying configuration changes.',
  SYS069: 'No changes were applied since the current component configuration matched the requested configuration.',
}
