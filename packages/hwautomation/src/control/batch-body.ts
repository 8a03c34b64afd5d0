import { z } from 'zod'
import type { BatchOrder } from '../provisioning/batch/batch-order.ts'

const text = z.string().max(20_000)
const number = z.number()

/** `POST /api/batches` and `/api/batches/check`: what is wrong inside the texts and numbers is said by the check. */
export const batchBody = z
  .strictObject({
    servers: text.exactOptional(),
    sheet: z.string().exactOptional(),
    device_type: text.exactOptional(),
    ipmi: text.exactOptional(),
    gateway: text.exactOptional(),
    subnet_mask: text.exactOptional(),
    at_once: number.exactOptional(),
    per_group: z.strictObject({ by: z.enum(['zone', 'pool', 'rack']), most: number }).exactOptional(),
    canary: number.exactOptional(),
    max_failures: number.exactOptional(),
    timeout: z.union([number, text]).exactOptional(),
    retry_count: number.exactOptional(),
    recommission: z.boolean().exactOptional(),
    leave_on: z.literal('rescue').exactOptional(),
  })
  .transform((body): BatchOrder =>
    renamed(body, (field) => field.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())),
  )

/** The order as a body. */
export function bodyOfOrder(order: BatchOrder): Record<string, unknown> {
  return renamed(order, (field) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}

function renamed(fields: object, rename: (field: string) => string): Record<string, any> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [rename(field), value]),
  )
}
