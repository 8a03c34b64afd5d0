import { boardingError, inWords } from '../boarding/boarding-error.ts'
import { asksForBios, asksForBmc, boardingReport, type BoardingFinding } from '../boarding/report.ts'
import type { BoardingSeen } from '../boarding/seen.ts'
import type { BiosConfiguration } from '../bios/configuration.ts'
import { isHwError } from '../errors.ts'
import type { StepContext } from '../workflow/context.ts'
import type { Evidence } from '../workflow/record.ts'
import { keptPulled, type PulledBios } from './bios-files.ts'
import { askBeforehand } from './bmc-beforehand.ts'
import { BmcSettings } from './bmc-settings.ts'
import { boardingOf, questionsOf } from './bmc-wishes.ts'
import { soon } from './patiently.ts'
import type { Provisioning } from './provisioning.ts'
import { biosPull } from './steps/bios-pull.ts'
import { biosPush } from './steps/bios-push.ts'
import { ipmiConfigure } from './steps/ipmi-configure.ts'

type Ctx = StepContext<Provisioning>

/** How long a BMC that does not answer just now is asked again. */
const ANSWERS_WITHIN_MS = 60_000

/**
 * Compares the boarding rules of the device type with what this run read back: the BIOS after the push (or as it was pulled, where nothing
 * was pushed), the BMC asked now. Asks nobody where no rule does.
 */
export async function boardingFindings(ctx: Ctx): Promise<readonly BoardingFinding[]> {
  const rules = boardingOf(ctx.request)
  const bios = asksForBios(rules) ? await biosInForce(ctx) : undefined
  const asked = asksForBmc(rules) ? await askBmc(ctx) : undefined
  const { bootNic } = ctx.request.profile.bios
  return boardingReport(rules, {
    ...(bios === undefined
      ? {}
      : { bios: { configuration: bios.current, registry: bios.registry, ...(bootNic ? { bootNic } : {}) } }),
    ...(asked !== undefined && 'answers' in asked ? { bmc: asked.answers } : {}),
    why: { bmc: asked !== undefined && 'why' in asked ? asked.why : undefined },
  })
}

/** Fails for a rule that is broken or not known; warns where it is only advised. @throws HwError `boarding.broken` */
export function assertBoarded(ctx: Pick<Ctx, 'request' | 'warn'>, findings: readonly BoardingFinding[]): void {
  const { hostname } = ctx.request
  for (const finding of findings)
    if (finding.advised && finding.verdict !== 'met')
      ctx.warn('boarding.advised', `${hostname}: ${inWords(finding)}; that is advised, not required.`)
  const error = boardingError(hostname, findings)
  if (error !== undefined) throw error
}

/** Each rule as evidence. */
export function boardingEvidence(ctx: Pick<Ctx, 'evidence'>, findings: readonly BoardingFinding[]): Evidence[] {
  return findings.map((finding) =>
    ctx.evidence(
      finding.verdict === 'met'
        ? `boarding: ${finding.rule} is ${finding.wanted}`
        : `boarding, advised: ${inWords(finding)}`,
      { wanted: finding.wanted, found: finding.found },
      { source: /^(?:bmc|user)\.|^licence$/.test(finding.rule) ? 'redfish' : 'bios', request: finding.rule },
    ),
  )
}

async function biosInForce(ctx: Ctx): Promise<Pick<PulledBios, 'current' | 'registry'> | undefined> {
  const pulledAs = ctx.maybeOutput(biosPull)?.pulled
  if (pulledAs === undefined) return undefined
  const pulled = await keptPulled(ctx, pulledAs)
  const after = ctx.maybeOutput(biosPush)?.inForce
  if (after === undefined) return pulled
  const current = JSON.parse(new TextDecoder().decode(await ctx.kept(after))) as BiosConfiguration
  return { ...pulled, current }
}

type Asked = { readonly answers: NonNullable<BoardingSeen['bmc']> } | { readonly why: string }

/** A BMC that is busy for the moment is asked again: a rule that is not known keeps the machine out of service. */
async function askBmc(ctx: Ctx): Promise<Asked> {
  let last: Asked = { why: 'the BMC was not asked' }
  const known = ctx.maybeOutput(ipmiConfigure)?.bmc
  const settled = await soon(ctx.clock, { signal: ctx.signal, within: ANSWERS_WITHIN_MS }, async () => {
    const { passing, ...asked } = await (known === undefined ? askUnseen(ctx) : askKnown(ctx, known))
    last = asked
    return passing === true ? undefined : asked
  })
  return settled ?? last
}

async function askUnseen(ctx: Ctx): Promise<Asked & { readonly passing?: boolean }> {
  try {
    return await askBeforehand(ctx)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!isHwError(error) || error.code !== 'bmc.unrecognised') throw error
    return { why: error.message }
  }
}

async function askKnown(
  ctx: Ctx,
  known: { readonly address: string; readonly certificateSha256: string | null },
): Promise<Asked & { readonly passing?: boolean }> {
  try {
    const at = { ...known, signal: ctx.signal }
    return { answers: (await ctx.use(BmcSettings).ask(questionsOf(ctx.request), at)).value }
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (!isHwError(error) || error.kind === 'internal') throw error
    return { why: error.message, passing: error.retryable }
  }
}
