import type { Pool } from 'undici'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { isHwError } from '../errors.ts'
import { silentLogger, type Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import { json, parseAnswer } from './answer.ts'
import { apiRoot } from './api-root.ts'
import type { MaasCall } from './calls.ts'
import * as change from './change-calls.ts'
import { MaasScriptSet, scriptResults, type ScriptSetResult } from './commissioning-results.ts'
import { pickMachine } from './find-machine.ts'
import { MaasMachine } from './machine.ts'
import { parseApiKey } from './oauth.ts'
import { learnSecrets } from './power-secrets.ts'
import * as read from './read-calls.ts'
import { retryRead } from './read-retry.ts'
import * as record from './records.ts'
import { MaasTransport, type MaasTimeouts } from './transport.ts'

export interface MaasClientOptions {
  /** `http://maas:5240/MAAS`, with or without trailing slash or `/api/2.0`. */
  readonly url: string
  /** `consumer:token:secret`. Its parts are added to the redactor. */
  readonly apiKey: string
  readonly timeouts?: Partial<MaasTimeouts>
  /** Tries of a read in all, by default 3. Changes are never repeated here. */
  readonly readAttempts?: number
  /** Largest answer taken, by default 32 MiB: 100 machines are 2 MB. */
  readonly maxAnswerBytes?: number
  /** undici's `connect`: a CA of your own, or a function that reaches MAAS through a bastion. */
  readonly connect?: Pool.Options['connect']
  /** For the waits between the tries of a read. */
  readonly clock: Clock
  readonly logger?: Logger
  readonly redactor: Redactor
}

export interface CallOptions {
  /** Aborting closes the request's connection and rejects with the signal's reason. A change that was already sent may still happen. */
  readonly signal?: AbortSignal | undefined
}

export interface ReadOptions extends CallOptions {
  /** Instead of `readAttempts`. */
  readonly attempts?: number
}

const DEFAULT_TIMEOUTS: MaasTimeouts = { power: 75_000, other: 30_000 }
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/**
 * The MAAS API 2.0, as recorded from MAAS 3.3. Every failure is a `HwError` with a code of `MAAS_ERRORS` and `context.sent`, which tells
 * a refusal from "may have happened"; an abort rejects with the signal's reason. Reads are repeated on transient errors, changes never.
 *
 * @example
 * await using maas = new MaasClient({ url: 'http://maas:5240/MAAS', apiKey, clock: systemClock, redactor })
 * const machine = await maas.findMachine('srv001')
 */
export class MaasClient implements AsyncDisposable {
  readonly #transport: MaasTransport
  readonly #redactor: Redactor
  readonly #clock: Clock
  readonly #readAttempts: number

  constructor(options: MaasClientOptions) {
    const { redactor, logger = silentLogger, maxAnswerBytes = MAX_ANSWER_BYTES, connect } = options
    const key = parseApiKey(options.apiKey)
    for (const secret of [options.apiKey.trim(), key.tokenSecret, key.tokenKey, key.consumerKey]) redactor.add(secret)
    const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
    this.#redactor = redactor
    this.#clock = options.clock
    this.#readAttempts = options.readAttempts ?? 3
    this.#transport = new MaasTransport({
      root: apiRoot(options.url),
      key,
      timeouts,
      maxAnswerBytes,
      connect,
      redactor,
      logger,
    })
  }

  /** Ends what is under way with `maas.closed` and releases every socket. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async version(options?: ReadOptions): Promise<record.MaasVersion> {
    return this.#read(record.MaasVersion, read.versionCall, options)
  }

  /** MAAS's own clock, as its answer's `Date` header has it (whole seconds), in milliseconds since the epoch; undefined without one. */
  async serverTime({ signal }: CallOptions = {}): Promise<number | undefined> {
    const { headers } = await this.#transport.send(read.versionCall, signal)
    const time = Date.parse(headers['date'] ?? '')
    return Number.isNaN(time) ? undefined : time
  }

  /** The user of the API key; `is_superuser` is needed for commissioning, rescue mode, power parameters and tags. */
  async whoami(options?: ReadOptions): Promise<record.MaasUser> {
    return this.#read(record.MaasUser, read.whoamiCall, options)
  }

  /** The keys that open the ephemeral OS of machines this user owns. */
  async sshKeys(options?: ReadOptions): Promise<record.MaasSshKey[]> {
    return this.#read(z.array(record.MaasSshKey), read.sshKeysCall, options)
  }

  /** @throws `maas.not-found`; `maas.forbidden` for another user's machine without an administrator's key */
  async machine(id: string, options?: ReadOptions): Promise<MaasMachine> {
    return this.#read(MaasMachine, read.machineCall(id), options)
  }

  /**
   * Many machines by system_id or by exact host name, one request after the other of at most 100 each. Unknown ones are left out, and MAAS
   * chooses the order. Without a filter: all machines, in one answer (MAAS has no paging of machines).
   */
  async machines(filter: read.MachineFilter = {}, options?: ReadOptions): Promise<MaasMachine[]> {
    const found: MaasMachine[] = []
    for (const call of read.machinesCalls(filter))
      found.push(...(await this.#read(z.array(MaasMachine), call, options)))
    return found
  }

  /**
   * The one machine that a person means by a host name, FQDN or system_id.
   *
   * @throws `maas.no-such-machine`, or `maas.ambiguous-machine` where one machine's host name is another's system_id; it names both
   */
  async findMachine(name: string, options?: ReadOptions): Promise<MaasMachine> {
    const wanted = name.trim()
    const label = wanted.split('.')[0] ?? ''
    const byHostname = label === '' ? [] : await this.machines({ hostnames: [label, label.toLowerCase()] }, options)
    const byId = label === '' || wanted !== label ? [] : await this.machines({ ids: [label] }, options)
    return pickMachine(wanted, byHostname, byId)
  }

  /** Marked effect, decided by `current_commissioning_result_id` and the status. The answer is the machine, COMMISSIONING, owned by us. */
  async commission(id: string, options: change.CommissionOptions & CallOptions = {}): Promise<MaasMachine> {
    return this.#change(MaasMachine, change.commissionCall(id, options), options)
  }

  /** Its answer still shows the old status; a moment later it is NEW, whatever it was before the commissioning. */
  async abort(id: string, options: { readonly comment?: string } & CallOptions = {}): Promise<MaasMachine> {
    return this.#change(MaasMachine, change.abortCall(id, options.comment), options)
  }

  /** Takes ownership and cycles or powers on: status 17, then 16 on the node's first signal. Sent to a machine in 17 it cycles it again. */
  async rescueMode(id: string, options?: CallOptions): Promise<MaasMachine> {
    return this.#change(MaasMachine, change.rescueModeCall(id), options)
  }

  /** Status 19; machines that were READY or BROKEN before are powered off and lose their owner some 4 s later. */
  async exitRescueMode(id: string, options?: CallOptions): Promise<MaasMachine> {
    return this.#change(MaasMachine, change.exitRescueModeCall(id), options)
  }

  /** Set effect. The answer shows the old `power_state`, "off" comes some 4 s later. Undefined where MAAS had nothing to do. */
  async powerOff(
    id: string,
    stopMode: 'hard' | 'soft' = 'hard',
    options?: CallOptions,
  ): Promise<MaasMachine | undefined> {
    const call = change.powerOffCall(id, stopMode)
    const answer = await this.#transport.send(call, options?.signal)
    if (['', 'null'].includes(answer.body.trim())) return undefined
    return parseAnswer(MaasMachine, call, answer, this.#redactor)
  }

  /** Asks the BMC now, up to 60 s: `on`, `off`, `unknown` (manual power type), `error` (the BMC refuses MAAS's credentials). */
  async queryPowerState(id: string, options?: ReadOptions): Promise<record.MaasPowerState> {
    return this.#read(record.MaasPowerState, read.powerStateCall(id), options)
  }

  /** Administrators only. The passwords in it are in the redactor before this resolves. */
  async powerParameters(id: string, options?: ReadOptions): Promise<record.MaasPowerParameters> {
    return this.#read(record.MaasPowerParameters, read.powerParametersCall(id), options)
  }

  /** Of all machines, by system_id. */
  async allPowerParameters(options?: ReadOptions): Promise<Record<string, record.MaasPowerParameters>> {
    return this.#read(z.record(z.string(), record.MaasPowerParameters), read.allPowerParametersCall, options)
  }

  /** Set effect. MAAS takes any text here without trying it: prove it by `queryPowerState`. */
  async setPowerAddress(id: string, address: string, options?: CallOptions): Promise<MaasMachine> {
    return this.#change(MaasMachine, change.powerAddressCall(id, address), options)
  }

  /** Set effect; an empty value deletes its key, other keys stay. @throws `maas.wrong-state` where nobody owns the machine */
  async setAnnotations(
    id: string,
    annotations: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<MaasMachine> {
    return this.#change(MaasMachine, change.annotationsCall(id, annotations), options)
  }

  /** @throws `maas.not-found` */
  async tag(name: string, options?: ReadOptions): Promise<record.MaasTag> {
    return this.#read(record.MaasTag, read.tagCall(name), options)
  }

  /** @throws `maas.invalid` where it exists already, see `ensureTag` */
  async createTag(name: string, comment = '', options?: CallOptions): Promise<record.MaasTag> {
    return this.#change(record.MaasTag, change.createTagCall(name, comment), options)
  }

  /** Set effect: creates the tag unless it is there, also where somebody else creates it at the same moment. */
  async ensureTag(name: string, comment = '', options?: CallOptions): Promise<record.MaasTag> {
    try {
      return await this.createTag(name, comment, options)
    } catch (error) {
      // MAAS 3.3 recorded: 400 `{"name": ["Tag with this Name already exists."]}`.
      if (isHwError(error) && error.code === 'maas.invalid' && /already exists/.test(error.message))
        return this.tag(name, options)
      throw error
    }
  }

  /** Set effect. The counts tell how many known machines were named, not what changed: read the machine back. */
  async updateTagNodes(name: string, update: change.TagUpdate, options?: CallOptions): Promise<record.MaasTagUpdate> {
    return this.#change(record.MaasTagUpdate, change.tagUpdateCall(name, update), options)
  }

  /** Newest first, at most `limit`. */
  async events(filter: read.EventFilter, options?: ReadOptions): Promise<record.MaasEvent[]> {
    return (await this.#read(record.MaasEventPage, read.eventsCall(filter), options)).events
  }

  /**
   * The scripts of a commissioning (default: the current one) with their status, and on request what they printed, redacted and shortened.
   * Undefined where the machine has none.
   */
  async commissioningResults(
    id: string,
    query: read.ResultsQuery = {},
    options?: ReadOptions,
  ): Promise<ScriptSetResult | undefined> {
    try {
      const set = await this.#read(MaasScriptSet, read.resultsCall(id, query), options)
      return scriptResults(set, query.output, this.#redactor)
    } catch (error) {
      // MAAS 3.3 recorded: 400 `Unknown id "current-testing" must be current-commissioning, …` where there is none.
      if (query.set === undefined && isHwError(error) && /Unknown id/.test(error.message)) return undefined
      throw error
    }
  }

  #read<Schema extends z.ZodType>(schema: Schema, call: MaasCall, options: ReadOptions = {}): Promise<z.infer<Schema>> {
    const { signal, attempts = this.#readAttempts } = options
    const attempt = async () => {
      const answer = await this.#transport.send(call, signal)
      if (call.secretAnswer === true) learnSecrets(json(call, answer, this.#redactor), this.#redactor)
      return parseAnswer(schema, call, answer, this.#redactor)
    }
    return retryRead(attempt, { clock: this.#clock, attempts, signal })
  }

  async #change<Schema extends z.ZodType>(
    schema: Schema,
    call: MaasCall,
    options: CallOptions = {},
  ): Promise<z.infer<Schema>> {
    return parseAnswer(schema, call, await this.#transport.send(call, options.signal), this.#redactor)
  }
}
