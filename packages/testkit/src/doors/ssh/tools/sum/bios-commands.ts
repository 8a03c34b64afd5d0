import type { BiosValue } from '../../../../world/model.ts'
import { placeSettings, type Placed } from '../../../../world/supermicro/place.ts'
import { OsError } from '../../os/errno.ts'
import { type Call, tell, warn } from './call.ts'
import { SumError } from './exit.ts'
import { exportConfiguration } from './export-configuration.ts'
import { readXml } from './read-xml.ts'
import { wantedIn } from './wanted.ts'

/** Between the tool's last words and the end of the OS that it asked to restart (assumed). */
const REBOOT_DELAY_MS = 5_000
export const ADMINISTRATOR_PASSWORD = 'Security > Administrator Password'

/** `GetCurrentBiosCfg [--file F [--overwrite]]`: what is in force; nothing of what waits for the next boot. The last words are assumed. */
export async function getCurrentBiosCfg(call: Call): Promise<number> {
  await requirePassword(call)
  return put(call, call.process.host.machine.bios.current)
}

/** `GetDefaultBiosCfg`: the same with every setting at its default. */
export async function getDefaultBiosCfg(call: Call): Promise<number> {
  await requirePassword(call)
  return put(call, defaultsOf(call))
}

/**
 * `ChangeBiosCfg --file F`: checks the whole file, then stages it for the next boot; what the file leaves out stays. It says that the
 * configuration is updated whether or not anything differs. Assumed: only changes need their conditions met, counted with all that
 * is staged; a later file is merged into what waits.
 */
export async function changeBiosCfg(call: Call): Promise<number> {
  const { machine } = call.process.host
  await requirePassword(call)
  const text = (await readFile(call, call.values.get('--file') ?? '')).toString('latin1')
  const wanted = wantedIn(readXml(text), placeSettings(machine.model.setup?.menus ?? []), {
    skipUnknown: call.flags.has('--skip_unknown'),
    skipBbs: call.flags.has('--skip_bbs'),
  })
  const { current, pending } = machine.bios
  const changes = [...wanted].filter(([{ path }, value]) => current.get(path) !== value)
  requireConditions(call, wanted, changes)

  const stage = () => {
    for (const [{ path }, value] of wanted)
      if (current.get(path) === value) pending.delete(path)
      else pending.set(path, value)
  }
  if (call.personality.coloured) call.io.out('\u001B[0m\n\u001B[0m')
  else {
    tell(call, 'Status', 'Start updating the BIOS configuration for the managed system')
    call.io.out(
      `${'*'.repeat(33)}WARNING${'*'.repeat(33)}\n    Do not remove AC power from the server.\n${'*'.repeat(73)}\n`,
    )
  }
  if (changes.length === 0) {
    if (call.personality.coloured) call.io.out('\n\n')
    tell(call, 'Note', 'No BIOS setting has been changed.')
  }
  tell(call, 'Status', 'The BIOS configuration is updated for the managed system')
  return finish(call, stage)
}

/** `LoadDefaultBiosCfg [--reboot]`. The words but for `configuration is loaded` are assumed. */
export async function loadDefaultBiosCfg(call: Call): Promise<number> {
  await requirePassword(call)
  const { bios } = call.process.host.machine
  if (call.personality.coloured) call.io.out('\u001B[0m\n\u001B[0m')
  tell(call, 'Status', 'The BIOS configuration is loaded for the managed system')
  return finish(call, () => {
    bios.pending.clear()
    bios.loadDefaults = true
  })
}

/** The last words, and the reboot if it was asked for: soft, so that the tool's own words still arrive. */
function finish(call: Call, stage: () => void): number {
  const { machine, clock } = call.process.host
  if (!call.flags.has('--reboot')) {
    call.io.effect(stage)
    tell(
      call,
      'Note',
      `You have to reboot or power up the system for the changes to take effect${call.personality.coloured ? '.' : ''}`,
    )
    return 0
  }
  call.io.effect(() => {
    stage()
    clock.after(REBOOT_DELAY_MS, () => machine.reboot())
  })
  tell(call, 'Status', 'The managed system localhost is rebooting.')
  warn(
    call,
    'Without option --post_complete, please manually confirm the managed system is POST complete before executing next action.',
  )
  return 0
}

/** A value that can't be set in the configuration as it would be ends the whole run. */
function requireConditions(
  { process }: Call,
  wanted: ReadonlyMap<Placed, BiosValue>,
  changes: readonly (readonly [Placed, BiosValue])[],
): void {
  const { bios, model, bmc } = process.host.machine
  const together = new Map([...bios.current, ...bios.pending])
  for (const [{ path }, value] of wanted) together.set(path, value)
  for (const [{ path, setting, conditions }] of changes) {
    const attribute = model.biosAttributes.find(({ name }) => name === path)
    if (attribute?.settable?.(together) === false)
      throw new SumError(60, [
        'The BIOS configuration file is invalid.',
        `The setting ${setting.name} can not be changed unless: ${conditions.map((each) => each.trim()).join(' and ')}`,
      ])
    if (setting.licence !== undefined && !bmc.licences.includes(setting.licence))
      throw new SumError(80, [`${setting.licence} node product key is not activated.`])
  }
}

/** Assumed: 12 for a password that is missing or wrong. */
async function requirePassword(call: Call): Promise<void> {
  const password = call.process.host.machine.bios.current.get(ADMINISTRATOR_PASSWORD)
  if (password === undefined || password === '') return
  const file = call.values.get('--cur_pw_file')
  const given =
    file === undefined
      ? call.values.get('--current_password')
      : (await readFile(call, file)).toString('latin1').replace(/\r?\n$/, '')
  if (given === password) return
  throw new SumError(12, [
    given === undefined
      ? 'The BIOS administrator password is required.'
      : 'The BIOS administrator password is not correct.',
  ])
}

async function put(call: Call, values: ReadonlyMap<string, BiosValue>): Promise<number> {
  const { machine, clock } = call.process.host
  const text = exportConfiguration({
    menus: machine.model.setup?.menus ?? [],
    values,
    title: call.personality.title,
    at: clock.now(),
  })
  const file = call.values.get('--file')
  if (file === undefined) {
    call.io.out(text)
    return 0
  }
  try {
    await call.process.writeFile(file, Buffer.from(text, 'latin1'))
  } catch (error) {
    if (error instanceof OsError) throw new SumError(8, [`Can not open file: ${file}`])
    throw error
  }
  call.io.out(`\nFile "${file}" is created.\n`)
  return 0
}

function defaultsOf({ process }: Call): ReadonlyMap<string, BiosValue> {
  return new Map(process.host.machine.model.biosAttributes.map(({ name, default: preset }) => [name, preset]))
}

async function readFile({ process }: Call, file: string): Promise<Buffer> {
  try {
    return await process.readFile(file)
  } catch (error) {
    if (error instanceof OsError) throw new SumError(8, [`Can not open file: ${file}`])
    throw error
  }
}
