import { HwError, toHwError } from '../errors.ts'
import { alarm } from '../workflow/alarm.ts'
import type { UndoContext } from '../workflow/context.ts'
import { Bios, HostShell } from './capabilities.ts'
import type { Provisioning } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'
import { biosPush } from './steps/bios-push.ts'

/** Two POSTs of up to 10 minutes each. Settling goes on afterwards. */
const WITHIN_MS = 25 * 60_000

/**
 * For a run that ends before its BIOS is proven: waits while the machine applies settings, whoever ordered that, as it must not lose power
 * under it, and names a job of this run that still waits for the next boot. Only as long as the host answers, and not for ever.
 */
export async function untilBiosRests(ctx: UndoContext<Provisioning>): Promise<void> {
  if (ctx.maybeOutput(biosPush) !== undefined || ctx.use(HostShell).location === undefined) return
  const { hostname } = ctx.request
  const leaveBehind = (what: string): void => {
    // Without a write of ours it is somebody else's.
    if (ctx.intents.some(({ effect }) => effect === 'bios.write')) ctx.leaveBehind(what, REMEDY)
  }
  const over = new AbortController()
  using _ = alarm(ctx.clock, WITHIN_MS, () => over.abort(stillAtWork(hostname)))
  const signal = AbortSignal.any([ctx.signal, over.signal])
  try {
    const waits = await ctx.subTask(
      'Looking whether settings are being applied…',
      { quietFor: QUIET_FOR.bootAfterBiosWrite },
      (task) => ctx.use(Bios).untilSettled({ signal, onStage: task.detail }),
    )
    if (waits !== undefined) leaveBehind(`BIOS job of ${hostname}: ${waits}`)
  } catch (error) {
    ctx.signal.throwIfAborted()
    leaveBehind(`perhaps a BIOS job of ${hostname}: ${toHwError(error).message}`)
  }
}

const REMEDY =
  '`racadm jobqueue view` shows it; the next boot runs it and applies what is pending, `racadm jobqueue delete -i <its id>` discards it with what it would set.'

function stillAtWork(hostname: string): HwError {
  return new HwError({
    code: 'bios.job-pending',
    kind: 'busy',
    message: `A BIOS job of ${hostname} ran for more than ${WITHIN_MS / 60_000} minutes and was not waited for any longer.`,
    hint: 'Look at `racadm jobqueue view`.',
  })
}
