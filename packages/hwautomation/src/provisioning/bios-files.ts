import { z } from 'zod'
import type { BiosConfiguration, BiosRegistry } from '../bios/configuration.ts'
import type { StepContext } from '../workflow/context.ts'
import type { ArtefactRef } from '../workflow/record.ts'
import { Bios, type BiosReading } from './capabilities.ts'

/** A kept file, as step outputs name it. */
export const artefactSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  mediaType: z.string(),
  step: z.string(),
})

/** What bios-pull keeps for the steps after it: parsed, so that planning needs no vendor format. */
export interface PulledBios {
  readonly current: BiosConfiguration
  readonly pending: BiosConfiguration
  readonly registry?: BiosRegistry
  readonly appliedAt: string | null
}

type Keeping = Pick<StepContext, 'keep' | 'kept'>

export function keepPulled(ctx: Keeping, reading: BiosReading): Promise<ArtefactRef> {
  const { current, pending, registry, appliedAt } = reading
  return keepJson(ctx, 'bios-pulled.json', { current, pending, appliedAt, ...(registry ? { registry } : {}) })
}

/** The configuration in the vendor's own format, fit for restoring by hand. */
export function keepFile(
  ctx: Keeping & Pick<StepContext, 'use'>,
  name: string,
  file: Uint8Array,
): Promise<ArtefactRef> {
  const { extension, mediaType } = ctx.use(Bios).fileFormat
  return ctx.keep(`${name}.${extension}`, file, mediaType)
}

export function keepJson(ctx: Keeping, name: string, value: unknown): Promise<ArtefactRef> {
  return ctx.keep(name, new TextEncoder().encode(JSON.stringify(value, null, 2)), 'application/json')
}

/** Our own file, checked by its hash when it was read back. */
export async function keptPulled(ctx: Keeping, ref: ArtefactRef): Promise<PulledBios> {
  return JSON.parse(new TextDecoder().decode(await ctx.kept(ref))) as PulledBios
}
