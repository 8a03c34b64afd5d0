import { timestamp } from '../../clock.ts'
import type { Clock } from '../../clock.ts'
import { HwError, isHwError } from '../../errors.ts'
import { silentLogger } from '../../logger.ts'
import type { ExtendedMessage } from './extended-info.ts'
import type { Logger } from '../../logger.ts'
import type { SeenCertificate } from './certificate.ts'
import { resetSystem } from './reset.ts'
import type { ResetOptions, ResetOutcome, ResetType } from './reset.ts'
import { anySchema, biosSchema, readResource, settingsLinkSchema, systemSchema } from './resources.ts'
import { RefusedCredentials } from './refused-credentials.ts'
import { replyError } from './reply-error.ts'
import { readServiceRoot } from './service-root.ts'
import type { RootLinks, ServiceRoot } from './service-root.ts'
import { CLEANUP_MS, closeSession, openSession } from './session.ts'
import type { LogoutOutcome, RedfishSession } from './session.ts'
import { findSystem, memberPaths, toIdentity } from './system.ts'
import type { SystemIdentity, SystemResource } from './system.ts'
import { RedfishTransport } from './transport.ts'
import type { RedfishReply, RedfishTransportOptions } from './transport.ts'

export interface RedfishClientOptions extends RedfishTransportOptions {
  readonly clock: Clock
  readonly logger?: Logger
  /** Wall milliseconds for a logout in all, and for the answer to a login that was cancelled while it was out. Default 15 s. */
  readonly cleanupTimeoutMs?: number
  /** Shared by the clients of one BMC, so that none of them repeats a login that another one had refused. Default: one of its own. */
  readonly refused?: RefusedCredentials
}

/** A reading of the host's power. `changing` is `PoweringOn` or `PoweringOff`; `unknown` is never to be taken for `off`. */
export interface PowerReading {
  readonly state: 'on' | 'off' | 'changing' | 'unknown'
  /** The BMC's own word. */
  readonly raw: string | undefined
  readonly observedAt: string
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * One BMC over Redfish (iLO 5/6, and what other vendors share with them): service root, session, identity, power.
 * Reads follow links, never fixed paths. Nothing is repeated: retries are the caller's, who knows what may be repeated.
 *
 * @example
 * await using bmc = new RedfishClient({ host: '192.168.1.100', dial, clock, certificate: { mode: 'pin', sha256 } })
 * const identity = await bmc.withSession({ user, password }, () => bmc.systemIdentity())
 */
export class RedfishClient implements AsyncDisposable {
  readonly #transport: RedfishTransport
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #cleanupMs: number
  readonly #warnings: string[] = []
  #links: RootLinks | undefined
  #session: RedfishSession | undefined
  /** The session that has opened something already. */
  #worked: RedfishSession | undefined
  #systemPath: string | undefined
  readonly #refused: RefusedCredentials

  constructor(options: RedfishClientOptions) {
    this.#transport = new RedfishTransport(options)
    this.#clock = options.clock
    this.#logger = options.logger ?? silentLogger
    this.#cleanupMs = options.cleanupTimeoutMs ?? CLEANUP_MS
    this.#refused = options.refused ?? new RefusedCredentials()
  }

  /** The certificate the BMC showed last, also one that was refused. */
  get certificate(): SeenCertificate | undefined {
    return this.#transport.certificate
  }

  /** What was left behind on the BMC so far, in words for the operator. */
  get warnings(): readonly string[] {
    return this.#warnings
  }

  /** Reads `/redfish/v1/` without a login: enough to tell which BMC answers here before a credential is sent. */
  async serviceRoot({ signal }: CallOptions = {}): Promise<ServiceRoot> {
    const { root } = await this.#readRoot(signal)
    return root
  }

