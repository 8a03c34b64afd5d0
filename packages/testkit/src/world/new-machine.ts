import type { LabClock } from '../clock.ts'
import type { LabServerSpec } from '../lab.ts'
import { createBiosState } from './bios.ts'
import { createBmc } from './bmc.ts'
import { macAddress } from './identity.ts'
import { createJobQueue } from './jobs.ts'
import { createLifecycle } from './lifecycle.ts'
import type { BmcNetwork, BootPlan, Machine } from './machine.ts'
import { makerOf } from './makers.ts'
import type { HardwareModel } from './model.ts'

/** A machine as the lab holds it: with the handles that doors have no business with. */
export interface LabMachine extends Machine {
  /** Up at once, as one that has been in use since before the lab began. */
  placeInUse(plan: BootPlan): void
}

/**
 * A racked server that is off. Durations are in lab milliseconds and assumed: an iLO takes about a second for a power button,
 * a Gen11 POST about two minutes, an ephemeral OS one.
 */
export function createMachine(parts: {
  clock: LabClock
  spec: LabServerSpec
  model: HardwareModel
  index: number
  bmcNetwork: Omit<BmcNetwork, 'mac'>
  lease: () => string
}): LabMachine {
  const { clock, spec, model, index } = parts
  const maker = makerOf(model)
  const serial = maker.serial(index)
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const uuid = maker.uuid({ model, serial, index })
  const bios = createBiosState(model, { ...ownAttributes(model, serial), ...spec.bios })
  const bmc = createBmc({ model, serial, index, network: parts.bmcNetwork, changed })
  const durations = {
    post: model.postMs ?? 120_000,
    boot: 60_000,
    powerOn: 1_000,
    powerOff: 2_000,
    extraPostOnBiosChange: model.extraPostMs ?? 40_000,
    jobSettle: 20_000,
    bmcReset: 60_000,
  }
  const quirks: Machine['quirks'] = {
    biosPendingForever: false,
    jobEnding: 'completes',
    wrongIdentity: undefined,
    newLeaseEachBoot: false,
  }
  const jobs = model.vendor === 'Dell' ? createJobQueue({ clock, model, bios, quirks }) : undefined
  const lifecycle = createLifecycle({
    clock,
    model,
    bios,
    jobs,
    durations,
    quirks,
    lease: parts.lease,
    machine: () => machine,
    changed,
  })
  let bmcBack: (() => void) | undefined

  const machine: LabMachine = {
    hostname: spec.hostname,
    model,
    serial,
    uuid,
    nics: [1, 2].map((port) => ({ name: `eth${port - 1}`, mac: macAddress(index, port) })),
    get power() {
      return lifecycle.power
    },
    get phase() {
      return lifecycle.phase
    },
    get powerChanging() {
      return lifecycle.powerChanging
    },
    get boot() {
      return lifecycle.boot
    },
    get posts() {
      return lifecycle.posts
    },
    get lease() {
      return lifecycle.lease
    },
    bios,
    bmc,
    jobs,
    durations,
    quirks,
    bootPlanner: () => ({ os: 'none', authorizedKeys: [] }),
    powerOn: () => lifecycle.powerOn(),
    powerOff: () => lifecycle.powerOff(),
    powerCycle: () => lifecycle.powerCycle(),
    reboot: () => lifecycle.reboot(),
    shutDown: () => lifecycle.shutDown(),
    placeInUse: (plan) => lifecycle.placeInUse(plan),
    resetBmc() {
      bmcBack?.()
      bmc.sessions.clear()
      bmc.reachable = false
      bmcBack = clock.after(durations.bmcReset, () => (bmc.reachable = true))
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return machine
}

/** The read-only attributes that say which machine this is. */
function ownAttributes(model: HardwareModel, serial: string): Record<string, string> {
  const own: Record<string, string> = {
    SerialNumber: serial,
    ProductId: model.sku,
    SystemServiceTag: serial,
    SystemModelName: model.product,
    SystemBiosVersion: model.biosVersion,
    SysMemSize: `${model.memoryMiB / 1024} GB`,
    ProcCoreSpeed: `${(model.cpu.mhz / 1000).toFixed(2)} GHz`,
    Proc1Brand: model.cpu.model,
    Proc2Brand: model.cpu.model,
  }
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => model.biosAttributes.some((attribute) => attribute.name === name)),
  )
}
