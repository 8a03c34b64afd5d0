import type { BiosConfiguration } from '../configuration.ts'
import type { Board, Meaning } from '../vendor.ts'
import { offered, settingAt, wordAt } from './places.ts'

/** How a board starts: by UEFI, by legacy BIOS, or by whichever works. */
export type BootMode = 'uefi' | 'legacy' | 'dual'

/** Where boards say it; `Legacy` and `LEGACY` alike. */
export const BOOT_MODE = 'Boot > Boot mode select'
/** H12, H13: no mode, but whether there is legacy boot at all. */
export const CSM = '** > CSM Support'

/** The boot mode in force. Boards that say nothing of it know UEFI only: assumed for X13, H13 and newer. */
export function bootModeOf(configuration: Pick<BiosConfiguration, 'attributes'>): BootMode {
  const mode = wordAt(BOOT_MODE, configuration)
  if (mode === 'legacy' || mode === 'uefi' || mode === 'dual') return mode
  return wordAt(CSM, configuration)?.startsWith('enable') === true ? 'dual' : 'uefi'
}

/** The boot mode after the template, as far as it says. */
export function bootModeAfter({ current, wanted }: Board): BootMode {
  return wanted?.['boot-mode'] ?? (wanted?.csm === 'disabled' ? 'uefi' : bootModeOf(current))
}

/** `boot-retry`: boards retry either kind of boot, so the text depends on the boot mode. */
export function bootRetry(value: string | number, board: Board): Meaning {
  const name = settingAt('** > Re-try Boot', board.current)
  if (name === undefined) return { kind: 'unavailable', reason: 'the board has no setting `Re-try Boot`' }
  const mode = bootModeAfter(board)
  if (value === 'indefinitely' && mode === 'dual')
    return {
      kind: 'unavailable',
      reason: `in boot mode DUAL it has to be told which kind to retry: set ${name} itself`,
    }
  const texts = value === 'once' ? ['Disabled'] : [mode === 'uefi' ? 'EFI Boot' : 'Legacy Boot']
  const text = value === 'reset-after-failure' ? undefined : offered(name, texts, board.registry)
  return text === undefined
    ? { kind: 'unavailable', reason: `the setting ${name} has no value for \`${value}\`` }
    : { kind: 'attributes', attributes: [{ name, value: text }] }
}
