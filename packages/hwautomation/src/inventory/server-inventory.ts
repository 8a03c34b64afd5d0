import { HwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import type { Documents, WorkflowStore } from '../workflow/ports.ts'
import type { Json } from '../workflow/record.ts'
import { factOf, type Observation, type ServerFacts } from './facts.ts'
import { merged, readServer } from './merge.ts'

/** Facts of all servers, one document each by system_id, in the store beside the runs. They stay when runs are removed. */
export class ServerInventory {
  readonly #documents: Documents
  readonly #redactor: Redactor
  /** Of each server, the writing that others wait for. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(store: Pick<WorkflowStore, 'documents'>, redactor: Redactor) {
    this.#documents = store.documents('servers')
    this.#redactor = redactor
  }

  /**
   * By system_id, host name or FQDN; undefined where nothing is known of such a server.
   * @throws HwError `inventory.ambiguous-server` where several have that name
   */
  async get(server: string): Promise<ServerFacts | undefined> {
    const wanted = server.trim()
    if (wanted === '') return undefined
    const byId = await this.#read(wanted)
    const named = (await this.list()).filter(
      (one) => one.systemId !== byId?.systemId && namesOf(one).includes(wanted.toLowerCase()),
    )
    const found = [...(byId === undefined ? [] : [byId]), ...named]
    if (found.length > 1) throw ambiguous(wanted, found)
    return found[0]
  }

  /** All of them, by name. */
  async list(): Promise<readonly ServerFacts[]> {
    const servers: ServerFacts[] = []
    for await (const [id, stored] of this.#documents.entries()) {
      const server = readServer(stored)
      if (server?.systemId === id) servers.push(server)
    }
    return servers.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  }

  /** Adds what was observed to what is known, durably, and gives all of it. Writes only where something was observed. */
  note(systemId: string, observed: readonly Observation[]): Promise<ServerFacts> {
    return this.#inTurn(systemId, async () => {
      const before = await this.#read(systemId)
      const told = observed
        .filter(({ facts }) => Object.values(facts).some((value) => value !== undefined))
        .map((observation) => this.#masked(observation))
      const after = merged(before, systemId, told)
      if (told.length === 0) return after
      await this.#documents.put(systemId, after as unknown as Json)
      return after
    })
  }

  #masked({ facts, ...rest }: Observation): Observation {
    const values = Object.entries(facts).map(([name, value]) => [name, this.#redactor.value(value)])
    return { ...rest, facts: Object.fromEntries(values) }
  }

  async #read(systemId: string): Promise<ServerFacts | undefined> {
    return readServer(await this.#documents.get(systemId))
  }

  /** A run and somebody who reads MAAS may have something to say at once; neither may undo the other. */
  #inTurn<T>(systemId: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#turns.get(systemId) ?? Promise.resolve()).then(work, work)
    this.#turns.set(systemId, mine)
    const done = () => {
      if (this.#turns.get(systemId) === mine) this.#turns.delete(systemId)
    }
    mine.then(done, done)
    return mine
  }
}

/** How people know the server. */
export function nameOf(server: ServerFacts): string {
  return factOf(server, 'fqdn') ?? factOf(server, 'hostname') ?? server.systemId
}

/** @throws HwError `inventory.unknown-server` */
export function unknownServer(server: string): HwError {
  return new HwError({
    code: 'inventory.unknown-server',
    kind: 'invalid',
    message: `Nothing is known of a server "${server.slice(0, 80)}" yet.`,
    hint: 'Read it from MAAS: `hwautomation servers show <server> --refresh`. `hwautomation servers` lists those that are known.',
    context: { asked: server.slice(0, 80) },
  })
}

function namesOf(server: ServerFacts): string[] {
  const names = [factOf(server, 'fqdn'), factOf(server, 'hostname')]
  return names.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]))
}

function ambiguous(server: string, found: readonly ServerFacts[]): HwError {
  const faults = found.map((one) => `${nameOf(one)} (${one.systemId})`)
  return new HwError({
    code: 'inventory.ambiguous-server',
    kind: 'invalid',
    message: `"${server.slice(0, 80)}" means ${found.length} servers: ${faults.join(', ')}.`,
    hint: 'Name one of them by its FQDN or its system_id.',
    context: { faults },
  })
}
