import type { JobEnding, JobQueue } from './jobs.ts'
import type { BmcSettings } from './bmc-settings.ts'
import type { HardwareModel, BiosValue } from './model.ts'

/** Power and boot of the host. `post` is firmware time, `booting` is OS time until sshd answers. */
export type HostPhase = 'off' | 'post' | 'booting' | 'up'

/** What the machine is told at boot, by whoever serves its network boot (MAAS). */
export interface BootPlan {
  /** `ephemeral`: cloud image in RAM with sshd; `poweroff`: boots and switches itself off; `none`: stays without an OS. */
  readonly os: 'ephemeral' | 'poweroff' | 'none'
  /** Public keys (OpenSSH lines) for user `ubuntu`. */
  readonly authorizedKeys: readonly string[]
  /** Called when the OS is up: commissioning scripts, rescue-mode signal. */
  readonly onUp?: () => void
}

/** One boot of the host: everything here is gone with the next one, RAM disk included. */
export interface Boot {
  readonly bootId: string
  readonly plan: BootPlan
  /** Address of the boot NIC, by DHCP. */
  readonly address: string
  /** Fresh for each boot of an ephemeral OS. */
  readonly hostKey: HostKey
}

/** OpenSSH formats; `sha256` as OpenSSH prints a fingerprint: `SHA256:` and base64 without padding. */
export interface HostKey {
  readonly privateKey: string
  readonly publicKey: string
  readonly sha256: string
}

/** Of a BMC's web server: PEM, and the SHA-256 of the DER in lower-case hex. Made at first use. */
export interface BmcCertificate {
  readonly cert: string
  readonly key: string
  readonly sha256: string
}

export interface BmcUser {
  readonly id: number
  name: string
  password: string
  privilege: 'Administrator' | 'Operator' | 'ReadOnly'
  enabled: boolean
}

/** Assigning a field changes the BMC at once; `onChange` listeners of the machine hear of it. */
export interface BmcNetwork {
  source: 'Static' | 'DHCP'
  address: string
  netmask: string
  gateway: string
  readonly mac: string
}

export interface Bmc {
  /** What it lets whom do. */
  readonly settings: BmcSettings
  /** Name of the vendor's licence for out-of-band management that is installed, where the BMC shows it (iLO). */
  licence: string
  /** Its own, not the host's: what the service root and `ipmitool mc guid` tell. */
  readonly uuid: string
  readonly firmwareVersion: string
  /** As delivered; empty where the maker gives none. */
  readonly hostName: string
  /** IPMI LAN channel that answers (iLO: 2, others: 1). */
  readonly lanChannel: number
  readonly network: BmcNetwork
  /** What the DHCP server has for its MAC; in force whenever the source is DHCP. */
  readonly lease: Pick<BmcNetwork, 'address' | 'netmask' | 'gateway'>
  /** The factory's (`Administrator` 1, `ADMIN` 2, `root` 2) and, in the slot after it, `maas`, the one that MAAS knows. */
  readonly users: BmcUser[]
  /** Settings of an iDRAC that were changed and have no other place here, by `Group.n.Name`. */
  readonly attributes: Map<string, string>
  /** Product keys that are activated (Supermicro); what they open is closed without. */
  readonly licences: string[]
  /** Open Redfish sessions by id; `lastUsedAt` in lab milliseconds. */
  readonly sessions: Map<string, BmcSession>
  certificate(): Promise<BmcCertificate>
  /** False while it is silent (rebooting, unplugged): nothing answers at its address. */
  reachable: boolean
}

export interface BmcSession {
  readonly token: string
  readonly user: string
  readonly openedAt: number
  lastUsedAt: number
}

/** A verdict on one attribute, or `Base.1.0.Success` as first entry. */
export interface BiosMessage {
  readonly MessageId: string
  readonly MessageArgs?: readonly string[]
  readonly RelatedProperties?: readonly string[]
}

export interface BiosState {
  /** In force since the last POST. */
  readonly current: Map<string, BiosValue>
  /** Staged for the next POST; empty when nothing is pending. */
  readonly pending: Map<string, BiosValue>
  /** The next POST begins with every setting at its default (Supermicro's `LoadDefaultBiosCfg`). */
  loadDefaults: boolean
  /** Verdict of the last POST that applied something (`@Redfish.Settings.Messages`). */
  messages: readonly BiosMessage[]
  lastAppliedAt: string | null
  /** The defaults come back with the next POST (Dell's ResetBios). */
  resetPending?: boolean
}

/**
 * One simulated server: the single truth that all doors look onto and change.
 * Hardware is asynchronous: the methods start a change, the clock finishes it.
 */
export interface Machine {
  readonly hostname: string
  readonly model: HardwareModel
  readonly serial: string
  /** Lower-case SMBIOS UUID. */
  readonly uuid: string
  readonly nics: readonly { readonly name: string; readonly mac: string }[]
  readonly power: 'on' | 'off'
  readonly phase: HostPhase
  /** Between a power order and its end; an iLO refuses further orders meanwhile. */
  readonly powerChanging: boolean
  /** Set while `phase` is `booting` or `up`. A plan of `none` stays in `booting` and never gets up. */
  readonly boot: Boot | undefined
  readonly bios: BiosState
  readonly bmc: Bmc
  /** Of a Dell's Lifecycle Controller; others have none. */
  readonly jobs: JobQueue | undefined
  /** How often POST has run since the lab began. */
  readonly posts: number
  /** Asked at each POST for what to boot; MAAS's door sets it. */
  bootPlanner: (machine: Machine) => BootPlan
  /** `post`, `boot`, `powerOff` etc. in lab milliseconds; a test may stretch them (`reboot too long`). */
  readonly durations: {
    post: number
    boot: number
    powerOn: number
    powerOff: number
    extraPostOnBiosChange: number
    /** From the end of that POST until its job says so (Dell). */
    jobSettle: number
    bmcReset: number
  }
  /** The host comes up somewhere else than its lease says, or answers as another machine would. */
  readonly quirks: {
    biosPendingForever: boolean
    /** How a job that changes the BIOS ends (Dell). */
    jobEnding: JobEnding
    wrongIdentity: { serial: string; uuid: string } | undefined
    newLeaseEachBoot: boolean
  }

  /** The address that DHCP gives the boot NIC; asked for at boot, kept from then on unless `newLeaseEachBoot`. */
  readonly lease: string | undefined

  powerOn(): void
  powerOff(): void
  /** Off and on again, or on if it is off. */
  powerCycle(): void
  /** From inside the OS (or a warm reset from outside): POST begins at once. Does nothing while off. */
  reboot(): void
  /** The OS switches the host off by itself, as the power button or ACPI asks for; nobody listens unless `phase` is `up`. */
  shutDown(): void
  /** Silent for `durations.bmcReset`, then back with no session. The host is not touched. */
  resetBmc(): void
  /** Called at each change of power, phase or BMC address. Returns a function that takes it back. */
  onChange(listener: () => void): () => void
}
