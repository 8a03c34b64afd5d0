import { timestamp, type Clock } from '../clock.ts'
import { sameValue, type BiosBoard } from '../bios/configuration.ts'
import { biosOfObjects, biosOfProfile, registryOf, type GroupedObjects } from '../bios/dell/bios-of-profile.ts'
import { gatesFirst } from '../bios/dell/gates.ts'
import { jobVerdict, lastBiosJob, openBiosJobs, parseJobQueue, phaseOf, type DellJob } from '../bios/dell/job-queue.ts'
import { isOptionLike } from '../bios/dell/option-like.ts'
import { parseProfileXml } from '../bios/dell/profile-xml.ts'
import { jobIdIn, parseGroups, type RacadmObject } from '../bios/dell/racadm-output.ts'
import { BIOS_FQDD, type ServerProfile } from '../bios/dell/server-profile.ts'
import { isHwError } from '../errors.ts'
import type { Answer, Bios, BiosChanges, BiosReading, HostShell } from '../provisioning/capabilities.ts'
import { describeJob, inNoGroup, jobPending, likeAnOption, notPending, unreadable } from './racadm-refusals.ts'
import { endedAs, Racadm } from './racadm.ts'

export interface RacadmBiosOptions {
  readonly shell: HostShell
  readonly clock: Clock
  /** Wall time of one call. */
  readonly toolMs: number
  /** BIOS attributes by way of the BMC, for plans; undefined where it cannot be asked. */
  readonly peek: Bios['peek']
}

const PROFILE_FILE = 'bios-profile.xml'
/** No reboot of its own: this library reboots through rescue mode, so that the host comes back to a shell. */
const CREATE_JOB = ['jobqueue', 'create', BIOS_FQDD, '-r', 'none', '-s', 'TIME_NOW'] as const
const POLL_MS = 10_000
/** How often values are set that were acknowledged and are not pending. */
const SET_ROUNDS = 2
/** A job is `New` for a moment; one that nobody schedules stays so. */
const NEW_FOR_MS = 120_000

type Staging = (sentence: string) => void

/**
 * The `Bios` capability by Dell's `racadm`, in-band. Values are set one by one and stay pending until a job of the Lifecycle Controller
 * applies them in the POST of the next boot; what the job ended with is in its queue, where 100 % stands on failed ones too.
 */
export class RacadmBios implements Bios {
  readonly tool = 'racadm'
  readonly fileFormat = { extension: 'xml', mediaType: 'application/xml' } as const
  readonly #options: RacadmBiosOptions
  readonly #racadm: Racadm
  #groups: readonly string[] | undefined
  readonly #groupOf = new Map<string, string>()
  #board: BiosBoard = {}
  #peeked: ReturnType<Bios['peek']> | undefined

  constructor(options: RacadmBiosOptions) {
    this.#options = options
    this.#racadm = new Racadm(options)
  }

