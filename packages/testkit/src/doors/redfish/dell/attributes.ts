import type { Answer } from '../../../call.ts'
import { type IdracAttribute, idracAttributes, takes } from '../../../world/idrac-attributes.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { missingProperty, notInList, readOnlyProperty, success, unknownProperty, wrongType } from './message.ts'
import { ATTRIBUTES, link } from './paths.ts'

const keyOf = ({ group, index, name }: IdracAttribute): string => `${group}.${index}.${name}`

/** `Group.n.Name`; a secret is null. In force at once. */
export function dellAttributes(machine: Machine): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#DellAttributes.DellAttributes',
    '@odata.id': ATTRIBUTES,
    '@odata.type': '#DellAttributes.v1_0_0.DellAttributes',
    Id: 'iDRAC.Embedded.1',
    Name: 'OEMAttributeRegistry',
    Description: 'This schema provides the oem attributes',
    AttributeRegistry: 'ManagerAttributeRegistry.v1_0_0',
    Attributes: Object.fromEntries(
      idracAttributes(machine).map((attribute) => [
        keyOf(attribute),
        attribute.secret === true ? null : attribute.value,
      ]),
    ),
    '@Redfish.Settings': {
      '@odata.type': '#Settings.v1_3_4.Settings',
      SettingsObject: link(`${ATTRIBUTES}/Settings`),
      SupportedApplyTimes: ['Immediate', 'AtMaintenanceWindowStart'],
    },
  }
}

/**
 * All or nothing. An address written beside `DHCPEnable` is lost, and what was stored before is in force (iDRAC-Redfish-Scripting#348
 * saw it happen; that it always does is assumed): `IPv4Static.1.*` has to be written first.
 */
export function changeAttributes(
  machine: Machine,
  body: Readonly<Record<string, unknown>>,
  later: (action: () => void) => void,
): Answer<RedfishReply> {
  const { Attributes: wanted, ...rest } = body
  const [other] = Object.keys(rest).filter((name) => name !== '@Redfish.SettingsApplyTime')
  if (other !== undefined) return { reply: () => unknownProperty(other) }
  if (wanted === null || typeof wanted !== 'object') return { reply: () => missingProperty('Attributes') }
  const known = new Map(idracAttributes(machine).map((attribute) => [keyOf(attribute), attribute]))
  const changes: (readonly [IdracAttribute, string])[] = []
  for (const [name, value] of Object.entries(wanted)) {
    const attribute = known.get(name)
    if (attribute === undefined) return { reply: () => unknownProperty(name) }
    if (attribute.readOnly === true) return { reply: () => readOnlyProperty(name) }
    if (typeof value !== 'string') return { reply: () => wrongType(value, name) }
    if (!takes(attribute, value)) return { reply: () => notInList(attribute.secret === true ? '' : value, name) }
    changes.push([attribute, value])
  }
  const switchesDhcp = changes.some(([{ group, name }]) => group === 'IPv4' && name === 'DHCPEnable')
  return {
    effect() {
      for (const [attribute, value] of changes) {
        if (attribute.group !== 'IPv4') attribute.write?.(value)
        // The answer still comes from the old address.
        else if (!switchesDhcp || attribute.name === 'DHCPEnable') later(() => attribute.write?.(value))
      }
    },
    reply: success,
  }
}
