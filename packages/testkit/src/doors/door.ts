import type { Duplex } from 'node:stream'
import type { Begin, Serve } from '../call.ts'
import type { LabClock } from '../clock.ts'
import type { FaultBook } from '../faults.ts'
import type { LabConnection, LabServer, LabServerSpec } from '../lab.ts'
import type { RequestRecorder } from '../log.ts'
import type { ProcessListener } from '../process-start.ts'
import type { Machine } from '../world/machine.ts'
import type { World } from '../world/world.ts'

/** What every door gets: the world it looks onto, and the one way to serve a call. */
export interface DoorContext {
  readonly world: World
  readonly clock: LabClock
  readonly faults: FaultBook
  readonly log: RequestRecorder
  /** Use this for every call that has one answer. */
  readonly serve: Serve
  /** Use this where an answer streams. */
  readonly begin: Begin
}

/** A user of MAAS. `sshKey` is the public key line registered for them; without one their machines cannot be entered. */
export interface MaasUser {
  readonly name: string
  readonly admin: boolean
  readonly sshKey: string | undefined
}

export interface MaasDoorOptions extends DoorContext {
  /** `admin` is always among them. */
  readonly users: readonly MaasUser[]
  /** How each machine of the world starts, in the order of `world.machines`. */
  readonly servers: readonly LabServerSpec[]
  /** Fixed port; default a free one. Loopback only. */
  readonly port?: number
}

/** `createMaasDoor(options: MaasDoorOptions): Promise<MaasDoor>` in `doors/maas/maas-door.ts`. */
export interface MaasDoor {
  /** e.g. `http://127.0.0.1:40123/MAAS`. */
  readonly url: string
  /** `consumer:token:secret` of a user; throws for an unknown one. */
  apiKey(user: string): string
  /** The API record of a machine, fresh. */
  record(systemId: string): Readonly<Record<string, unknown>>
  powerParameters(systemId: string): Readonly<Record<string, string>>
  /** Throws for an unknown host name. */
  systemId(hostname: string): string
  /** The acts of `LabServer.intervene` that MAAS knows of; the lab does `revert-bios` and `revert-bmc-address` itself. */
  intervene(
    systemId: string,
    act: Exclude<Parameters<LabServer['intervene']>[0], 'revert-bios' | 'revert-bmc-address'>,
  ): void
  /** What a client left behind, one sentence each: sockets of unfinished requests, machines in states MAAS would not leave by itself. */
  leftovers(): string[]
  close(): Promise<void>
}

export interface SshDoorOptions extends DoorContext {
  readonly onProcess?: ProcessListener | undefined
}

/** `createSshDoor(options: SshDoorOptions): SshDoor | Promise<SshDoor>` in `doors/ssh/ssh-door.ts`. */
export interface SshDoor {
  /** Serves SSH on a connection that has reached port 22 of a booted host. The door cuts it when the host goes down. */
  handle(socket: Duplex, machine: Machine): void
  tools(): LabConnection['tools']
  /** Open connections, running remote processes, uploaded files and run directories on live hosts, one sentence each. */
  leftovers(): string[]
  close(): Promise<void>
}

/** `createRedfishDoor(options: DoorContext): RedfishDoor` in `doors/redfish/redfish-door.ts`. */
export interface RedfishDoor {
  /** Serves TLS on a connection that has reached port 443 of a reachable BMC. */
  handle(socket: Duplex, machine: Machine): void
  leftovers(): string[]
  close(): Promise<void>
}

/** `createDialDoor(options: DialDoorOptions): Promise<DialDoor>` in `doors/dial/dial-door.ts`. */
export interface DialDoor {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  leftovers(): string[]
  close(): Promise<void>
}

export interface DialDoorOptions extends DoorContext {
  readonly ssh: Pick<SshDoor, 'handle'>
  readonly redfish: Pick<RedfishDoor, 'handle'>
  readonly port?: number
}
