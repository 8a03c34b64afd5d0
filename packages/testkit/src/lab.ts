import { createCalls } from './call.ts'
import { createLabClock, type ClockMode, type LabClock } from './clock.ts'
import { createDialDoor } from './doors/dial/dial-door.ts'
import type { DoorContext, MaasDoor, MaasUser } from './doors/door.ts'
import { createMaasDoor, type SimulatedMaas } from './doors/maas/maas-door.ts'
import { createRedfishDoor } from './doors/redfish/redfish-door.ts'
import { createSshDoor } from './doors/ssh/ssh-door.ts'
import { createFaults, type Faults } from './faults.ts'
import { createRequestLog, type LogEntry, type RequestLog } from './log.ts'
import { serveClock, type ServedClock } from './serve-clock.ts'
import type { ProcessListener } from './process-start.ts'
import { createSlackWorkspace, type SlackHost } from './slack/create-workspace.ts'
import { DEFAULT_CHANNELS } from './slack/new-team.ts'
import type { SlackWorkspace, SlackWorkspaceOptions } from './slack/workspace.ts'
import { sshKeyPair } from './world/identity.ts'
import type { Machine } from './world/machine.ts'
import { createWorld, type World } from './world/world.ts'

export interface LabServerSpec {
  readonly hostname: string
  /** Default `hpe-rl300`. */
  readonly model?: string
  /** MAAS status it starts in; default `new`. `ready` has been commissioned, is off and has an old address on record. */
  readonly status?: 'new' | 'ready' | 'deployed' | 'allocated' | 'broken' | 'failed-commissioning'
  /** MAAS user that owns it (allocated, deployed). */
  readonly owner?: string
  /** Default: next free one. */
  readonly bmcAddress?: string
  /** BIOS attributes that differ from the model's defaults; of a Supermicro by path: `Advanced > Boot Feature > Quiet Boot`. */
  readonly bios?: Readonly<Record<string, string | number>>
  readonly tags?: readonly string[]
  /** MAAS's system_id; default six characters, deterministic. */
  readonly systemId?: string
}

export interface LabOptions {
  /** Default: one, `srv001`. */
  readonly servers?: readonly LabServerSpec[]
  /** Default `auto`: lab time jumps to the next timer whenever nothing is in flight. */
  readonly clock?: ClockMode
  /**
   * MAAS users beside `admin`; naming `admin` here changes it. Each has an SSH key registered unless `sshKey` is false; a text is the
   * public key of a pair of your own.
   */
  readonly users?: readonly { readonly name: string; readonly admin: boolean; readonly sshKey?: boolean | string }[]
  /** Fixed ports instead of free ones (for `npm run lab`). */
  readonly ports?: { readonly maas?: number; readonly dial?: number; readonly slack?: number }
  /** A Slack workspace that lives in the lab's time and shares its faults and its request log. Default: none. */
  readonly slack?: boolean | Omit<SlackWorkspaceOptions, 'clock'>
  /** Told of every program that starts on a host, with what every user of that host could see of it: to prove that no secret is there. */
  readonly onProcess?: ProcessListener
}

/** What a client needs to reach the lab; plain JSON, and the shape `createHwAutomation` takes. */
export interface LabConnection {
  readonly maas: { readonly url: string; readonly apiKey: string }
  readonly ssh: { readonly username: string; readonly privateKey: string }
  /** HTTP proxy (CONNECT) that knows the lab's addresses: `curl --proxy`, `ssh -o ProxyCommand='nc -X connect -x …'`. */
  readonly dial: string
  /** The in-band tools a site would supply, one entry per architecture. */
  readonly tools: Readonly<Record<string, readonly LabTool[]>>
}

export interface LabTool {
  readonly architecture: 'aarch64' | 'x86_64'
  readonly files: readonly {
    readonly path: string
    readonly sha256: string
    readonly name: string
    readonly mode: string
  }[]
  /** Run in the tool's folder on the host, as argv. */
  readonly install: readonly (readonly string[])[]
  /** The program to call, relative to the tool's folder or absolute. */
  readonly command: string
  /** Called after install: argv appended to the command, and a text its stdout must contain. */
  readonly check: { readonly args: readonly string[]; readonly contains: string }
}

