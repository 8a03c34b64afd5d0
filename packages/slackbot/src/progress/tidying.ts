import type { BotState, Collection } from '../state/documents.ts'

const DAY_MS = 24 * 3_600_000
/** Buttons of older messages still answer, but do not know any more who asked. */
const KEEP_LINKS_MS = 30 * DAY_MS
const KEEP_ORDERS_MS = 7 * DAY_MS

/** Removes what nobody asks for any more, so that the store does not grow with every run there ever was. */
export async function tidy({ links, orders }: Pick<BotState, 'links' | 'orders'>, now: number): Promise<void> {
  const isOlder = (at: string | undefined, ms: number) => at !== undefined && now - Date.parse(at) > ms
  await removeWhere(links, (link) => link.done && isOlder(link.closedAt, KEEP_LINKS_MS))
  await removeWhere(orders, (order) => isOlder(order.at, KEEP_ORDERS_MS))
}

async function removeWhere<Value>(collection: Collection<Value>, isOld: (value: Value) => boolean): Promise<void> {
  const old: string[] = []
  for await (const [id, value] of collection.entries()) if (isOld(value)) old.push(id)
  for (const id of old) await collection.delete(id)
}
