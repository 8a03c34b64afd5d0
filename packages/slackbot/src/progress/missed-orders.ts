import type { Order } from '../state/documents.ts'
import type { Desk } from './desk.ts'
import { missedOrderNote } from './notes.ts'

/** An order that is older was given by somebody who has given up waiting for it. */
const FRESH_FOR_MS = 15 * 60_000

export interface OrderDesk {
  /** Begins what an earlier process wrote down but did not begin: with the same idempotency key, and nothing is authorised anew. */
  readonly begin: (order: Order) => Promise<void>
  readonly ordered: (order: Order & { readonly became: string }) => Promise<void>
}

/** Goes on with what was asked of an earlier process: each order is begun and shown, or who gave it is told. */
export async function catchUpOrders(desk: Omit<Desk, 'mode'>, { begin, ordered }: OrderDesk): Promise<void> {
  for await (const [key, order] of desk.state.orders.entries()) {
    try {
      if (order.refused !== undefined) continue
      if (order.became !== undefined) {
        // what has a message was told of already
        const isShown = (await desk.state.links.get(order.became)) !== undefined
        if (!isShown) await ordered({ ...order, became: order.became })
      } else if (desk.clock.now() - Date.parse(order.at) > FRESH_FOR_MS) await tellMissed(order, desk)
      else {
        await begin(order)
        const begun = await desk.state.orders.get(key)
        if (begun?.became !== undefined) await ordered({ ...begun, became: begun.became })
      }
    } catch (error) {
      desk.complain(error, 'beginning an order of an earlier process', key)
    }
  }
}

async function tellMissed(order: Order, { outbox, state }: Omit<Desk, 'mode'>): Promise<void> {
  const content = missedOrderNote(order)
  // a delivery is not waited for: the outbox keeps it
  void outbox.post({ key: `order/${order.key}/missed`, channel: order.user, content, priority: 'click' })
  await state.orders.put(order.key, { ...order, refused: 'the bot was down for too long' })
}
