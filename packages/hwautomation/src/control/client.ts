import { HwError, isHwError, type HwErrorInit } from '../errors.ts'
import type { JournalLine, WorkflowEvent } from '../workflow/events.ts'
import type { WorkflowStatus } from '../workflow/status.ts'
import type { ErrorBody } from './error-answer.ts'
import { socketExchange, type ControlAnswer, type ControlRequest, type Exchange } from './exchange.ts'
import type { BatchOrder } from '../provisioning/batch/batch-order.ts'
import { bodyOfOrder } from './batch-body.ts'
import type { BatchChecked, BatchDocument, BatchPage } from './routes/batches.ts'
import type { ControlStatus, Switched } from './routes/manager.ts'
import type { Cancelled, Ordered, Started } from './routes/orders.ts'
import type { RunDocument, RunPage } from './routes/runs.ts'
import type { ServerDocument, ServerPage } from './routes/servers.ts'

/** Who the client speaks for. */
export interface ClientIdentity {
  readonly by: string
  /** Default `cli`. */
  readonly via?: string
}

export interface RunsQuery {
  readonly status?: readonly WorkflowStatus[]
  readonly server?: string
  readonly limit?: number
  readonly after?: string
}

export interface AuditQuery {
  readonly server?: string
  /** ISO 8601. */
  readonly from?: string
  readonly until?: string
  readonly after?: string
}

interface Reason {
  readonly reason?: string
}

/** What can be asked of a batch, by its path. */
export type BatchLever = 'pause' | 'proceed' | 'cancel'

/** A switch of the manager, by its path. */
export type ManagerSwitch = 'manager/pause' | 'manager/drain' | 'manager/proceed' | 'hardware/forbid' | 'hardware/allow'

/**
 * The control API as functions. Every error the other side answers with is thrown as the HwError it was there; besides
 * `control.no-owner` (nothing was sent) and `control.lost-contact`.
 */
export class ControlClient implements AsyncDisposable {
  readonly #exchange: Exchange
  readonly #identity: Readonly<Record<string, string>>

  constructor(exchange: Exchange, { by, via = 'cli' }: ClientIdentity) {
    this.#exchange = exchange
    this.#identity = { 'hwa-by': encodeURIComponent(by), 'hwa-via': via }
  }

  status(): Promise<ControlStatus> {
    return this.#get('/api/status')
  }

  /** Newest first, a page at a time. */
  runs({ status, ...query }: RunsQuery = {}): Promise<RunPage> {
    return this.#get('/api/workflows', { ...query, status: status?.join(',') })
  }

  history(server: string, query: Pick<RunsQuery, 'limit' | 'after'> = {}): Promise<RunPage> {
    return this.#get(`/api/servers/${encodeURIComponent(server)}/history`, query)
  }

  /** @throws HwError `workflow.no-such-run` */
  run(id: string): Promise<RunDocument> {
    return this.#get(runPath(id))
  }

