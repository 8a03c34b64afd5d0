import { isHwError } from '../errors.ts'
import { HostShell } from './capabilities.ts'
import type { Acting } from './provisioning.ts'

/**
 * Waits until a named command has ended that an earlier process, or a connection that was lost, left on the host. How it ended is not
 * asked: the device, read again, says what became of it.
 */
export async function untilEnded(ctx: Pick<Acting, 'use' | 'signal'>, id: string): Promise<void> {
  try {
    await ctx.use(HostShell).attach(id, ctx.signal)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!endedAnyway(error)) throw error
  }
}

/** Its exit code is on no record, or it was stopped because it took too long: it does not run any more. */
export function endedAnyway(error: unknown): boolean {
  return isHwError(error) && ['ssh.command-lost', 'ssh.command-timeout', 'ssh.rebooted'].includes(error.code)
}
