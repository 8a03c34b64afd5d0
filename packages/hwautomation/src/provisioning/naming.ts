import type { UndoContext } from '../workflow/context.ts'
import { foundBefore } from './bmc-address.ts'
import { wishesOf } from './bmc-wishes.ts'
import { Bios } from './capabilities.ts'
import type { MachineState } from './machine-state.ts'
import { MACHINE_STATUS } from './machine-status.ts'
import type { Provisioning } from './provisioning.ts'
import { biosModify } from './steps/bios-modify.ts'
import { biosPush } from './steps/bios-push.ts'
import { ipmiConfigure } from './steps/ipmi-configure.ts'
import { wantedBios } from './wanted-bios.ts'

type Ctx = UndoContext<Provisioning>

/**
 * Names what a run that ends early leaves changed: a BIOS that was written, a BMC address that was set. Judged by what was sent,
 * so that a step that failed half-way is named too; whoever reads the record must not have to guess.
 */
export function nameWhatStays(ctx: Ctx): void {
  nameBios(ctx)
  nameBmcAddress(ctx)
  nameBmcWishes(ctx)
  nameTag(ctx)
}

function nameBios(ctx: Ctx): void {
  if (!ctx.intents.some(({ effect }) => effect === 'bios.write')) return
  const names = (ctx.maybeOutput(biosModify)?.changes ?? []).map(({ name }) => name).join(', ')
  const proven = ctx.maybeOutput(biosPush) !== undefined
  // A Dell applies pending values by a job: one that is left is named by `untilBiosRests`.
  const pending =
    proven || ctx.use(Bios).tool !== 'racadm'
      ? ''
      : ' What is pending without a job comes with the next job that anybody orders; `racadm clearpending BIOS.Setup.1-1` discards it.'
  ctx.leaveBehind(
    `${proven ? 'changed BIOS settings' : 'BIOS settings that were written and may be in force or come with the next boot'} on ${ctx.request.hostname}: ${names}`,
    `They are those of ${wantedBios(ctx.request)}; the configuration of before is kept with the run (bios-before), and can be restored.${pending}`,
  )
}

function nameBmcAddress(ctx: Ctx): void {
  const before = foundBefore(ctx)
  const last = ctx.intents.findLast(({ effect }) => effect === 'bmc.lan-set')
  // Put back and read back: the BMC has what it had.
  if (before === undefined || last === undefined || last.key.startsWith('back ')) return
  const now = ctx.maybeOutput(ipmiConfigure)?.now.address
  ctx.leaveBehind(
    `BMC address of ${ctx.request.hostname}: was ${before.address}, ${now === undefined ? `may be ${ctx.request.targetIpmiIp} now, not proven` : `is ${now} now`}`,
    now === undefined
      ? 'Look with ipmitool on the host (lan print) which address the BMC has, and set MAAS’s power address to it.'
      : 'It is proven and MAAS knows it; start again to finish, or set the old one.',
  )
}

/** Users and settings of the BMC that were sent: by what was found before them. */
function nameBmcWishes(ctx: Ctx): void {
  const { hostname } = ctx.request
  const read = ctx.maybeOutput(ipmiConfigure) !== undefined
  const was = (marker: unknown) => {
    const found = (marker as { readonly was?: unknown } | null)?.was
    return typeof found === 'string' ? found : 'not known'
  }
  const { settings } = wishesOf(ctx.request)
  const sent = ctx.intents.flatMap(({ effect, key, marker }) => {
    if (effect === 'bmc.user') return [`user ${key} (was ${was(marker)})`]
    if (effect !== 'bmc.setting') return []
    const wanted = settings.find(({ name }) => name === key)?.value ?? 'another value'
    return [`${key} (was ${was(marker)}, ${read ? 'is' : 'may be'} ${wanted} now)`]
  })
  if (sent.length === 0) return
  ctx.leaveBehind(
    `changed on the BMC of ${hostname}: ${sent.join(', ')}`,
    'They are what the device type wants; set them back on the BMC’s web page if the machine is to be used otherwise.',
  )
}

/** A cancel that came when the tagging had begun. */
function nameTag(ctx: Ctx): void {
  const { hostname, profile } = ctx.request
  if (!ctx.intents.some(({ effect, key }) => effect === 'maas.tags' && key === `add ${profile.tag}`)) return
  ctx.leaveBehind(
    `tag ${profile.tag} on ${hostname}, which says that it is of its type`,
    'Take it off in MAAS unless the machine is to be used as it is.',
  )
}

/** A commissioning that MAAS refused because of a power action leaves its caller as owner, and nothing but the next one clears that (MAAS 3.3, recorded). */
export function nameResidue(ctx: Ctx, machine: MachineState, user: string): void {
  const sent = ctx.intents.some(({ effect }) => effect === 'maas.commission')
  const resting = machine.status === MACHINE_STATUS.new || machine.status === MACHINE_STATUS.ready
  if (!sent || !resting || machine.owner !== user) return
  ctx.leaveBehind(
    `${user} as owner of ${machine.hostname} in MAAS, although it is ${machine.statusName}`,
    'Harmless: MAAS left it there when it refused a commissioning; the next commissioning clears it.',
  )
}

/** A machine that could not be taken to a known state: how it was when it was last seen. */
export function nameUnsettled(ctx: Ctx, machine: MachineState | undefined): void {
  const seen =
    machine === undefined
      ? 'not seen since the run failed'
      : `last seen ${machine.statusName}, power ${machine.power}, owner ${machine.owner ?? 'nobody'}`
  ctx.leaveBehind(
    `${ctx.request.hostname} in MAAS: ${seen}`,
    'Look at it in MAAS: abort its commissioning or exit rescue mode, and switch it off if it is on.',
  )
}