  /**
   * Opens a session; one at a time. Refused credentials are remembered: asked again with the same, this throws the same
   * error without a request, so that no loop locks the account.
   *
   * @throws HwError `bmc.auth`, `bmc.session-limit` and others; on abort `signal.reason`, with no session left behind
   */
  async login(user: string, password: string, { signal }: CallOptions = {}): Promise<void> {
    if (this.#session)
      throw new HwError({
        code: 'bmc.already-logged-in',
        kind: 'internal',
        message: `There is a session on ${this.#transport.host} already`,
      })
    const refused = this.#refused.find(user, password)
    if (refused !== undefined) throw refused
    this.#transport.redactor.add(password)
    const { sessions } = await this.#rootLinks(signal)
    try {
      this.#session = await openSession(this.#transport, sessions, { user, password }, signal, this.#cleanupMs)
    } catch (error) {
      if (isHwError(error) && error.kind === 'auth') this.#refused.remember(user, password, error)
      if (isHwError(error) && MAY_HAVE_OPENED.has(error.code)) this.#warnings.push(mayBeLeft(this.#transport.host))
      throw error
    }
    if (!signal?.aborted) return
    await this.logout()
    throw signal.reason
  }

  /** Deletes the session, if there is one. Never rejects: what could not be deleted is a warning, in the result, `warnings` and the log. */
  async logout(): Promise<LogoutOutcome> {
    const session = this.#session
    if (session === undefined) return { gone: true }
    this.#session = undefined
    const outcome = await closeSession(this.#transport, session, this.#cleanupMs)
    if (outcome.gone && outcome.wasUnknown && this.#worked !== session)
      this.#warnings.push(mayOpenLate(this.#transport.host))
    if (!outcome.gone) {
      this.#warnings.push(outcome.warning)
      this.#logger.warn(
        { door: 'redfish', host: this.#transport.host, error: outcome.warning },
        'a redfish session may be left open',
      )
    }
    return outcome
  }

  /** Logs in, runs `work`, and logs out whatever happened. Rejects with what `work` rejected with. */
  async withSession<T>(
    credentials: { readonly user: string; readonly password: string },
    work: (client: this) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    await this.login(credentials.user, credentials.password, options)
    try {
      return await work(this)
    } finally {
      await this.logout()
    }
  }

  /** Who the machine behind the BMC is. Needs a session. */
  async systemIdentity({ signal }: CallOptions = {}): Promise<SystemIdentity> {
    return toIdentity(await this.#readSystem(signal))
  }

  /** The host's power, read now. Needs a session. */
  async power({ signal }: CallOptions = {}): Promise<PowerReading> {
    const { PowerState: raw } = await this.#readSystem(signal)
    return { state: POWER_STATES.get(raw ?? '') ?? 'unknown', raw, observedAt: timestamp(this.#clock) }
  }

  /**
   * The BIOS resource in force, as the BMC gives it; nothing of it is checked. Needs a session.
   * @throws HwError `bmc.no-bios` where the system links none
   */
  async bios({ signal }: CallOptions = {}): Promise<unknown> {
    const { Bios } = await this.#readSystem(signal)
    if (Bios === undefined) throw noBios(this.#transport.host)
    return readResource(await this.#get(Bios['@odata.id'], signal), biosSchema)
  }

  /** The settings of the host's next boot, linked by its BIOS resource (Redfish settings object); undefined where none is. Needs a session. */
  async biosSettings(bios: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    const linked = settingsLinkSchema.safeParse(bios)
    if (!linked.success) return undefined
    return readResource(
      await this.#get(linked.data['@Redfish.Settings'].SettingsObject['@odata.id'], signal),
      biosSchema,
    )
  }

  /** Any resource as the BMC gives it, nothing of it checked. Needs a session. */
  async resource(path: string, { signal }: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return readResource(await this.#get(path, signal), anySchema)
  }

  /** Paths of the members of a collection, all its pages. Needs a session. */
  members(collection: string, { signal }: CallOptions = {}): Promise<string[]> {
    return memberPaths((path, within) => this.#get(path, within), collection, signal)
  }

  /**
   * Changes a resource, or makes one in a collection; sent once. Returns what the BMC said of it, e.g. `ResetRequired`. Needs a session.
   * @throws HwError what the answer reports (`replyError`), and those of the transport
   */
  async change(
    method: 'PATCH' | 'POST',
    path: string,
    body: object,
    { signal }: CallOptions = {},
  ): Promise<readonly ExtendedMessage[]> {
    const reply = await this.#transport.request({ method, path, body, token: this.#token(), signal })
    const failed = replyError(reply)
    if (failed) throw failed
    return reply.messages
  }

  /** Where managers and accounts are found; read without a login. */
  async links({ signal }: CallOptions = {}): Promise<RootLinks> {
    return this.#rootLinks(signal)
  }

  /** Changes the host's power and waits until that can be read back; see `resetSystem` for its errors. Needs a session. */
  async reset(type: ResetType, options: ResetOptions = {}): Promise<ResetOutcome> {
    const port = {
      host: this.#transport.host,
      clock: this.#clock,
      readSystem: (signal: AbortSignal | undefined) => this.#readSystem(signal),
      get: (path: string, signal: AbortSignal | undefined) => this.#get(path, signal),
      post: (path: string, body: object, signal: AbortSignal | undefined) =>
        this.#transport.request({ method: 'POST', path, body, token: this.#token(), signal }),
    }
    return resetSystem(port, type, options)
  }

  /** Ends running requests; resolves when no socket is left. Does not log out: use `await using`, `withSession` or `logout`. */
  async close(): Promise<void> {
    await this.#transport.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.logout()
    await this.close()
  }

  /** The first time the host is searched among the systems, later its own resource is read. */
  async #readSystem(signal: AbortSignal | undefined): Promise<SystemResource> {
    const known = this.#systemPath
    if (known !== undefined) return readResource(await this.#get(known, signal), systemSchema)
    const { systems } = await this.#rootLinks(signal)
    const { path, system } = await findSystem((link, within) => this.#get(link, within), systems, signal)
    this.#systemPath = path
    return system
  }

  async #rootLinks(signal: AbortSignal | undefined): Promise<RootLinks> {
    if (this.#links !== undefined) return this.#links
    const { links } = await this.#readRoot(signal)
    return links
  }

  async #readRoot(signal: AbortSignal | undefined): Promise<ReturnType<typeof readServiceRoot>> {
    const read = readServiceRoot(await this.#transport.request({ method: 'GET', path: '/redfish/v1/', signal }))
    this.#links = read.links
    return read
  }

  async #get(path: string, signal: AbortSignal | undefined): Promise<RedfishReply> {
    const session = this.#session
    const reply = await this.#transport.request({ method: 'GET', path, token: this.#token(), signal })
    if (reply.status === 200) this.#worked = session
    return reply
  }

  #token(): string {
    if (this.#session) return this.#session.token
    throw new HwError({
      code: 'bmc.not-logged-in',
      kind: 'internal',
      message: `There is no session on ${this.#transport.host}; call login first`,
    })
  }
}

/** Errors of a login that do not tell whether the BMC opened a session. */
const MAY_HAVE_OPENED: ReadonlySet<string> = new Set([
  'bmc.reply-lost',
  'bmc.timeout',
  'bmc.unreadable-answer',
  'bmc.reply-too-large',
])

function mayOpenLate(host: string): string {
  return `The BMC ${host} did not know the session it had just opened: if it opens it late, its idle time-out ends it`
}

function mayBeLeft(host: string): string {
  return `The answer to a login on the BMC ${host} was lost or unreadable: if it opened a session, its idle time-out ends it`
}

const POWER_STATES: ReadonlyMap<string, PowerReading['state']> = new Map([
  ['On', 'on'],
  ['Off', 'off'],
  ['PoweringOn', 'changing'],
  ['PoweringOff', 'changing'],
])

function noBios(host: string): HwError {
  return new HwError({
    code: 'bmc.no-bios',
    kind: 'invalid',
    message: `The BMC at ${host} links no BIOS resource from its system`,
    hint: 'Read the BIOS settings in-band with the vendor tool instead.',
    context: { host },
  })
}
