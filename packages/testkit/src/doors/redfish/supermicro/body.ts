import { digestOf } from '../etag.ts'

/** A body with its strong etag as the last key, as recorded. */
export function tagged(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...body, '@odata.etag': `"${digestOf(body)}"` }
}

/** A collection of members by their last segments. */
export function collection(path: string, type: string, name: string, members: readonly string[]): unknown {
  return tagged({
    '@odata.type': `#${type}Collection.${type}Collection`,
    '@odata.id': path,
    Name: name,
    Members: members.map((member) => ({ '@odata.id': `${path}/${member}` })),
    'Members@odata.count': members.length,
  })
}
