import type { Answer } from '../../../call.ts'
import { dmiOf } from '../../../world/dmi.ts'
import type { HostPhase, Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { fault, missingProperty, notInList } from './message.ts'
import { BIOS, link, MANAGER, SYSTEM } from './paths.ts'

/** Progress words are DMTF's; which one goes with which phase is assumed, but for `OSRunning`. */
const PROGRESS: Readonly<Record<HostPhase, string>> = {
  off: 'None',
  post: 'SystemHardwareInitializationComplete',
  booting: 'OSBootStarted',
  up: 'OSRunning',
}

/** `SKU` is the service tag, which SMBIOS has as the system's serial number; `SerialNumber` is the board's (captured). */
export function systemResource(machine: Machine): unknown {
  const { model, uuid, power, phase, powerChanging } = machine
  const dmi = dmiOf(machine)
  return {
    '@odata.context': '/redfish/v1/$metadata#ComputerSystem.ComputerSystem',
    '@odata.id': SYSTEM,
    '@odata.type': '#ComputerSystem.v1_18_0.ComputerSystem',
    Id: 'System.Embedded.1',
    Name: 'System',
    Description:
      'Computer System which represents a machine (physical or virtual) and the local resources such as memory, cpu and other devices that can be accessed from that machine.',
    Manufacturer: model.manufacturer,
    Model: model.product,
    SKU: dmi.systemSerial,
    SerialNumber: dmi.boardSerial.split('.')[2] ?? dmi.boardSerial,
    PartNumber: `${dmi.boardProduct}${dmi.boardVersion}`,
    UUID: uuid,
    AssetTag: '',
    BiosVersion: model.biosVersion,
    HostName: '',
    IndicatorLED: 'Lit',
    PowerState: powerChanging ? (power === 'on' ? 'PoweringOff' : 'PoweringOn') : power === 'on' ? 'On' : 'Off',
    SystemType: 'Physical',
    Status: { Health: 'OK', HealthRollup: 'OK', State: power === 'on' ? 'Enabled' : 'StandbyOffline' },
    BootProgress: { LastState: PROGRESS[phase] },
    MemorySummary: { TotalSystemMemoryGiB: model.memoryMiB / 1024 },
    ProcessorSummary: { Model: model.cpu.model, CoreCount: model.cpu.cores },
    Boot: {
      BootSourceOverrideEnabled: 'Disabled',
      BootSourceOverrideMode: 'UEFI',
      BootSourceOverrideTarget: 'None',
    },
    Bios: link(BIOS),
    Links: { ManagedBy: [link(MANAGER)], 'ManagedBy@odata.count': 1 },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${SYSTEM}/Actions/ComputerSystem.Reset`,
        'ResetType@Redfish.AllowableValues': RESETS,
      },
    },
    '@Redfish.Settings': {
      '@odata.context': '/redfish/v1/$metadata#Settings.Settings',
      '@odata.type': '#Settings.v1_3_4.Settings',
      SettingsObject: link(`${SYSTEM}/Settings`),
      SupportedApplyTimes: ['OnReset'],
    },
  }
}

const RESETS = [
  'On',
  'ForceOff',
  'ForceRestart',
  'GracefulRestart',
  'GracefulShutdown',
  'PushPowerButton',
  'Nmi',
  'PowerCycle',
] as const

/**
 * 204 for an order (dell/iDRAC-Redfish-Scripting). Power that is as wanted already is refused: PSU501 and PSU502 of the message registry;
 * that their status is 409 is assumed, and that a restart of a server that is off is refused too.
 */
export function reset(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { ResetType: type } = body
  if (type === undefined) return { reply: () => missingProperty('ResetType') }
  if (!RESETS.some((known) => known === type)) return { reply: () => notInList(type, 'ResetType') }
  const isOn = machine.power === 'on'
  if (type === 'On' && isOn) return { reply: () => fault(409, 'PSU501', 'Server is already powered ON.') }
  if (type !== 'On' && type !== 'PushPowerButton' && type !== 'PowerCycle' && !isOn)
    return { reply: () => fault(409, 'PSU502', 'Server is already powered OFF.') }
  return { effect: () => act(machine, type as (typeof RESETS)[number]), reply: () => ({ status: 204 }) }
}

function act(machine: Machine, type: (typeof RESETS)[number]): void {
  switch (type) {
    case 'On':
      return machine.powerOn()
    case 'ForceOff':
      return machine.powerOff()
    case 'ForceRestart':
      return machine.reboot()
    case 'GracefulRestart':
      return machine.phase === 'up' ? machine.reboot() : undefined
    case 'GracefulShutdown':
      return machine.shutDown()
    case 'PushPowerButton':
      return machine.power === 'on' ? machine.shutDown() : machine.powerOn()
    case 'PowerCycle':
      return machine.powerCycle()
    case 'Nmi':
      return undefined
    default:
      return type satisfies never
  }
}
