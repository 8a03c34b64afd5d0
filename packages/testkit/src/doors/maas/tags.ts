import { all, one } from './fields.ts'
import { deleted, forbidden, formErrors, json, notFound } from './reply.ts'
import { machineRecord } from './record.ts'
import type { Fields } from './fields.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/** A tag. Which machines carry it is theirs to know. */
export interface Tag {
  name: string
  definition: string
  comment: string
  kernel_opts: string
}

/** Built in. */
export const VIRTUAL: Tag = { name: 'virtual', definition: '', comment: '', kernel_opts: '' }

const NAME = /^[a-zA-Z0-9_-]+$/
const LONGEST_NAME = 256

/** GET `tags/`. */
export function listTags(region: Region): Reply {
  return json([...region.tags.values()].map(tagRecord))
}

/** GET `tags/{name}/`. */
export function readTag(region: Region, name: string): Reply {
  const tag = region.tags.get(name)
  return tag ? json(tagRecord(tag)) : notFound('Tag')
}

/** POST `tags/`: 200, also for a new one. */
export function createTag(region: Region, user: Account, form: Fields): Reply {
  if (!user.admin) return forbidden()
  const name = one(form, 'name') ?? ''
  const fault = nameFault(region, name)
  if (fault !== undefined) return formErrors({ name: [fault] })
  const tag = {
    name,
    definition: one(form, 'definition') ?? '',
    comment: one(form, 'comment') ?? '',
    kernel_opts: one(form, 'kernel_opts') ?? '',
  }
  region.tags.set(name, tag)
  return json(tagRecord(tag))
}

/** PUT `tags/{name}/`: the machines' `tag_names` follow a rename. */
export function updateTag(region: Region, user: Account, name: string, form: Fields): Reply {
  const tag = region.tags.get(name)
  if (!tag) return notFound('Tag')
  if (!user.admin) return forbidden()
  const wanted = one(form, 'name') ?? name
  const fault = wanted === name ? undefined : nameFault(region, wanted)
  if (fault !== undefined) return formErrors({ name: [fault] })
  tag.name = wanted
  tag.comment = one(form, 'comment') ?? tag.comment
  tag.definition = one(form, 'definition') ?? tag.definition
  tag.kernel_opts = one(form, 'kernel_opts') ?? tag.kernel_opts
  region.tags.delete(name)
  region.tags.set(wanted, tag)
  for (const node of region.nodes.values()) node.tags = node.tags.map((one) => (one === name ? wanted : one))
  return json(tagRecord(tag))
}

/** DELETE `tags/{name}/`. */
export function deleteTag(region: Region, user: Account, name: string): Reply {
  if (!region.tags.has(name)) return notFound('Tag')
  if (!user.admin) return forbidden()
  region.tags.delete(name)
  for (const node of region.nodes.values()) node.tags = node.tags.filter((one) => one !== name)
  return deleted()
}

/**
 * POST `tags/{name}/?op=update_nodes`: the counts are of nodes *named*, not of changes; unknown ids and comma lists count
 * nothing and are no error; added and removed at once ends removed (MAAS 3.3 recorded).
 */
export function updateNodes(region: Region, user: Account, name: string, form: Fields): Reply {
  if (!region.tags.has(name)) return notFound('Tag')
  if (!user.admin) return forbidden('Must be a superuser or supply a rack_controller')
  const named = (field: string) => [...new Set(all(form, field))].flatMap((id) => region.nodes.get(id) ?? [])
  const added = named('add')
  const removed = named('remove')
  for (const node of added) if (!node.tags.includes(name)) node.tags = [name, ...node.tags]
  for (const node of removed) node.tags = node.tags.filter((one) => one !== name)
  return json({ added: added.length, removed: removed.length })
}

/** GET `tags/{name}/?op=machines`: full records of those that the caller may see. */
export function taggedMachines(region: Region, user: Account, name: string): Reply {
  if (!region.tags.has(name)) return notFound('Tag')
  const nodes = [...region.nodes.values()].filter((node) => node.tags.includes(name))
  const visible = nodes.filter((node) => user.admin || node.owner === null || node.owner === user.name)
  return json(visible.map((node) => machineRecord(region, node)))
}

function nameFault(region: Region, name: string): string | undefined {
  if (name === '') return 'This field is required.'
  if (name.length > LONGEST_NAME)
    return `Ensure this value has at most ${LONGEST_NAME} characters (it has ${name.length}).`
  if (!NAME.test(name)) return 'Enter a valid value.'
  if (region.tags.has(name)) return 'Tag with this Name already exists.'
  return undefined
}

function tagRecord(tag: Tag): Readonly<Record<string, unknown>> {
  const { name, definition, comment, kernel_opts } = tag
  return { name, definition, comment, kernel_opts, resource_uri: `/MAAS/api/2.0/tags/${name}/` }
}
