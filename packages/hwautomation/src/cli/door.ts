import { userInfo } from 'node:os'
import { systemClock } from '../clock.ts'
import { ControlClient, connectControl, isGone } from '../control/client.ts'
import { directExchange } from '../control/exchange.ts'
import { liveSite } from '../control/live-site.ts'
import { controlRouter } from '../control/router.ts'
import type { ControlSite } from '../control/site.ts'
import { deskSite, storedSite } from '../control/stored-site.ts'
import { isHwError } from '../errors.ts'
import { biosRestore } from '../provisioning/restore-bios-workflow.ts'
import { serverProvisioning } from '../provisioning/server-provisioning-workflow.ts'
import { Redactor } from '../redaction.ts'
import { LowdbStore } from '../stores/lowdb-store.ts'
import { readLease } from '../stores/lease/read-lease.ts'
import { WorkflowManager } from '../workflow/manager.ts'
import type { ErrorRecord, WorkflowRecord } from '../workflow/record.ts'
import { bundleSurroundings } from './bundle-surroundings.ts'
import { errorLog } from './error-log.ts'
import { open, type GlobalOptions } from './open.ts'
import { othersHaveEnded } from './others.ts'
import { neededStateDir, stateDirOf } from './state-dir.ts'

/** Options of commands that ask for something. */
export interface AskingOptions extends GlobalOptions {
  /** Who asks; default the login name. */
  readonly by?: string
}

/**
 * Where a command takes its request: the process that owns the state directory, or this one. Either way it speaks the control API,
 * over the socket or directly, so that a command is written once.
 */
export interface Door extends AsyncDisposable {
  readonly client: ControlClient
  /** The other process that does the work; absent where this one does. */
  readonly owner?: { readonly pid: number }
  /** The run as the other process left it in the state directory: it may end as soon as its runs have. */
  stored?(id: string): Promise<WorkflowRecord | undefined>
  /** Why a run that was worked on in this process is not any more, although it has not ended. */
  whyLeft?(id: string): Promise<ErrorRecord | undefined>
  /** Closing it lets go of the runs that go on in this process, instead of waiting for their ends. */
  letGo(): void
}

/** How long another process may take from having the state directory to serving its socket. */
const OWNER_STARTS_MS = 10_000
const ASK_AGAIN_MS = 200
/** How long after its last event a run may take to say how it was left. */
const OUTCOME_MS = 1_000

const NOTHING_AROUND = { redactor: new Redactor(), site: 'nobody asked for it', close: async () => {} }

/** Who asks. */
export function asker({ by }: AskingOptions): string {
  return by ?? userInfo().username
}

/** To look: through the owner, else at the files. Needs neither MAAS nor a complete configuration; a support bundle has more with them. */
export async function readingDoor(options: AskingOptions, { forBundle = false } = {}): Promise<Door> {
  const stateDir = await neededStateDir(options)
  const there = await ownersDoor(stateDir, options)
  if (there !== undefined) return there
  const store = new LowdbStore(stateDir, { readOnly: true })
  await store.open()
  const surroundings = forBundle ? await bundleSurroundings(options) : NOTHING_AROUND
  return direct(storedSite(store, surroundings), options, async () => {
    await store.close()
    await surroundings.close()
  })
}

/** To write something down that holds for runs as soon as somebody works on them: through the owner, else by taking the directory for a moment. */
export async function deskDoor(options: AskingOptions): Promise<Door> {
  const stateDir = await neededStateDir(options)
  return ownersOr(stateDir, options, async () => {
    const logger = errorLog()
    const store = new LowdbStore(stateDir, { logger })
    const manager = new WorkflowManager({ store, logger, resume: 'leave' })
    for (const definition of [serverProvisioning, biosRestore]) manager.register(definition)
    await manager.open()
    return direct(deskSite(manager, store), options, () => manager.close())
  })
}

/** To work: through the owner, else in this process, which takes the directory and leaves other unfinished runs as they are. */
export async function workingDoor(options: AskingOptions): Promise<Door> {
  const stateDir = await stateDirOf(options)
  return ownersOr(stateDir, options, async () => {
    const hw = await open(options, { resume: 'leave' })
    const letGo = new AbortController()
    const door = direct(liveSite(hw, hw.store), options, async () => {
      await othersHaveEnded(hw.manager, letGo)
      await hw.close()
    })
    return { ...door, letGo: () => letGo.abort(), whyLeft: (id) => whyLeft(hw.manager, id) }
  })
}

/** A parked run has no outcome before somebody resumes it: it is not waited for. */
async function whyLeft(manager: WorkflowManager, id: string): Promise<ErrorRecord | undefined> {
  const outcome = (await manager.get(id))?.outcome()
  return (await Promise.race([outcome, systemClock.sleep(OUTCOME_MS)]))?.error
}

/** The owner may begin or end while we look: the one who gets the directory is right. */
async function ownersOr(stateDir: string | undefined, options: AskingOptions, own: () => Promise<Door>): Promise<Door> {
  const giveUpAt = systemClock.now() + OWNER_STARTS_MS
  for (;;) {
    const there = stateDir === undefined ? undefined : await ownersDoor(stateDir, options)
    if (there !== undefined) return there
    try {
      return await own()
    } catch (error) {
      const taken = isHwError(error) && error.code === 'store.in-use'
      if (!taken || systemClock.now() > giveUpAt) throw error
    }
    await systemClock.sleep(ASK_AGAIN_MS)
  }
}

/** The door of the process that owns the directory; undefined where there is none, or none that answers. */
async function ownersDoor(stateDir: string, options: AskingOptions): Promise<Door | undefined> {
  const control = (await readLease(stateDir))?.control
  if (control === undefined) return undefined
  const client = connectControl(control, { by: asker(options) })
  try {
    const { process: owner } = await client.status()
    return {
      client,
      ...(owner === undefined ? {} : { owner }),
      letGo: () => {},
      stored: (id) => storedRecord(stateDir, id),
      [Symbol.asyncDispose]: () => client.close(),
    }
  } catch (error) {
    await client.close()
    if (isGone(error)) return undefined
    throw error
  }
}

async function storedRecord(stateDir: string, id: string): Promise<WorkflowRecord | undefined> {
  const store = new LowdbStore(stateDir, { readOnly: true })
  try {
    await store.open()
    return await store.load(id)
  } finally {
    await store.close()
  }
}

function direct(site: ControlSite, options: AskingOptions, close: () => Promise<void>): Door {
  const router = controlRouter(site)
  return {
    client: new ControlClient(directExchange(router), { by: asker(options) }),
    letGo: () => {},
    async [Symbol.asyncDispose]() {
      router.endStreams()
      await close()
    },
  }
}