/** A handle on one simulated server: look at it, and do to it what a person in the data centre could. */
export interface LabServer {
  readonly hostname: string
  readonly systemId: string
  readonly machine: Machine
  /** What MAAS holds of it (its API record, fresh). */
  maasRecord(): Readonly<Record<string, unknown>>
  /** MAAS's stored power parameters. */
  powerParameters(): Readonly<Record<string, string>>
  /** Entries of the request log about it, optionally of one call, that had or would have had an effect or an answer. */
  log(call?: string): readonly LogEntry[]
  /** Somebody else acts: as another admin or a technician would. */
  intervene(
    act:
      | 'power-off'
      | 'abort'
      | 'release'
      | 'allocate'
      | 'mark-broken'
      | 'exit-rescue'
      | 'revert-bios'
      | 'revert-bmc-address'
      | 'remove-tags'
      | 'enter-rescue',
  ): void
}

/** A simulated data centre on loopback. */
export interface Lab extends AsyncDisposable {
  readonly world: World
  readonly clock: LabClock
  readonly faults: Faults
  readonly log: RequestLog
  /** What a person can make MAAS do wrong: its clock, and each machine's quirks. */
  readonly maas: Pick<SimulatedMaas, 'quirks' | 'clockSkewMs'>
  /** The Slack workspace. Throws if the lab was made without one. */
  readonly slack: SlackWorkspace
  server(hostname: string): LabServer
  connection(user?: string): LabConnection
  /**
   * Lets processes on this machine live in the lab's time: hand them the URL, there `connectLabClock` takes it. Lab time (`auto`, `stepped`)
   * then waits for them too, and goes on without those that die. The same URL each time.
   */
  serveClock(): Promise<string>
  /**
   * Throws with a list of everything a client left behind (await `clock.settled()` first if it has only just let go): open sockets, SSH or Redfish sessions, logged-in vendor-tool sessions,
   * running remote processes, uploaded files or run directories on a live host, machines in a state that MAAS would not leave by itself,
   * Socket Mode connections, and deliveries that the app has not acknowledged.
   */
  assertClean(): void
  close(): Promise<void>
}

