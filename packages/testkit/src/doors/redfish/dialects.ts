import type { Machine } from '../../world/machine.ts'
import { dellDialect } from './dell/dialect.ts'
import type { Dialect } from './dialect.ts'
import { hpeDialect } from './hpe/dialect.ts'
import { supermicroDialect } from './supermicro/dialect.ts'

const DIALECTS: Readonly<Record<Machine['model']['vendor'], Dialect>> = {
  HPE: hpeDialect,
  Supermicro: supermicroDialect,
  Dell: dellDialect,
}

/** How the BMC of a machine speaks. */
export function dialectOf(machine: Machine): Dialect {
  return DIALECTS[machine.model.vendor]
}
