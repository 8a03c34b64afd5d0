import type { WorkflowStore } from '../../src/index.ts'
import type { StoreHold } from './messages.ts'

/** One durable write, by what it says: `step.status bios-pull completed`. */
export interface NotedWrite {
  readonly verb: 'save' | 'append'
  readonly words: readonly string[]
}

/** A document without an event: an output or evidence that is noted before the step is over. */
export const DOCUMENT_ALONE = 'the document alone'

export interface HeldStoreOptions {
  /** Every write is added. */
  readonly writes: NotedWrite[]
  readonly hold?: StoreHold
  /** Called when it stands still. */
  readonly held: (write: NotedWrite) => void
  /** Has the store's next write to its journal torn; see `tornDisk`. */
  readonly tearNext: (torn: () => void) => void
}

type Write = (...args: readonly unknown[]) => Promise<unknown>

/** A store that notes its durable writes in words and, where asked, stops for ever at one of them. */
export function heldStore<Store extends WorkflowStore>(
  inner: Store,
  { writes, hold, held, tearNext }: HeldStoreOptions,
): Store {
  let met = 0
  const isHeld = ({ words }: NotedWrite) => {
    const here = words.filter((word) => word === hold?.words).length
    const before = met
    met += here
    return hold !== undefined && before < hold.nth && met >= hold.nth
  }
  const watched = (verb: NotedWrite['verb'], write: Write): Write => {
    return async (...args) => {
      const events = inWords(args.at(-1))
      const noted = { verb, words: events.length === 0 ? [DOCUMENT_ALONE] : events }
      writes.push(noted)
      const isIt = isHeld(noted)
      const forEver = () => {
        held(noted)
        return new Promise<never>(() => {})
      }
      if (isIt && hold?.when === 'before') return forEver()
      if (isIt && hold?.when === 'torn') tearNext(() => held(noted))
      const done = await write(...args)
      return isIt ? forEver() : done
    }
  }
  const save = watched('save', inner.save.bind(inner) as Write)
  const append = watched('append', inner.append.bind(inner) as Write)
  return new Proxy(inner, {
    get(target, name) {
      if (name === 'save') return save
      if (name === 'append') return append
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

const BOOT_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

function inWords(entries: unknown): string[] {
  if (!Array.isArray(entries)) return []
  return (entries as Record<string, unknown>[]).map(({ type, step, to, effect, key, status, action }) =>
    // Where a run is when it is gone on with depends on where it was killed.
    [type, type === 'workflow.resumed' ? undefined : step, to ?? effect ?? status ?? action, key]
      .filter((part) => typeof part === 'string' && part !== '')
      .join(' ')
      .replaceAll(BOOT_ID, '*'),
  )
}