  /** Those there are and those to come, until nobody works on the run any more. An aborted signal ends it without an error. */
  events(
    id: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<WorkflowEvent> {
    return this.#lines<WorkflowEvent>(runPath(id, 'events'), { after }, signal)
  }

  /** The journal, oldest first. */
  audit(query: AuditQuery, signal?: AbortSignal): AsyncIterable<JournalLine> {
    return this.#lines<JournalLine>('/api/audit', { ...query }, signal)
  }

  /** The support bundle: a tar archive, gzipped. */
  async *exportRun(id: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    yield* (await this.#send('GET', runPath(id, 'export'), { signal })).body
  }

  /** @param body see docs/cli.md, "Control API" */
  provision(body: object, { idempotencyKey }: { readonly idempotencyKey?: string } = {}): Promise<Started> {
    return this.#post('/api/orchestration/provision', body, idempotencyKey)
  }

  cancel(id: string, wish: Reason & { readonly withoutUndo?: boolean } = {}): Promise<Cancelled> {
    return this.#post(runPath(id, 'cancel'), wish)
  }

  retry(
    id: string,
    wish: Reason & { readonly assume?: 'done' | 'not-done'; readonly skip?: readonly string[] } = {},
    { idempotencyKey }: { readonly idempotencyKey?: string } = {},
  ): Promise<Ordered> {
    return this.#post(runPath(id, 'retry'), wish, idempotencyKey)
  }

  /** @throws HwError `workflow.own-approval`, `workflow.not-waiting-for-approval` */
  approve(id: string, wish: Reason = {}): Promise<Ordered> {
    return this.#post(runPath(id, 'approve'), wish)
  }

  hold(id: string, wish: Reason = {}): Promise<Ordered> {
    return this.#post(runPath(id, 'hold'), wish)
  }

  release(id: string, wish: Reason = {}): Promise<Ordered> {
    return this.#post(runPath(id, 'release'), wish)
  }

  skip(id: string, wish: { readonly step: string; readonly reason: string }): Promise<Ordered> {
    return this.#post(runPath(id, 'skip'), wish)
  }

  resume(id: string, wish: Reason = {}): Promise<Ordered> {
    return this.#post(runPath(id, 'resume'), wish)
  }

  restoreBios(id: string, wish: Reason = {}): Promise<Ordered> {
    return this.#post(runPath(id, 'restore-bios'), wish)
  }

  /** Newest first. */
  batches(): Promise<BatchPage> {
    return this.#get('/api/batches')
  }

  /** @throws HwError `batch.no-such-batch` */
  batch(id: string): Promise<BatchDocument> {
    return this.#get(`/api/batches/${encodeURIComponent(id)}`)
  }

  checkBatch(order: BatchOrder): Promise<BatchChecked> {
    return this.#post('/api/batches/check', bodyOfOrder(order))
  }

  /** @throws HwError `batch.refused` with every problem */
  provisionBatch(
    order: BatchOrder,
    { idempotencyKey }: { readonly idempotencyKey?: string } = {},
  ): Promise<BatchDocument> {
    return this.#post('/api/batches', bodyOfOrder(order), idempotencyKey)
  }

  steerBatch(id: string, what: BatchLever, wish: Reason = {}): Promise<BatchDocument> {
    return this.#post(`/api/batches/${encodeURIComponent(id)}/${what}`, wish)
  }

  /** All servers of which anything is known, by name; `refresh` has MAAS read anew first, for every machine there is. */
  servers({ refresh = false }: { readonly refresh?: boolean } = {}): Promise<ServerPage> {
    return refresh ? this.#post('/api/servers/refresh', {}) : this.#get('/api/servers')
  }

  /** @throws HwError `inventory.unknown-server`, `inventory.ambiguous-server`; with `refresh` also those of MAAS */
  server(name: string, { refresh = false }: { readonly refresh?: boolean } = {}): Promise<ServerDocument> {
    const path = `/api/servers/${encodeURIComponent(name)}`
    return refresh ? this.#post(`${path}/refresh`, {}) : this.#get(path)
  }

  /** Throws a switch of the manager; says how they all are then. */
  throwSwitch(which: ManagerSwitch, wish: Reason = {}): Promise<Switched> {
    return this.#post(`/api/${which}`, wish)
  }

  close(): Promise<void> {
    return this.#exchange.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return json(await this.#send('GET', path, { query }))
  }

  async #post<Answer>(path: string, body: object, idempotencyKey?: string): Promise<Answer> {
    const headers: Record<string, string> =
      idempotencyKey === undefined ? {} : { 'idempotency-key': encodeURIComponent(idempotencyKey) }
    return json(await this.#send('POST', path, { body: JSON.stringify(body), headers }))
  }

  async *#lines<Line>(path: string, query: Query, signal?: AbortSignal): AsyncGenerator<Line, void, undefined> {
    if (isOver(signal)) return
    try {
      for await (const line of textLines((await this.#send('GET', path, { query, signal })).body))
        if (line !== '') yield JSON.parse(line) as Line
    } catch (error) {
      if (!isOver(signal)) throw error
    }
  }

  /** @throws the error that the other side answered with */
  async #send(
    method: ControlRequest['method'],
    path: string,
    options: {
      readonly query?: Query
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly signal?: AbortSignal | undefined
    },
  ): Promise<ControlAnswer> {
    const { query = {}, body, headers, signal } = options
    const text = queryText(query)
    const answer = await this.#exchange.send({
      method,
      path: text === '' ? path : `${path}?${text}`,
      headers: {
        ...this.#identity,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
    if (answer.status < 400) return answer
    throw errorOf(await wholeText(answer.body), answer.status)
  }
}

/** The client of the process whose control socket this is. Contacts nobody yet. */
export function connectControl(path: string, identity: ClientIdentity): ControlClient {
  return new ControlClient(socketExchange(path), identity)
}

/** True where the error means that no process has the socket: nothing was sent. */
export function isNoOwner(error: unknown): boolean {
  return isHwError(error) && error.code === 'control.no-owner'
}

/** True where the process on the other side has ended, perhaps in the middle of an answer. */
export function isGone(error: unknown): boolean {
  return isNoOwner(error) || (isHwError(error) && error.code === 'control.lost-contact')
}

type Query = Readonly<Record<string, string | number | undefined>>

/** Asked again each time: a signal aborts while one waits. */
function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

function queryText(query: Query): string {
  const text = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) text.set(key, String(value))
  return text.toString()
}

function runPath(id: string, what?: string): string {
  return `/api/workflows/${encodeURIComponent(id)}${what === undefined ? '' : `/${what}`}`
}

async function json<Answer>({ body }: ControlAnswer): Promise<Answer> {
  return JSON.parse(await wholeText(body)) as Answer
}

async function wholeText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

async function* textLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

function errorOf(text: string, status: number): HwError {
  try {
    const { error } = JSON.parse(text) as ErrorBody
    return new HwError(error satisfies HwErrorInit)
  } catch {
    return new HwError({
      code: 'control.unreadable-answer',
      kind: 'internal',
      message: `The process that works on the state directory answered ${status} in words that are not of the control API.`,
      hint: 'It may be of another version: see `hwautomation status`, and restart it with this version.',
      context: { status },
    })
  }
}
