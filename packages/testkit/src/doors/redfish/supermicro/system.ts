import type { Answer } from '../../../call.ts'
import { boardDmi } from '../../../world/dmi.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { tagged } from './body.ts'
import { base, fault, success } from './message.ts'

const ACTION = 'ComputerSystem.Reset'
/** As captured on an X10: neither PowerCycle nor PushPowerButton. */
const RESET_TYPES = ['On', 'ForceOff', 'GracefulShutdown', 'GracefulRestart', 'ForceRestart', 'Nmi', 'ForceOn'] as const
type ResetType = (typeof RESET_TYPES)[number]

/**
 * `Systems/1` (bodies of X12 boards recorded by bmclib). The serial number is what the board's DMI holds, placeholders too; `SKU`
 * nobody filled in. `BootProgress` of a booted X12 stays at its last step of POST; the steps before it are assumed.
 */
export function systemResource(machine: Machine): unknown {
  const { model } = machine
  const dmi = boardDmi(machine)
  const on = machine.power === 'on'
  return tagged({
    '@odata.type': '#ComputerSystem.v1_8_0.ComputerSystem',
    '@odata.id': '/redfish/v1/Systems/1',
    Id: '1',
    Name: 'System',
    Description: 'Description of server',
    Status: { State: on ? 'Enabled' : 'Disabled', Health: 'OK' },
    SerialNumber: dmi.systemSerial,
    PartNumber: model.product,
    AssetTag: null,
    IndicatorLED: 'Off',
    SystemType: 'Physical',
    BiosVersion: model.biosVersion,
    Manufacturer: 'Supermicro',
    Model: model.product,
    SKU: 'To be filled by O.E.M.',
    UUID: machine.uuid.toUpperCase(),
    PowerState: on ? 'On' : 'Off',
    ProcessorSummary: {
      Count: model.cpu.sockets ?? 1,
      Model: model.cpu.model,
      Status: { State: 'Enabled', Health: 'OK' },
    },
    MemorySummary: { TotalSystemMemoryGiB: model.memoryMiB / 1024, Status: { State: 'Enabled', Health: 'OK' } },
    ...(model.biosFamily === 'X11' ? {} : { BootProgress: { OemLastState: null, LastState: progress(machine) } }),
    Bios: { '@odata.id': '/redfish/v1/Systems/1/Bios' },
    Links: { ManagedBy: [{ '@odata.id': '/redfish/v1/Managers/1' }] },
    Actions: {
      [`#${ACTION}`]: {
        target: `/redfish/v1/Systems/1/Actions/${ACTION}`,
        'ResetType@Redfish.AllowableValues': RESET_TYPES,
      },
    },
  })
}

function progress({ phase }: Machine): string {
  if (phase === 'off') return 'None'
  return phase === 'post' ? 'PrimaryProcessorInitializationStarted' : 'SystemHardwareInitializationComplete'
}

/**
 * `ComputerSystem.Reset`. Assumed: 200 with a success body, also for a state that is there already; orders to a machine that is off
 * have no effect then.
 */
export function reset(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const extra = Object.keys(body).find((name) => name !== 'ResetType')
  if (extra !== undefined) return refuse(base.actionParameterNotSupported(extra, ACTION))
  const type = body['ResetType']
  if (type === undefined) return refuse(base.actionParameterMissing(ACTION, 'ResetType'))
  const wanted = RESET_TYPES.find((known) => known === type)
  if (wanted === undefined) return refuse(base.valueNotInList(JSON.stringify(type), 'ResetType'))
  return { effect: () => EFFECTS[wanted](machine), reply: success }
}

function refuse(entry: Parameters<typeof fault>[1]): Answer<RedfishReply> {
  return { reply: () => fault(400, entry) }
}

/** A graceful order needs an OS that listens. */
const EFFECTS: Record<ResetType, (machine: Machine) => void> = {
  On: (machine) => machine.powerOn(),
  ForceOn: (machine) => machine.powerOn(),
  ForceOff: (machine) => machine.powerOff(),
  GracefulShutdown: (machine) => machine.shutDown(),
  GracefulRestart: (machine) => (machine.phase === 'up' ? machine.reboot() : undefined),
  ForceRestart: (machine) => machine.reboot(),
  Nmi: () => {},
}