  async read({ signal, everything, onStage }: Parameters<Bios['read']>[0]): Promise<Answer<BiosReading>> {
    const exported = everything ? await this.#export(signal, onStage) : undefined
    const groups = await this.#objects(signal, onStage)
    const jobs = await this.#jobs(signal)
    const last = lastBiosJob(jobs)
    const { current, pending } = biosOfObjects(groups, this.#board)
    const value: BiosReading = {
      current,
      pending,
      staging: 'shown',
      scheduled: openBiosJobs(jobs).some((job) => phaseOf(job) !== 'new'),
      verdict: jobVerdict(last),
      // Up to iDRAC8 a job does not say when it was over; its id is as good for telling one from another.
      appliedAt: last === undefined ? null : (last.completedAt ?? last.id),
      ...(exported === undefined ? {} : { registry: registryOf(exported.profile, groups), file: exported.file }),
    }
    return { value, servedBy: 'racadm', tried: ['racadm'], observedAt: timestamp(this.#options.clock) }
  }

  async stage(changes: BiosChanges, { id, signal, onStage }: Parameters<Bios['stage']>[1]): Promise<void> {
    const before = await this.#jobs(signal)
    const [open] = openBiosJobs(before)
    for (let round = 1; ; round++) {
      const places = placesOf(await this.#objects(signal, onStage, Object.keys(changes)))
      const wanted = Object.entries(changes).map(([name, value]) => ({ name, value, ...placeOf(places, name) }))
      const optionLike = wanted.find(({ value }) => isOptionLike(value))
      if (optionLike !== undefined) throw likeAnOption(optionLike.name)
      const missing = wanted.filter(({ value, object }) => !sameValue(object.pending ?? object.value, value))
      if (open !== undefined && (missing.length > 0 || phaseOf(open) === 'new')) throw jobPending(open)
      if (open !== undefined || wanted.every(({ value, object }) => isInForce(object, value))) return
      if (missing.length === 0) break
      // A job is ordered for all of it or not at all: nothing more can be set once it is there.
      if (round > SET_ROUNDS) throw notPending(missing.map(({ name }) => name))
      await this.#set(missing, { signal, onStage })
    }
    onStage('ordering the job that applies them at the next boot')
    // Whatever had this id before has ended, or was stopped before it began: see `finish`.
    await this.#options.shell.forget(id, signal)
    await this.#order(before, { id, signal, onStage })
    // It is `New` before it is `Scheduled`.
    await this.untilSettled({ signal, onStage })
  }

  async finish(id: string, signal: AbortSignal): Promise<'committed' | 'not-begun'> {
    const ended = await this.#options.shell.attach(id, signal)
    if (ended === undefined) return 'not-begun'
    endedAs(CREATE_JOB, ended)
    return 'committed'
  }

  async untilSettled({ signal, onStage }: Parameters<Bios['untilSettled']>[0]): Promise<string | undefined> {
    const { clock, shell } = this.#options
    if (!(await shell.hasTool(this.tool, signal))) return undefined
    const newUntil = clock.now() + NEW_FOR_MS
    for (;;) {
      const open = openBiosJobs(await this.#jobs(signal))
      const atWork = open.find((job) => {
        const phase = phaseOf(job)
        return phase === 'runs' || (phase === 'new' && clock.now() < newUntil)
      })
      if (atWork === undefined) return open[0] && describeJob(open[0])
      onStage(`the job ${describeJob(atWork)}`)
      await clock.sleep(POLL_MS, signal)
    }
  }

  /** Local racadm has no session. */
  async signOut(): Promise<void> {}

  /** Asks once: every step of a plan sees the same answer. */
  peek(signal: AbortSignal): ReturnType<Bios['peek']> {
    this.#peeked ??= this.#options.peek(signal).catch((error: unknown) => {
      this.#peeked = undefined
      throw error
    })
    return this.#peeked
  }

  /** One after the other; what was set before one that is refused stays pending, without a job that would apply it. */
  async #set(
    wanted: readonly (Place & { readonly name: string; readonly value: BiosChanges[string] })[],
    { signal, onStage }: { readonly signal: AbortSignal; readonly onStage: Staging },
  ): Promise<void> {
    const names = gatesFirst(wanted.map(({ name }) => name))
    const ordered = wanted.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
    for (const [index, { name, group, value }] of ordered.entries()) {
      onStage(`setting ${index + 1} of ${ordered.length} attributes`)
      try {
        await this.#racadm.patiently(['set', `BIOS.${group}.${name}`, String(value)], signal)
      } catch (error) {
        signal.throwIfAborted()
        throw isHwError(error) ? error.within({ attribute: name, pending: names.slice(0, index) }) : error
      }
    }
  }

  /** An order whose answer says nothing is not repeated: the queue tells whether it was taken. */
  async #order(before: readonly DellJob[], { id, signal, onStage }: Parameters<Bios['stage']>[1]): Promise<void> {
    try {
      const { stdout } = await this.#racadm.once(CREATE_JOB, signal, id)
      onStage(`the job ${jobIdIn(stdout) ?? ''} waits for the next boot`)
    } catch (error) {
      signal.throwIfAborted()
      if (!isHwError(error) || error.kind !== 'transient' || error.code !== 'bios.tool-failed') throw error
      const known = new Set(before.map((job) => job.id))
      if (!openBiosJobs(await this.#jobs(signal)).some((job) => !known.has(job.id))) throw error
    }
  }

  async #jobs(signal: AbortSignal): Promise<readonly DellJob[]> {
    return this.#racadm.again(signal, async () => {
      const jobs = parseJobQueue((await this.#racadm.once(['jobqueue', 'view'], signal)).stdout)
      if (jobs === undefined) throw unreadable('it shows no job queue')
      return jobs
    })
  }

  /** All objects of the BIOS, or those in the groups of some: a get of the whole BIOS lists its groups only, so each is read. */
  async #objects(signal: AbortSignal, onStage: Staging, only: readonly string[] = []): Promise<GroupedObjects> {
    this.#groups ??= await this.#racadm.again(signal, async () => {
      const groups = parseGroups((await this.#racadm.once(['get', 'BIOS'], signal)).stdout)
      if (groups.length > 0) return groups
      throw unreadable('it lists no groups of BIOS settings')
    })
    const known = only.flatMap((name) => this.#groupOf.get(name) ?? [])
    const groups = known.length === only.length && only.length > 0 ? [...new Set(known)] : this.#groups
    onStage(`reading the settings in force and pending: ${groups.length} groups`)
    const found = await this.#racadm.groups(groups, signal)
    for (const [name, { group }] of placesOf(found)) this.#groupOf.set(name, group)
    if ([...found.values()].some((objects) => objects.length > 0)) return found
    throw unreadable('no group has settings')
  }

  /** The server configuration profile, which tells what is greyed out, and which `racadm set` takes back. */
  async #export(
    signal: AbortSignal,
    onStage: Staging,
  ): Promise<{ readonly profile: ServerProfile; readonly file: Uint8Array }> {
    onStage('exporting the server configuration profile')
    return this.#racadm.again(signal, async () => {
      const { shell } = this.#options
      // In the run's own folder: it goes with the run, and nobody else can have put a link there.
      const path = await shell.put(PROFILE_FILE, new Uint8Array(), signal)
      await this.#racadm.once(['get', '-t', 'xml', '-f', path, '-c', BIOS_FQDD], signal)
      const { code, stdout, stderr } = await shell.run(['cat', path], { sudo: true, signal })
      if (code !== 0 || stdout === '') throw unreadable(`its export cannot be read: ${stderr.trim() || 'it is empty'}`)
      const profile = wholeProfile(stdout)
      this.#board = biosOfProfile(profile).board
      return { profile, file: new TextEncoder().encode(stdout) }
    })
  }
}

interface Place {
  readonly group: string
  readonly object: RacadmObject
}

function placesOf(groups: GroupedObjects): ReadonlyMap<string, Place> {
  return new Map(
    [...groups].flatMap(([group, objects]) =>
      objects.map((object): [string, Place] => [object.name, { group, object }]),
    ),
  )
}

function placeOf(places: ReadonlyMap<string, Place>, name: string): Place {
  const place = places.get(name)
  if (place !== undefined) return place
  throw inNoGroup(name)
}

/** In force, and nothing else is pending. */
function isInForce({ value, pending }: RacadmObject, wanted: BiosChanges[string]): boolean {
  return pending === undefined && sameValue(value, wanted)
}

/** An export that was cut off is asked for again, like any other answer. */
function wholeProfile(text: string): ServerProfile {
  try {
    return parseProfileXml(text)
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error)
  }
}
