import type { BiosMessage, BiosState } from './machine.ts'
import type { BiosAttribute, BiosValue, HardwareModel } from './model.ts'

/** BIOS of a new machine: the model's defaults, what a server has of its own, and nothing staged. */
export function createBiosState(model: HardwareModel, own: Readonly<Record<string, BiosValue>>): BiosState {
  const unknown = Object.keys(own).filter((name) => !model.biosAttributes.some((attribute) => attribute.name === name))
  if (unknown.length > 0) throw new Error(`Model ${model.id} has no BIOS attribute ${unknown.join(', ')}`)
  const current = new Map(
    model.biosAttributes.map((attribute) => [attribute.name, own[attribute.name] ?? attribute.default]),
  )
  return {
    current,
    pending: new Map(),
    loadDefaults: false,
    messages: [{ MessageId: 'Base.1.0.Success' }],
    lastAppliedAt: null,
  }
}

/**
 * What POST does with staged settings: puts the good ones in force, and leaves a verdict on each of the others.
 * iLO accepts anything when it is staged; the first entry is `Success` even then (HPE iLO RESTful API, "BIOS resource
 * attributes and settings"; python-ilorest-library#91). Ids other than PropertyUnknown are assumed.
 */
export function applyPending(bios: BiosState, model: HardwareModel, at: string): void {
  const faults: BiosMessage[] = []
  const taken = new Map<string, BiosValue>()
  if (bios.loadDefaults) resetToDefaults(bios, model, 'Yes')
  // A reset first: what was staged beside it counts from there.
  const staged = [...bios.pending].toSorted(([one], [other]) => Number(isReset(other)) - Number(isReset(one)))
  for (const [name, value] of staged) {
    const attribute = model.biosAttributes.find((candidate) => candidate.name === name)
    const verdict = faultOf(attribute, name, value)
    if (verdict !== undefined) faults.push({ ...verdict, RelatedProperties: [`#/${name}`] })
    else if (isReset(name)) resetToDefaults(bios, model, value)
    else taken.set(name, value)
  }
  const together = new Map([...bios.current, ...taken])
  for (const attribute of model.biosAttributes) {
    const value = taken.get(attribute.name)
    if (value !== undefined && attribute.settable?.(together) !== false) bios.current.set(attribute.name, value)
  }
  bios.pending.clear()
  bios.loadDefaults = false
  bios.messages = [{ MessageId: 'Base.1.0.Success' }, ...faults]
  bios.lastAppliedAt = at
}

/** Undefined when the attribute would take the value. */
function faultOf(attribute: BiosAttribute | undefined, name: string, value: BiosValue): BiosMessage | undefined {
  if (attribute === undefined) return { MessageId: 'Base.1.0.PropertyUnknown', MessageArgs: [name] }
  if (attribute.readOnly === true) return { MessageId: 'Base.1.0.PropertyNotWritable', MessageArgs: [name] }
  if (typeof value !== (attribute.type === 'Integer' ? 'number' : 'string'))
    return { MessageId: 'Base.1.0.PropertyValueTypeError', MessageArgs: [String(value), name] }
  if (attribute.type === 'Enumeration' && attribute.values?.includes(String(value)) !== true)
    return { MessageId: 'Base.1.0.PropertyValueNotInList', MessageArgs: [String(value), name] }
  if (typeof value === 'number' && (value < (attribute.lower ?? -Infinity) || value > (attribute.upper ?? Infinity)))
    return { MessageId: 'Base.1.0.PropertyValueNotInList', MessageArgs: [String(value), name] }
  if (typeof value === 'string' && value.length > (attribute.maxLength ?? Infinity))
    return { MessageId: 'Base.1.0.PropertyValueFormatError', MessageArgs: [value, name] }
  return undefined
}

function isReset(name: string): boolean {
  return name === 'RestoreDefaults' || name === 'RestoreManufacturingDefaults'
}

/** Action attributes fall back to `No` after they ran. Read-only values are the machine's own and stay, and so do passwords. */
function resetToDefaults(bios: BiosState, model: HardwareModel, value: BiosValue): void {
  if (value !== 'Yes') return
  for (const attribute of model.biosAttributes)
    if (attribute.readOnly !== true && attribute.type !== 'Password')
      bios.current.set(attribute.name, attribute.default)
}
