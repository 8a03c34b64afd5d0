import { HwError } from '../errors.ts'
import { HostShell } from './capabilities.ts'
import { ensureShell } from './ensure-shell.ts'
import type { Acting } from './provisioning.ts'
import { QUIET_FOR } from './quiet-for.ts'

/**
 * Puts a described in-band tool on the host, unless this boot has it: the ephemeral OS has none, and each boot starts empty.
 * @throws HwError `tool.not-described` where the configuration has none for this architecture.
 */
export async function ensureTool(ctx: Acting, name: string): Promise<void> {
  await ensureShell(ctx, `tool-${name}`)
  const shell = ctx.use(HostShell)
  const architecture = shell.location?.identity.architecture ?? 'unknown'
  const tool = shell.describedTool(name, architecture)
  if (tool === undefined)
    throw new HwError({
      code: 'tool.not-described',
      kind: 'invalid',
      message: `${ctx.request.hostname} is ${architecture}, and no ${name} for ${architecture} is described.`,
      hint: `Get ${name} for ${architecture} from its vendor and describe it in the configuration under tools.${name} (files with SHA-256, install, check).`,
      context: { tool: name, architecture },
    })
  await ctx.subTask(`Installing ${name}…`, { quietFor: QUIET_FOR.tool }, async () => {
    if (await shell.hasTool(name, ctx.signal)) return
    await ctx.effect({
      effect: 'host.tool-upload',
      key: `${name} ${shell.location?.bootId ?? ''}`,
      marker: async () => ({ sha256: [...tool.sha256], bootId: shell.location?.bootId ?? '' }),
      act: () => shell.installTool(name, ctx.signal),
      happened: async () => ((await shell.hasTool(name, ctx.signal)) ? 'happened' : 'not-happened'),
    })
    if (!(await shell.hasTool(name, ctx.signal)))
      throw new HwError({
        code: 'tool.not-installed',
        kind: 'transient',
        message: `${name} was uploaded to ${ctx.request.hostname}, but is not there with the right checksum.`,
        hint: 'Look at free space on the host’s RAM disk and at the tool’s install commands.',
        context: { tool: name },
      })
  })
}