/**
 * Starts a simulated data centre on free loopback ports. Many can run in one process.
 *
 * @example
 * await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }] })
 * lab.faults.once({ server: 'srv001', call: 'ilorest commit', mode: 'reply-lost-after-effect' })
 */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const servers = options.servers ?? [{ hostname: 'srv001' }]
  const clock = createLabClock(options.clock)
  const log = createRequestLog(clock)
  const closers: (() => Promise<void> | void)[] = [() => clock.close()]
  const close = async () => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }

  try {
    const world = createWorld(clock, servers)
    const { people, keys } = registerUsers(options.users ?? [])
    const faults = createFaults(
      (wanted, hostname) => wanted === hostname || wanted === systemIdOf(maas, hostname),
      () => [...world.machines.map(({ hostname }) => hostname), ...channelNames(options.slack)],
    )
    const context: DoorContext = { world, clock, faults, log, ...createCalls({ clock, faults, log }) }
    const port = (fixed: number | undefined) => (fixed === undefined ? {} : { port: fixed })

    const maas = await createMaasDoor({ ...context, users: people, servers, ...port(options.ports?.maas) })
    closers.push(() => maas.close())
    const ssh = createSshDoor({ ...context, onProcess: options.onProcess })
    closers.push(() => ssh.close())
    const redfish = createRedfishDoor(context)
    closers.push(() => redfish.close())
    const dial = await createDialDoor({ ...context, ssh, redfish, ...port(options.ports?.dial) })
    closers.push(() => dial.close())

    const slack = await openSlack(options, { clock, faults, log })
    closers.push(async () => slack?.close())

    const doors = [maas, ssh, redfish, dial, ...(slack === undefined ? [] : [slack])]
    let served: Promise<ServedClock> | undefined
    closers.push(async () => (await served)?.close())
    const handles = new Map(world.machines.map((machine) => [machine.hostname, serverHandle(machine, maas, log)]))
    return {
      world,
      clock,
      faults,
      log,
      maas,
      get slack() {
        if (slack === undefined) throw new Error('This lab has no Slack workspace: createLab({ slack: true })')
        return slack
      },
      server(hostname) {
        const handle = handles.get(hostname)
        if (handle === undefined)
          throw new Error(`No server '${hostname}'; there are: ${[...handles.keys()].join(', ')}`)
        return handle
      },
      connection: (user = 'admin') => ({
        maas: { url: maas.url, apiKey: maas.apiKey(user) },
        ssh: { username: 'ubuntu', privateKey: keys.get(user) ?? '' },
        dial: dial.url,
        tools: ssh.tools(),
      }),
      async serveClock() {
        served ??= serveClock(clock)
        return (await served).url
      },
      assertClean() {
        const left = doors.flatMap((door) => door.leftovers())
        if (left.length > 0) throw new Error(`The lab is not clean:\n${left.map((item) => `- ${item}`).join('\n')}`)
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openSlack(options: LabOptions, host: SlackHost): Promise<SlackWorkspace | undefined> {
  if (options.slack === undefined || options.slack === false) return undefined
  const port = options.ports?.slack === undefined ? {} : { port: options.ports.slack }
  return createSlackWorkspace({ ...(options.slack === true ? {} : options.slack), ...port }, host)
}

/** Faults of Slack calls name a channel where those of the others name a server. */
function channelNames(slack: LabOptions['slack']): readonly string[] {
  if (slack === undefined || slack === false) return []
  return ((slack === true ? undefined : slack.channels) ?? DEFAULT_CHANNELS).map(({ name }) => name)
}

/** Everybody has a key pair; whose public half MAAS knows is told by `sshKey`. */
function registerUsers(specs: NonNullable<LabOptions['users']>): { people: MaasUser[]; keys: Map<string, string> } {
  const everyone = [...(specs.some(({ name }) => name === 'admin') ? [] : [{ name: 'admin', admin: true }]), ...specs]
  const pairs = new Map(everyone.map(({ name }) => [name, sshKeyPair(`${name}@lab`)]))
  return {
    people: everyone.map(({ name, admin, sshKey }: { name: string; admin: boolean; sshKey?: boolean | string }) => ({
      name,
      admin,
      sshKey: sshKey === false ? undefined : typeof sshKey === 'string' ? sshKey : pairs.get(name)?.publicKey,
    })),
    keys: new Map([...pairs].map(([name, pair]) => [name, pair.privateKey])),
  }
}

function serverHandle(machine: Machine, maas: MaasDoor, log: RequestLog): LabServer {
  const { hostname, bios, bmc } = machine
  const systemId = maas.systemId(hostname)
  const first = { bios: new Map(bios.current), network: { ...bmc.network } }
  return {
    hostname,
    systemId,
    machine,
    maasRecord: () => maas.record(systemId),
    powerParameters: () => maas.powerParameters(systemId),
    log: (call) =>
      log.entries.filter((entry) => entry.server === hostname && (call === undefined || entry.call === call)),
    intervene(act) {
      switch (act) {
        case 'revert-bios':
          bios.pending.clear()
          bios.loadDefaults = false
          for (const [name, value] of first.bios) bios.current.set(name, value)
          return
        case 'revert-bmc-address':
          Object.assign(bmc.network, { ...first.network, mac: bmc.network.mac })
          return
        default:
          maas.intervene(systemId, act)
      }
    },
  }
}

/** Undefined once somebody has deleted the machine in MAAS. */
function systemIdOf(maas: MaasDoor, hostname: string): string | undefined {
  try {
    return maas.systemId(hostname)
  } catch {
    return undefined
  }
}
