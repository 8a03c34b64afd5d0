import type { Duplex } from 'node:stream'
import type { Boot, Machine } from '../../world/machine.ts'
import type { CallKind } from '../../faults.ts'
import type { SshDoor, SshDoorOptions } from '../door.ts'
import { type Connection, serveConnection } from './connection.ts'
import { leftoversOf } from './leftovers.ts'
import { Host } from './os/host.ts'
import { software } from './programs/programs.ts'
import { createToolFiles, type ToolFiles } from './tools/tool-files.ts'

interface Running {
  readonly host: Host
  readonly connections: Set<Connection>
  /** What lay in the watched folders when the host came up. */
  readonly pristine: ReadonlySet<string>
}

const WIRE = [
  'refuse',
  'hang',
  'slow',
  'drop-before-effect',
  'drop-mid-reply',
  'reply-lost-after-effect',
  'garbage',
  'wrong-status',
  'auth-failure',
] as const
const TOOL = [
  'hang',
  'slow',
  'drop-before-effect',
  'drop-mid-reply',
  'reply-lost-after-effect',
  'garbage',
  'wrong-status',
] as const

/** Calls this door serves, so that faults on them can be checked before they are made. */
const calls: readonly CallKind[] = [
  { call: 'ssh connect', mutating: false, modes: WIRE, extra: ['session-limit'] },
  { call: 'ssh exec', mutating: false, modes: WIRE },
  { call: 'sftp put', mutating: true, modes: WIRE },
  { call: 'sftp get', mutating: false, modes: WIRE },
  ...['rename', 'unlink', 'mkdir', 'rmdir', 'setstat', 'symlink', 'link'].map((name) => ({
    call: `sftp ${name}`,
    mutating: true,
    modes: WIRE,
  })),
  { call: 'sftp *', mutating: false, modes: WIRE },
  { call: 'ilorest login', mutating: false, modes: [...TOOL, 'auth-failure'], extra: ['session-limit'] },
  { call: 'ilorest commit', mutating: true, modes: TOOL, extra: ['licence-missing'] },
  { call: 'ilorest load', mutating: true, modes: TOOL, extra: ['licence-missing'] },
  { call: 'ilorest biosdefaults', mutating: true, modes: TOOL, extra: ['licence-missing'] },
  { call: 'ilorest reboot', mutating: true, modes: TOOL },
  { call: 'ilorest *', mutating: false, modes: TOOL },
  { call: 'racadm set', mutating: true, modes: [...TOOL, 'auth-failure'], extra: ['licence-missing'] },
  { call: 'racadm jobqueue create', mutating: true, modes: [...TOOL, 'auth-failure'], extra: ['licence-missing'] },
  { call: 'racadm jobqueue delete', mutating: true, modes: TOOL },
  { call: 'racadm serveraction', mutating: true, modes: TOOL },
  { call: 'racadm racreset', mutating: true, modes: TOOL },
  { call: 'racadm *', mutating: false, modes: TOOL },
  ...['sum', 'saa'].flatMap((tool) => [
    ...['GetCurrentBiosCfg', 'ChangeBiosCfg', 'LoadDefaultBiosCfg'].map((command) => ({
      call: `${tool} ${command}`,
      mutating: command !== 'GetCurrentBiosCfg',
      modes: [...TOOL, 'auth-failure'] as const,
      extra: ['licence-missing', 'session-limit'] as const,
    })),
    { call: `${tool} ActivateProductKey`, mutating: true, modes: TOOL },
    { call: `${tool} *`, mutating: false, modes: TOOL },
  ]),
  { call: 'ipmitool lan set', mutating: true, modes: TOOL },
  { call: 'ipmitool *', mutating: false, modes: TOOL },
  { call: 'dmidecode*', mutating: false, modes: TOOL },
  { call: 'modprobe', mutating: false, modes: TOOL },
  { call: 'dpkg', mutating: true, modes: TOOL },
  { call: 'reboot', mutating: true, modes: TOOL },
  { call: 'poweroff', mutating: true, modes: TOOL },
]

/** The SSH hosts of a lab: an OpenSSH-like server and a small Unix for each boot of each machine. */
export function createSshDoor(options: SshDoorOptions): SshDoor {
  const running = new Map<Machine, Running>()
  const upSince = new Map<Machine, { boot: Boot; at: number }>()
  const listening: (() => void)[] = []
  let files: ToolFiles | undefined
  let isClosed = false
  options.faults.declare(calls)

  const stop = (machine: Machine): void => {
    const old = running.get(machine)
    running.delete(machine)
    if (old === undefined) return
    old.host.shutDown()
    for (const connection of old.connections) connection.cut()
  }
  const watch = (machine: Machine): void => {
    const { boot } = machine
    const up = machine.phase === 'up' && boot !== undefined
    if (up && upSince.get(machine)?.boot !== boot) upSince.set(machine, { boot, at: options.clock.now() })
    if (!up || running.get(machine)?.host.boot !== boot) stop(machine)
  }
  for (const machine of options.world.machines) {
    watch(machine)
    listening.push(machine.onChange(() => watch(machine)))
  }

  const hostOf = (machine: Machine, boot: Boot): Running => {
    const found = running.get(machine)
    if (found !== undefined) return found
    const connections = new Set<Connection>()
    const cutConnections = (): void => {
      for (const connection of connections) connection.cut()
    }
    const bootedAt = upSince.get(machine)?.at ?? options.clock.now()
    const host = new Host({
      machine,
      boot,
      bootedAt,
      clock: options.clock,
      software,
      begin: options.begin,
      cutConnections,
      onInternalError: fail,
      onProcess: options.onProcess,
    })
    const made: Running = { host, connections, pristine: new Set(leftoversOf.files(host)) }
    running.set(machine, made)
    return made
  }

  return {
    handle(socket: Duplex, machine: Machine) {
      const { boot } = machine
      if (isClosed || machine.phase !== 'up' || boot?.plan.os !== 'ephemeral') {
        socket.destroy()
        return
      }
      const { host, connections } = hostOf(machine, boot)
      const connection: Connection = serveConnection({
        context: options,
        host,
        socket,
        closed: () => connections.delete(connection),
      })
      if (!socket.destroyed) connections.add(connection)
    },
    tools() {
      files ??= createToolFiles()
      return files.tools
    },
    leftovers: () =>
      [...running.values()].flatMap(({ host, connections, pristine }) => leftoversOf.host(host, connections, pristine)),
    async close() {
      isClosed = true
      for (const takeBack of listening) takeBack()
      for (const machine of running.keys()) stop(machine)
      files?.remove()
      files = undefined
    },
  }
}

/** A fault of the simulation itself must not pass for one of the simulated host. */
function fail(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
