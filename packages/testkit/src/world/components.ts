import { namedUuid } from './identity.ts'
import type { Machine } from './machine.ts'
import type { HardwareModel } from './model.ts'

/** One processor socket; all of them are populated with the same model. */
export interface Processor {
  readonly socket: number
  readonly cores: number
  readonly threads: number
}

/** A slot for a memory module, and what is in it. */
export interface MemorySlot {
  readonly locator: string
  readonly bank: string
  readonly module?: { readonly mib: number; readonly serial: string }
}

const SMT_SETTING = /^ProcHyperthreading$|^LogicalProc$|Hyper-Threading|SMT Control/i
const SMT_OFF = /^disable/i

/** The processors, with the threads that the BIOS lets them have. Assumed: x86 models have two a core, Altra one. */
export function processorsOf({ model, bios }: Machine): readonly Processor[] {
  const { sockets = 1, cores } = model.cpu
  const [, smt] = [...bios.current].find(([name]) => SMT_SETTING.test(name)) ?? []
  const perCore = model.machine === 'aarch64' || (smt !== undefined && SMT_OFF.test(String(smt))) ? 1 : 2
  const each = cores / sockets
  return Array.from({ length: sockets }, (_, socket) => ({ socket, cores: each, threads: each * perCore }))
}

/** Threads of all processors: what the kernel counts as CPUs. */
export function threadsOf(machine: Machine): number {
  return processorsOf(machine).reduce((sum, { threads }) => sum + threads, 0)
}

/** Assumed: 16 slots for a socket, filled from the first one with modules of 32 GiB. */
export function memorySlotsOf({ model, serial }: Machine): readonly MemorySlot[] {
  const { sockets = 1 } = model.cpu
  const modules = Math.ceil(model.memoryMiB / MODULE_MIB)
  const perSocket = 16
  return Array.from({ length: sockets }, (_, socket) =>
    Array.from({ length: perSocket }, (_, slot) => {
      const here = Math.ceil(modules / sockets)
      const filled = slot < here && socket * here + slot < modules
      const place = SLOTS[model.vendor](socket, slot)
      const mib = Math.min(MODULE_MIB, model.memoryMiB - (socket * here + slot) * MODULE_MIB)
      const label = namedUuid(serial, place.locator).slice(0, 8).toUpperCase()
      return { ...place, ...(filled ? { module: { mib, serial: label } } : {}) }
    }),
  ).flat()
}

const MODULE_MIB = 32_768
const letter = (index: number) => String.fromCharCode(65 + index)

/** As the boards have it printed on them: HPE numbers, Dell one letter a socket, Supermicro letters for channels. */
const SLOTS: Readonly<Record<HardwareModel['vendor'], (socket: number, slot: number) => Omit<MemorySlot, 'module'>>> = {
  HPE: (socket, slot) => ({ locator: `PROC ${socket + 1} DIMM ${slot + 1}`, bank: 'Not Specified' }),
  Dell: (socket, slot) => ({ locator: `${letter(socket)}${slot + 1}`, bank: 'Not Specified' }),
  Supermicro: (socket, slot) => {
    const channel = slot % 8
    const dimm = Math.floor(slot / 8)
    return {
      locator: `P${socket + 1}-DIMM${letter(channel)}${dimm + 1}`,
      bank: `P${socket}_Node0_Channel${channel}_Dimm${dimm}`,
    }
  },
}
