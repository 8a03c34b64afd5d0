import type { DeviceType } from '../devices/device-type.ts'
import type { StepId } from './step-ids.ts'

const MINUTE = 60_000

/** For hardware whose type says nothing: MAAS gives commissioning and rescue mode 30 minutes each, and a server boots in 3 to 10. */
const USUAL: Readonly<Record<StepId, { readonly expected: number; readonly attempt: number }>> = {
  commission: { expected: 10 * MINUTE, attempt: 45 * MINUTE },
  'retrieve-ip': { expected: 6 * MINUTE, attempt: 40 * MINUTE },
  'bios-pull': { expected: 2 * MINUTE, attempt: 15 * MINUTE },
  'bios-modify': { expected: 1000, attempt: MINUTE },
  'bios-push': { expected: 10 * MINUTE, attempt: 60 * MINUTE },
  'ipmi-configure': { expected: 2 * MINUTE, attempt: 20 * MINUTE },
  finalize: { expected: MINUTE, attempt: 15 * MINUTE },
}

/** Expected duration and limits of a step for a device type, in milliseconds. */
export function stepTimes(
  profile: DeviceType,
  step: StepId,
): { readonly expected: number; readonly attempt: number; readonly total: number } {
  const usual = USUAL[step]
  const own = profile.steps[step]
  const attempt = own?.attemptMs ?? usual.attempt
  return { expected: own?.expectedMs ?? usual.expected, attempt, total: own?.totalMs ?? 3 * attempt }
}
