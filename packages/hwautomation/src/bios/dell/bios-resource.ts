import type { BiosBoard, BiosConfiguration } from '../configuration.ts'
import { attributesOf, isObject } from '../hpe/bios-attributes.ts'
import { dellBootOrder } from './network-boot.ts'
import { isDellSecret } from './vendor.ts'

/**
 * The BIOS settings that an iDRAC gives over the network: keyed as in a server configuration profile, integers as numbers, passwords null.
 * Its settings resource holds pending values only, so that they stand over those in force.
 */
export function biosOfRedfish(
  body: unknown,
  settings: unknown,
  board: BiosBoard,
): { readonly current: BiosConfiguration; readonly pending: BiosConfiguration } {
  const inForce = settingsIn(body)
  return {
    current: configurationOf(inForce, body, board),
    pending: configurationOf({ ...inForce, ...settingsIn(settings) }, body, board),
  }
}

function settingsIn(body: unknown): BiosConfiguration['attributes'] {
  const attributes = attributesOf(isObject(body) ? body['Attributes'] : undefined)
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, isDellSecret(name) ? null : value]),
  )
}

function configurationOf(
  attributes: BiosConfiguration['attributes'],
  body: unknown,
  board: BiosBoard,
): BiosConfiguration {
  const text = (key: string) => {
    const value = isObject(body) ? body[key] : undefined
    return typeof value === 'string' ? value : undefined
  }
  const registryId = text('AttributeRegistry')
  const bootOrder = dellBootOrder(attributes)
  return {
    vendor: 'dell',
    board,
    resource: { type: text('@odata.type') ?? '#Bios.v1_0_0.Bios', path: text('@odata.id') ?? '' },
    ...(registryId === undefined ? {} : { registryId }),
    attributes,
    ...(bootOrder === undefined ? {} : { bootOrder }),
  }
}
