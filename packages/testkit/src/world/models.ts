import type { HardwareModel } from './model.ts'
import { dellR640 } from './models/dell-r640.ts'
import { dellR650 } from './models/dell-r650.ts'
import { dellR6515 } from './models/dell-r6515.ts'
import { hpeDl360Gen11 } from './models/hpe-dl360-gen11.ts'
import { hpeRl300 } from './models/hpe-rl300.ts'
import { supermicroX11dptB } from './models/supermicro-x11dpt-b.ts'
import { supermicroX11sceF } from './models/supermicro-x11sce-f.ts'
import { supermicroX13detB } from './models/supermicro-x13det-b.ts'

/** The kinds of servers a lab can hold. */
export const hardwareModels: readonly HardwareModel[] = [
  hpeRl300,
  hpeDl360Gen11,
  dellR640,
  dellR650,
  dellR6515,
  supermicroX11dptB,
  supermicroX11sceF,
  supermicroX13detB,
]

/** Throws and names the known ones. */
export function modelById(id: string): HardwareModel {
  const model = hardwareModels.find((candidate) => candidate.id === id)
  if (model === undefined)
    throw new Error(`No model '${id}'; known: ${hardwareModels.map((each) => each.id).join(', ')}`)
  return model
}
