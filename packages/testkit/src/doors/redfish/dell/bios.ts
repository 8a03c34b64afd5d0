import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import { stagingFault } from '../../../world/staging.ts'
import type { RedfishReply } from '../reply.ts'
import { fault, missingProperty, notInList, success, unknownProperty } from './message.ts'
import { BIOS, JOBS, link } from './paths.ts'

/** In force; passwords are null (captured: strings, integers and null, no booleans). */
export function currentBios({ bios, model }: Machine): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#Bios.Bios',
    '@odata.id': BIOS,
    '@odata.type': '#Bios.v1_2_0.Bios',
    Id: 'Bios',
    Name: 'BIOS Configuration Current Settings',
    Description: 'BIOS Configuration Current Settings',
    AttributeRegistry: 'BiosAttributeRegistry.v1_0_3',
    ResetBiosToDefaultsPending: bios.resetPending === true,
    Attributes: Object.fromEntries(
      model.biosAttributes.map(({ name, type }) => [name, type === 'Password' ? null : (bios.current.get(name) ?? '')]),
    ),
    Actions: {
      '#Bios.ChangePassword': { target: `${BIOS}/Actions/Bios.ChangePassword` },
      '#Bios.ResetBios': { target: `${BIOS}/Actions/Bios.ResetBios` },
    },
    '@Redfish.Settings': {
      '@odata.context': '/redfish/v1/$metadata#Settings.Settings',
      '@odata.type': '#Settings.v1_3_4.Settings',
      SettingsObject: link(`${BIOS}/Settings`),
      SupportedApplyTimes: APPLY_TIMES,
    },
  }
}

const APPLY_TIMES = ['OnReset', 'AtMaintenanceWindowStart', 'InMaintenanceWindowOnReset']

/** Only what is staged; nothing of a password but its name. */
export function biosSettings({ bios, model }: Machine): unknown {
  const secret = new Set(model.biosAttributes.filter(({ type }) => type === 'Password').map(({ name }) => name))
  return {
    '@odata.context': '/redfish/v1/$metadata#Bios.Bios',
    '@odata.id': `${BIOS}/Settings`,
    '@odata.type': '#Bios.v1_2_0.Bios',
    Id: 'Settings',
    Name: 'BIOS Configuration Pending Settings',
    Description: 'BIOS Configuration Pending Settings. These settings will be applied on next system reboot.',
    AttributeRegistry: 'BiosAttributeRegistry.v1_0_3',
    Attributes: Object.fromEntries([...bios.pending].map(([name, value]) => [name, secret.has(name) ? null : value])),
    Actions: {
      Oem: {
        'DellManager.v1_0_0#DellManager.ClearPending': {
          target: `${BIOS}/Settings/Actions/Oem/DellManager.ClearPending`,
        },
      },
    },
    Oem: { Dell: { '@odata.type': '#DellManager.v1_3_0.DellManager', Jobs: link(JOBS) } },
  }
}

/**
 * Without an apply time 200 and no job: it is never applied. With one 202 and the job's place; 200 without one when nothing is left to do. 400
 * while a job is in the queue, and for a bad value, when what stood before it is staged already (dell/iDRAC-Redfish-Scripting
 * scripts and issues #84, #189). Maintenance windows are not simulated and refused.
 */
export function stageBios(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { jobs, bios } = machine
  const { Attributes: attributes, '@Redfish.SettingsApplyTime': applyTime, ...rest } = body
  const [other] = Object.keys(rest)
  if (other !== undefined) return { reply: () => unknownProperty(other) }
  if (attributes === null || typeof attributes !== 'object' || Array.isArray(attributes))
    return { reply: () => missingProperty('Attributes') }
  const { ApplyTime: when } = (applyTime ?? {}) as Readonly<Record<string, unknown>>
  if (applyTime !== undefined && when !== 'OnReset') return { reply: () => notInList(when ?? '', 'ApplyTime') }
  if (jobs?.underWay !== undefined) return { reply: committed }

  let refusal: RedfishReply | undefined
  const accepted: [string, string][] = []
  for (const [name, value] of Object.entries(attributes)) {
    refusal = faultOf(machine, name, value, accepted)
    if (refusal !== undefined) break
    accepted.push([name, String(value)])
  }
  const before = new Map(bios.pending)
  const stage = (): void => {
    for (const [name, value] of accepted) {
      const verdict = stagingFault(machine, name, value)
      if ('stage' in verdict) verdict.stage()
    }
  }
  if (refusal !== undefined) {
    const refused = refusal
    return { effect: stage, reply: () => refused }
  }
  const changes = accepted.some(([name, value]) => String(before.get(name) ?? bios.current.get(name)) !== value)
  if (when === undefined || (!changes && before.size === 0)) return { effect: stage, reply: success }
  const id = jobs?.newId('JID') ?? ''
  return {
    effect() {
      stage()
      if (bios.pending.size > 0) jobs?.schedule(id)
    },
    reply: () => ({ status: 202, headers: { Location: `/redfish/v1/TaskService/Tasks/${id}` }, body: success().body }),
  }
}

/** A job is in the queue: nothing else may be staged. */
export function committed(): RedfishReply {
  return fault(
    400,
    'SYS011',
    'Pending configuration values are already committed, unable to perform another set operation.',
  )
}

/** What one attribute of a PATCH meets; those before it in the same PATCH count as staged. */
function faultOf(
  machine: Machine,
  name: string,
  value: unknown,
  before: readonly (readonly [string, string])[],
): RedfishReply | undefined {
  const { model, bios } = machine
  const attribute = model.biosAttributes.find((candidate) => candidate.name === name)
  if (attribute === undefined) return unknownProperty(name)
  if (typeof value !== (attribute.type === 'Integer' ? 'number' : 'string'))
    return fault(
      400,
      'SYS424',
      `Unable to complete the operation because the value entered for the property ${name} is not of the expected type.`,
      [attribute.type === 'Password' ? '' : JSON.stringify(value), name],
    )
  const together = new Map([...bios.current, ...bios.pending, ...before])
  const unlocked = { ...machine, bios: { ...bios, pending: together } }
  const verdict = stagingFault(unlocked, name, String(value))
  if (!('fault' in verdict)) return undefined
  switch (verdict.fault) {
    case 'value':
      return fault(400, 'SYS409', `Unable to complete the operation because the value of ${name} is not valid.`, [name])
    case 'committed':
      return committed()
    case 'unknown':
      return unknownProperty(name)
    case 'read-only':
    case 'locked':
      return fault(
        400,
        'SYS410',
        `Unable to modify the attribute because the attribute is read-only and depends on other attributes: ${name}.`,
        [name],
      )
    default:
      return verdict.fault satisfies never
  }
}

/** Drops what is staged, unless a job has it already (its status is assumed). */
export function clearPending({ bios, jobs }: Machine): Answer<RedfishReply> {
  if (jobs?.underWay !== undefined) return { reply: committed }
  return { effect: () => bios.pending.clear(), reply: success }
}

/** The defaults at the next POST, without a job. */
export function resetBios({ bios, jobs }: Machine): Answer<RedfishReply> {
  if (jobs?.underWay !== undefined) return { reply: committed }
  return { effect: () => void (bios.resetPending = true), reply: success }
}
