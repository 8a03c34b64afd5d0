import { z } from 'zod'

/** Who a host says it is, from its own firmware tables. `null` is "unknown", which proves nothing. */
export const hostIdentitySchema = z.object({
  vendor: z.string().nullable(),
  product: z.string().nullable(),
  board: z.string().nullable(),
  serial: z.string().nullable(),
  uuid: z.string().nullable(),
  /** `uname -m`. */
  architecture: z.string(),
})
export type HostIdentity = z.infer<typeof hostIdentitySchema>

/** One boot of one machine, reachable over SSH: valid until it is switched off or rebooted. */
export const hostLocationSchema = z.object({
  address: z.string(),
  /** SHA-256 of the host key seen first in this boot. */
  hostKey: z.string(),
  bootId: z.string(),
  identity: hostIdentitySchema,
})
export type HostLocation = z.infer<typeof hostLocationSchema>
