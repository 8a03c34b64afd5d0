import { holds } from './bios-conditions.ts'
import type { BiosState } from './machine.ts'
import type { HardwareModel } from './model.ts'

/** Everything staged together, then what it decides. `partly`: one of two is lost on the way. */
export function applyStaged(bios: BiosState, model: HardwareModel, partly: boolean): void {
  const together = new Map([...bios.current, ...bios.pending])
  let index = 0
  for (const [name, value] of bios.pending) {
    const attribute = model.biosAttributes.find((candidate) => candidate.name === name)
    index += 1
    if (attribute === undefined || attribute.settable?.(together) === false || (partly && index % 2 === 0)) continue
    bios.current.set(name, value)
  }
  for (const { when, follow } of model.biosImplications ?? [])
    if (holds(when, bios.current)) for (const [name, value] of Object.entries(follow)) bios.current.set(name, value)
}
