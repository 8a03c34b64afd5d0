import type { HardwareModel } from './model.ts'
import { hpeDl360Gen11 } from './models/hpe-dl360-gen11.ts'
import { hpeRl300 } from './models/hpe-rl300.ts'

/** The kinds of servers a lab can hold. */
export const hardwareModels: readonly HardwareModel[] = [hpeRl300, hpeDl360Gen11]

/** Throws and names the known ones. */
export function modelById(id: string): HardwareModel {
  const model = hardwareModels.find((candidate) => candidate.id === id)
  if (model === undefined)
    throw new Error(`No model '${id}'; known: ${hardwareModels.map((each) => each.id).join(', ')}`)
  return model
}
