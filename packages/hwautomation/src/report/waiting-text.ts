import type { WaitingFor } from '../workflow/record.ts'
import { NOTHING_TOUCHED } from '../workflow/touching.ts'
import { shortId } from './short-id.ts'

/** Why a run waits, and what ends that where it is for a person to do. Not printable yet. */
export function waitingText({ kind, detail }: Pick<WaitingFor, 'kind' | 'detail'>, runId: string): string {
  if (kind === 'approval')
    return `${detail}. To say yes: hwautomation approve ${shortId(runId)}; to say no: hwautomation cancel ${shortId(runId)}`
  const isOff = kind === 'hold' && detail.startsWith(NOTHING_TOUCHED)
  return isOff ? `${detail}. To go on: hwautomation hardware on` : detail
}
