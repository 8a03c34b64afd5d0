import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { envelope, success } from './message.ts'

/** HPE's list: neither PowerCycle nor ForceOn (captured on iLO 5 2.96). */
const RESET_TYPES = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'ForceRestart',
  'Nmi',
  'PushPowerButton',
  'GracefulRestart',
] as const
type ResetType = (typeof RESET_TYPES)[number]

/** `Systems/1`, the fields of a captured ComputerSystem that the lab has a truth for. */
export function systemResource(machine: Machine): unknown {
  const { model } = machine
  const rom = `${model.biosFamily} v${model.biosVersion} (${model.biosDate})`
  return {
    '@odata.context': '/redfish/v1/$metadata#ComputerSystem.ComputerSystem',
    '@odata.id': '/redfish/v1/Systems/1/',
    '@odata.type': '#ComputerSystem.v1_17_0.ComputerSystem',
    Id: '1',
    Name: 'Computer System',
    Manufacturer: model.manufacturer,
    Model: model.product,
    SKU: model.sku,
    SerialNumber: machine.serial,
    UUID: machine.uuid.toUpperCase(),
    AssetTag: '',
    BiosVersion: rom,
    HostName: '',
    PowerState: machine.power === 'on' ? 'On' : 'Off',
    IndicatorLED: 'Off',
    SystemType: 'Physical',
    Status: { Health: 'OK', HealthRollup: 'OK', State: machine.power === 'on' ? 'Enabled' : 'Disabled' },
    ProcessorSummary: { Count: 1, Model: model.cpu.model },
    MemorySummary: { TotalSystemMemoryGiB: model.memoryMiB / 1024 },
    Bios: { '@odata.id': '/redfish/v1/systems/1/bios/' },
    Links: { ManagedBy: [{ '@odata.id': '/redfish/v1/Managers/1/' }] },
    Actions: {
      '#ComputerSystem.Reset': {
        'ResetType@Redfish.AllowableValues': RESET_TYPES,
        target: '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset/',
      },
    },
    Oem: {
      Hpe: {
        '@odata.type': '#HpeComputerSystemExt.v2_12_0.HpeComputerSystemExt',
        Bios: { Current: { Date: model.biosDate, Family: model.biosFamily, VersionString: rom } },
        PostState: postState(machine),
      },
    },
  }
}

/** HPE's word for the phase. `InPost` for the whole of POST: the discovery phases are not simulated. */
function postState(machine: Machine): string {
  return machine.phase === 'off' ? 'PowerOff' : machine.phase === 'post' ? 'InPost' : 'FinishedPost'
}

/**
 * `ComputerSystem.Reset`. 200 with a success envelope (assumed: no literal answer was found). Already there, or too soon after
 * another power order: 400 InvalidOperationForSystemState (sushy; iLO RESTful API reference).
 */
export function reset(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const extra = Object.keys(body).find((name) => name !== 'ResetType')
  if (extra !== undefined) return refuse('Base.1.12.ActionParameterUnknown', 'ComputerSystem.Reset', extra)
  const type = body['ResetType']
  if (type === undefined) return refuse('Base.1.12.ActionParameterMissing', 'ComputerSystem.Reset', 'ResetType')
  const wanted = RESET_TYPES.find((known) => known === type)
  if (wanted === undefined) return refuse('Base.1.12.ActionParameterNotSupported', 'ResetType', 'ComputerSystem.Reset')
  const impossible = wanted === 'On' ? machine.power === 'on' : wanted !== 'PushPowerButton' && machine.power === 'off'
  if (impossible || machine.powerChanging) return refuse('iLO.2.15.InvalidOperationForSystemState')
  return { effect: () => EFFECTS[wanted](machine), reply: success }
}

function refuse(id: string, ...args: string[]): Answer<RedfishReply> {
  return { reply: () => envelope(400, id, ...args) }
}

/**
 * A graceful order needs an OS that listens. Assumed: GracefulRestart is accepted while none does and has no effect then, and
 * Nmi leaves a machine as it is, whatever its OS would make of it.
 */
const EFFECTS: Record<ResetType, (machine: Machine) => void> = {
  On: (machine) => machine.powerOn(),
  ForceOff: (machine) => machine.powerOff(),
  GracefulShutdown: (machine) => machine.shutDown(),
  ForceRestart: (machine) => machine.reboot(),
  Nmi: () => {},
  PushPowerButton: (machine) => (machine.power === 'on' ? machine.shutDown() : machine.powerOn()),
  GracefulRestart: (machine) => (machine.phase === 'up' ? machine.reboot() : undefined),
}
