import type { WaitingFor } from '../workflow/record.ts'
import { NOTHING_TOUCHED } from '../workflow/touching.ts'

/** Why a run waits, and what ends that where it is an operator's switch. Not printable yet. */
export function waitingText({ kind, detail }: Pick<WaitingFor, 'kind' | 'detail'>): string {
  const isOff = kind === 'hold' && detail.startsWith(NOTHING_TOUCHED)
  return isOff ? `${detail}. To go on: hwautomation hardware on` : detail
}
