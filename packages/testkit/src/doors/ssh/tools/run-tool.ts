import type { RefusalMode } from '../../../call.ts'
import { type Process, ProcessGone } from '../os/process.ts'

/** What a tool prints and does. Output is kept back until its time is up. */
export interface ToolIo {
  out(text: string): void
  err(text: string): void
  /** Changes the world: at once, later or never, as the fault that struck has it. */
  effect(act: () => void): void
}

export interface ToolRun {
  /** Name in the request log: tool and verb. */
  readonly call: string
  readonly mutating: boolean
  /** Short and free of secrets. */
  readonly detail: string
  /** How long it takes, in lab time. */
  readonly seconds: number
  /** What it prints on stderr, and its exit code, when a fault has it fail. */
  refusal(
    status: number | undefined,
    mode: RefusalMode,
  ): { readonly text: string; readonly code: number; /** Default 2. */ readonly fd?: 1 | 2 }
  /** Of what it prints; default UTF-8. */
  readonly encoding?: 'latin1'
  run(io: ToolIo): number | Promise<number>
}

/**
 * Runs one simulated tool: one entry in the request log, and the place where faults strike it.
 * Faults that cut the wire cut every SSH connection of the host; the tool itself runs on to its end.
 */
export async function runTool(process: Process, tool: ToolRun): Promise<number> {
  const { host } = process
  const { clock } = host
  const begun = host.begin({
    door: 'ssh',
    server: host.machine.hostname,
    call: tool.call,
    mutating: tool.mutating,
    detail: tool.detail,
  })
  const mode = begun.fault?.mode
  let effect: 'none' | 'now' | 'late' = 'none'
  let isOver = false
  const end = (outcome: number | string): void => {
    if (!isOver) begun.end(outcome, effect)
    isOver = true
  }
  try {
    if (mode === 'hang') {
      // Assumed, so that a hang costs no lab time: lab time waits, and whoever gives the tool up does so in wall time,
      // as with a hung wire.
      const release = clock.holdStill()
      end('hung')
      try {
        await process.block(new Promise<never>(() => undefined))
      } finally {
        release()
      }
    }
    if (mode === 'slow') {
      await process.block(clock.wall(begun.delayMs, process.signal))
      begun.resume()
    }
    if (mode === 'drop-before-effect') host.cutConnections()
    await process.sleep(tool.seconds * 1000)

    if (
      mode === 'refuse' ||
      mode === 'wrong-status' ||
      mode === 'auth-failure' ||
      mode === 'session-limit' ||
      mode === 'licence-missing'
    ) {
      const { text, code, fd = 2 } = tool.refusal(begun.fault?.status, mode === 'refuse' ? 'wrong-status' : mode)
      end(code)
      await process.write(fd, text)
      return code
    }
    const printed: { readonly fd: 1 | 2; readonly text: string }[] = []
    const code = await tool.run({
      out: (text) => printed.push({ fd: 1, text }),
      err: (text) => printed.push({ fd: 2, text }),
      effect(act) {
        process.check()
        if (mode === 'ack-no-effect') return
        effect = mode === 'effect-late' ? 'late' : 'now'
        if (effect === 'late') clock.after(begun.delayMs, act)
        else act()
      },
    })
    process.check()
    if (mode === 'reply-lost-after-effect') host.cutConnections()
    const half =
      mode === 'drop-mid-reply' ? Math.floor(printed.reduce((sum, { text }) => sum + text.length, 0) / 2) : undefined
    end(
      mode === 'garbage'
        ? 'garbage'
        : mode?.includes('drop') === true || mode === 'reply-lost-after-effect'
          ? 'dropped'
          : code,
    )
    await print(
      process,
      mode === 'garbage' ? printed.map(({ fd, text }) => ({ fd, text: garble(text) })) : printed,
      half,
      tool.encoding,
    )
    return code
  } catch (error) {
    if (error instanceof ProcessGone) end('killed')
    else end('failed')
    throw error
  }
}

/** With `half`, the connections are cut once that many characters are out. */
async function print(
  process: Process,
  printed: readonly { readonly fd: 1 | 2; readonly text: string }[],
  half: number | undefined,
  encoding: 'latin1' | 'utf8' = 'utf8',
): Promise<void> {
  const write = (fd: 1 | 2, text: string) => process.write(fd, Buffer.from(text, encoding))
  let left = half ?? Infinity
  for (const { fd, text } of printed) {
    if (text.length > left) {
      await write(fd, text.slice(0, left))
      await process.host.breathe()
      process.host.cutConnections()
      await write(fd, text.slice(left))
      left = Infinity
    } else {
      await write(fd, text)
      left -= text.length
    }
  }
  if (half !== undefined && left !== Infinity) process.host.cutConnections()
}

/** As after a crash in the middle of printing: the first bytes, then what was left in memory. */
function garble(text: string): string {
  return `${text.slice(0, 12).replaceAll('\n', ' ')}\u0001\u0002%!s(MISSING) 0x7f{[\n`
}
