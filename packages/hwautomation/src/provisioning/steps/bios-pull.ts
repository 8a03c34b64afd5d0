import { z } from 'zod'
import { sameValue } from '../../bios/configuration.ts'
import { HwError } from '../../errors.ts'
import { WorkflowStep } from '../../workflow/step.ts'
import { factsOfBios } from '../../inventory/facts-of-bios.ts'
import { artefactSchema, keepFile, keepPulled } from '../bios-files.ts'
import { Bios, HostShell, type BiosReading } from '../capabilities.ts'
import { ensureTool } from '../ensure-tool.ts'
import { keepFacts } from '../inventory.ts'
import type { Provisioning } from '../provisioning.ts'
import { QUIET_FOR } from '../quiet-for.ts'
import { stepTimes } from '../step-times.ts'
import { biosDiffers, isDoneWithBios } from '../wanted-bios.ts'

const output = z.object({
  tool: z.string(),
  settings: z.number(),
  /** Native names that somebody had staged before us; the next boot brings those that the template says nothing of. */
  pendingBefore: z.array(z.string()),
  /** The configuration in the tool's own format: restores the BIOS as it was found. */
  file: artefactSchema,
  /** The same, parsed, with the board's attribute registry. */
  pulled: artefactSchema,
})

/** Reads the BIOS configuration that is in force, with the vendor's tool on the host, and keeps it. */
export const biosPull = new WorkflowStep<Provisioning, z.infer<typeof output>>({
  id: 'bios-pull',
  title: 'Pull BIOS configuration',
  output,
  timeout: (ctx) => stepTimes(ctx.request.profile, 'bios-pull'),
  expected: (ctx) => stepTimes(ctx.request.profile, 'bios-pull').expected,
  onCancel: 'stop',

  plan(ctx) {
    const tool = ctx.use(Bios).tool
    const described = ctx.use(HostShell).describedTool(tool, ctx.request.profile.match.architecture)
    if (described === undefined)
      return {
        todo: [],
        problems: [
          `No ${tool} for ${ctx.request.profile.match.architecture} is described in the configuration (tools.${tool}).`,
        ],
      }
    return ctx.todo(`Upload ${tool} to the host`, 'Export its current BIOS configuration and keep it')
  },

  async recheck(ctx) {
    if (!isDoneWithBios(ctx.resumesAt)) return 'the BIOS is read anew before it is compared and written'
    return biosDiffers(ctx)
  },

  async act(ctx) {
    const bios = ctx.use(Bios)
    await ensureTool(ctx, bios.tool)
    const quietFor = QUIET_FOR.bootAfterBiosWrite
    const reading = await ctx.subTask('Exporting current BIOS configuration…', { quietFor }, async (task) => {
      // Our boot may have set a job of somebody else going: what is read under it does not hold, and it must not lose power.
      await bios.untilSettled({ signal: ctx.signal, onStage: task.detail })
      const answer = await bios.read({ signal: ctx.signal, everything: true, onStage: task.detail })
      return answer.value
    })
    if (reading.file === undefined || Object.keys(reading.current.attributes).length === 0) throw emptyExport(bios.tool)
    await keepFile(ctx, 'bios-before', reading.file)
    await keepPulled(ctx, reading)
    await keepFacts(ctx, 'bmc', factsOfBios(reading.current))
  },

  async verify(ctx) {
    // Read anew: a device that answers differently a moment later was not read, but guessed.
    const bios = ctx.use(Bios)
    const { value: reading } = await ctx.subTask('Reading it again…', { quietFor: QUIET_FOR.tool }, (task) =>
      bios.read({ signal: ctx.signal, everything: true, onStage: task.detail }),
    )
    if (reading.file === undefined) throw emptyExport(bios.tool)
    await bios.signOut(ctx.signal)
    const settings = Object.keys(reading.current.attributes).length
    return {
      ok: settings > 0,
      output: {
        tool: bios.tool,
        settings,
        pendingBefore: differing(reading),
        file: await keepFile(ctx, 'bios-before', reading.file),
        pulled: await keepPulled(ctx, reading),
      },
      evidence: [
        ctx.evidence(
          `the BIOS configuration was pulled: ${settings} settings`,
          { registry: reading.current.registryId ?? null, settings },
          { source: bios.tool, request: reading.current.resource.path },
        ),
      ],
    }
  },
})

/** Native names whose staged value is not the one in force. */
export function differing(reading: Pick<BiosReading, 'current' | 'pending'>): string[] {
  return Object.keys(reading.pending.attributes).filter(
    (name) => !sameValue(reading.pending.attributes[name], reading.current.attributes[name]),
  )
}

function emptyExport(tool: string): HwError {
  return new HwError({
    code: 'bios.empty',
    kind: 'transient',
    message: `${tool} gave a BIOS configuration without settings.`,
    hint: 'Wait until the BMC is ready after the boot and try again.',
  })
}
