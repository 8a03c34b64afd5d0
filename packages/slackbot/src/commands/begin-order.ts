import {
  ServerProvisioningWorkflow,
  type HwAutomation,
  type ProvisioningRequest,
  type StartOptions,
} from 'hwautomation'
import type { Order } from '../state/documents.ts'

/** What orders are begun with. */
export type Beginning = Pick<
  HwAutomation,
  'manager' | 'devices' | 'surroundings' | 'findServer' | 'provisioningCapabilities' | 'provisionBatch'
>

/**
 * Begins what was ordered, with the order's key: doing it again, in this process or a later one, gives the same run or batch. The one
 * place for it, so that an order that an earlier process left keeps its approval, its requester and its key.
 * @throws what the library refuses with
 */
export async function beginOrder(hw: Beginning, order: Order): Promise<{ readonly id: string }> {
  const { key, userName, request, approval, retryOf, assume } = order
  if (retryOf !== undefined)
    return hw.manager.retry(retryOf, {
      by: userName,
      via: 'slack',
      idempotencyKey: key,
      ...(assume === undefined ? {} : { assume }),
    })
  const options: StartOptions = {
    requestedBy: userName,
    via: 'slack',
    idempotencyKey: key,
    ...(approval === undefined ? {} : { approval }),
  }
  if (order.is === 'batch') return hw.provisionBatch(request as Parameters<Beginning['provisionBatch']>[0], options)
  return hw.manager.start(new ServerProvisioningWorkflow(request as unknown as ProvisioningRequest, hw), options)
}
