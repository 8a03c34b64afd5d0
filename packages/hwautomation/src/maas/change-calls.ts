import { invalidInput, machinePath, systemId, tagPath, type MaasCall } from './calls.ts'
import { ticked } from './form.ts'

export interface CommissionOptions {
  /** The machine stays on after READY, and the API user's SSH keys open it. */
  readonly enableSsh?: boolean
  /** Without it MAAS creates or rewrites the BMC user `maas`. */
  readonly skipBmcConfig?: boolean
  readonly skipNetworking?: boolean
  readonly skipStorage?: boolean
  /** Names or tags; default: MAAS's own choice. */
  readonly commissioningScripts?: readonly string[] | 'none'
  /** Names or tags; an empty list or `none` runs no tests; left out, MAAS runs its default tests. */
  readonly testingScripts?: readonly string[] | 'none'
}

export function commissionCall(id: string, options: CommissionOptions): MaasCall {
  return {
    ...machineOperation('commission', id, 'commission machine'),
    touchesPower: true,
    form: {
      enable_ssh: ticked(options.enableSsh),
      skip_bmc_config: ticked(options.skipBmcConfig),
      skip_networking: ticked(options.skipNetworking),
      skip_storage: ticked(options.skipStorage),
      commissioning_scripts: scripts(options.commissioningScripts),
      testing_scripts: scripts(options.testingScripts),
    },
  }
}

export function abortCall(id: string, comment: string | undefined): MaasCall {
  const call = machineOperation('abort', id, 'abort the commissioning of machine')
  return { ...call, touchesPower: true, movesWhenBusy: true, form: { comment } }
}

export function rescueModeCall(id: string): MaasCall {
  return { ...machineOperation('rescue_mode', id, 'start rescue mode on machine'), touchesPower: true }
}

export function exitRescueModeCall(id: string): MaasCall {
  const call = machineOperation('exit_rescue_mode', id, 'end rescue mode on machine')
  return { ...call, touchesPower: true, movesWhenBusy: true }
}

export function powerOffCall(id: string, stopMode: 'hard' | 'soft'): MaasCall {
  return {
    ...machineOperation('power_off', id, 'power off machine'),
    touchesPower: true,
    form: { stop_mode: stopMode },
  }
}

/** @param annotations an empty value deletes the key; MAAS answers 500 to white space in a key, so it is refused here */
export function annotationsCall(id: string, annotations: Readonly<Record<string, string>>): MaasCall {
  const wrong = Object.keys(annotations).find((key) => !/^[\w./-]+$/.test(key))
  if (wrong !== undefined)
    throw invalidInput(
      `The annotation key ${JSON.stringify(wrong)} must be letters, digits, dots, slashes, dashes and underscores.`,
    )
  return { ...machineOperation('set_workload_annotations', id, 'annotate machine'), form: annotations }
}

/** The other parameters and the password stay as they are, and MAAS tries nothing (MAAS 3.3 recorded): `skip_check` is not needed. */
export function powerAddressCall(id: string, address: string): MaasCall {
  const form = { power_parameters_power_address: address }
  return { method: 'PUT', path: machinePath(id), machine: id, form, purpose: `set the power address of machine ${id}` }
}

export function createTagCall(name: string, comment: string): MaasCall {
  tagPath(name)
  return { method: 'POST', path: 'tags/', form: { name, comment }, purpose: `create tag ${name}` }
}

export interface TagUpdate {
  /** system_ids. */
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

/** @throws where a machine is both added and removed: MAAS then counts both and takes the tag off (MAAS 3.3 recorded) */
export function tagUpdateCall(tag: string, { add = [], remove = [] }: TagUpdate): MaasCall {
  const both = add.find((id) => remove.includes(id))
  if (both !== undefined) throw invalidInput(`Machine ${both} cannot be both added to and removed from tag ${tag}.`)
  const form = { add: add.map(systemId), remove: remove.map(systemId) }
  return {
    method: 'POST',
    path: tagPath(tag),
    query: { op: 'update_nodes' },
    form,
    purpose: `update the machines of tag ${tag}`,
  }
}

function machineOperation(op: string, id: string, purpose: string): MaasCall {
  return { method: 'POST', path: machinePath(id), query: { op }, machine: id, purpose: `${purpose} ${id}` }
}

/** One field with commas: the form reads one value and splits it (MAAS 3.3 src/maasserver/forms/ephemeral.py); a repeated key loses all but the last. */
function scripts(names: readonly string[] | 'none' | undefined): string | undefined {
  if (names === undefined) return undefined
  return names === 'none' || names.length === 0 ? 'none' : names.join(',')
}
