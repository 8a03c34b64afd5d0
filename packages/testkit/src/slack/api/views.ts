import { objectsOf } from '../json.ts'
import { completeBlocks } from '../blocks/complete.ts'
import { refuse, refuseUnwanted } from '../blocks/refuse.ts'
import { validateBlocks } from '../blocks/validate.ts'
import { SlackFailure } from '../failure.ts'
import type { StoredView } from '../model.ts'
import type { Site } from '../site.ts'
import { valuesOf, wireView } from '../view-state.ts'
import type { SlackObject } from '../workspace.ts'
import type { Arguments } from './arguments.ts'
import type { ApiMethod } from './method.ts'

/** docs.slack.dev/surfaces/modals: one view, and up to two pushed onto it. */
const DEEPEST_STACK = 3

/** docs.slack.dev/reference/methods/views.open. Its tier is assumed, and that it takes the place of modals of the app that are open. */
export const open: ApiMethod = {
  token: 'bot',
  tier: 4,
  mutating: true,
  run(site, args) {
    const triggerId = triggerOf(args)
    const payload = viewOf(site, args, 'modal')
    const { user } = site.triggers.check(triggerId)
    const view = newView(site, user, payload)
    return {
      effect() {
        site.triggers.use(triggerId)
        site.team.modals.set(user, [view])
        site.changed({ what: 'modal', user })
      },
      reply: () => ({ view: wireView(site.team, view) }),
    }
  },
}

/** docs.slack.dev/reference/methods/views.push. */
export const push: ApiMethod = {
  token: 'bot',
  tier: 4,
  mutating: true,
  run(site, args) {
    const triggerId = triggerOf(args)
    const payload = viewOf(site, args, 'modal')
    const { user, viewId } = site.triggers.check(triggerId)
    const view = pushable(site, user, viewId, payload)
    return {
      effect() {
        site.triggers.use(triggerId)
        site.team.modals.get(user)?.push(view)
        site.changed({ what: 'modal', user })
      },
      reply: () => ({ view: wireView(site.team, view) }),
    }
  },
}

/** docs.slack.dev/reference/methods/views.update. */
export const update: ApiMethod = {
  token: 'bot',
  tier: 4,
  mutating: true,
  run(site, args) {
    if (!args.has('view_id') && !args.has('external_id')) args.required('view_id')
    const payload = viewOf(site, args)
    const view = findView(site, args)
    if (view === undefined) throw new SlackFailure('not_found')
    if (args.has('hash') && args.text('hash') !== view.hash) throw new SlackFailure('hash_conflict')
    if (payload['type'] !== view.payload['type']) throw new SlackFailure('invalid_arguments')
    return {
      effect: () => replaceView(site, view, payload),
      reply: () => ({ view: wireView(site.team, view) }),
    }
  },
}

/** docs.slack.dev/reference/methods/views.publish. The errors for an unknown user and a home tab that is off are assumed. */
export const publish: ApiMethod = {
  token: 'bot',
  tier: 4,
  mutating: true,
  run(site, args) {
    const user = args.required('user_id')
    const payload = viewOf(site, args, 'home')
    if (site.team.users.get(user) === undefined) throw new SlackFailure('invalid_arguments')
    if (!site.installation.homeTab) throw new SlackFailure('not_enabled')
    const before = site.team.homes.get(user)
    if (args.has('hash') && before !== undefined && args.text('hash') !== before.hash)
      throw new SlackFailure('hash_conflict')
    const view = before ?? newView(site, user, payload)
    return {
      effect() {
        site.team.homes.set(user, view)
        replaceView(site, view, payload)
      },
      reply: () => ({ view: wireView(site.team, view) }),
    }
  },
}

/** A view for a push, if the stack has room. @throws SlackFailure `push_limit_reached`, `invalid_trigger_id` outside a modal */
export function pushable(site: Site, user: string, viewId: string | undefined, payload: SlackObject): StoredView {
  const stack = site.team.modals.get(user) ?? []
  const top = stack.at(-1)
  if (top === undefined || viewId === undefined) throw new SlackFailure('invalid_trigger_id')
  if (stack.length >= DEEPEST_STACK) throw new SlackFailure('push_limit_reached')
  return newView(site, user, payload, top)
}

/** Puts another payload into a view; what was entered stays where the ids are the same. */
export function replaceView(site: Site, view: StoredView, payload: SlackObject): void {
  view.payload = completed(site, payload)
  Object.assign(view, { values: valuesOf(objectsOf(view.payload['blocks']), view.values) })
  view.errors = {}
  view.hash = nextHash(site)
  site.changed({ what: payload['type'] === 'home' ? 'home' : 'modal', user: view.user })
}

/** Checks a view. @throws SlackFailure `invalid_arguments`, `view_too_large`, `duplicate_external_id` */
export function checkView(site: Site, view: SlackObject, except?: StoredView): SlackObject {
  const type = view['type'] === 'home' ? 'home' : 'modal'
  refuse(
    validateBlocks(type, view).map((fault) => ({ ...fault, pointer: `/view${fault.pointer}` })),
    'invalid_arguments',
  )
  refuseUnwanted(objectsOf(view['blocks']), site.refusedBlocks, 'invalid_arguments')
  const externalId = view['external_id']
  const taken = (each: StoredView) => each !== except && each.payload['external_id'] === externalId
  if (typeof externalId === 'string' && externalId !== '' && everyView(site).some(taken))
    throw new SlackFailure('duplicate_external_id')
  return view
}

function viewOf(site: Site, args: Arguments, type?: 'modal' | 'home'): SlackObject {
  args.required('view')
  const view = args.object('view')
  if (view === undefined) throw new SlackFailure('invalid_arguments')
  if (type !== undefined && view['type'] !== type)
    refuse([{ pointer: '/view/type', message: `must be one of the allowed values: ${type}` }], 'invalid_arguments')
  return checkView(site, view, type === undefined ? findView(site, args) : undefined)
}

function triggerOf(args: Arguments): string {
  // Renamed to interactivity_pointer for workflows; both are taken.
  return args.text('interactivity_pointer') ?? args.required('trigger_id')
}

function findView(site: Site, args: Arguments): StoredView | undefined {
  const [id, externalId] = [args.text('view_id'), args.text('external_id')]
  return everyView(site).find((view) =>
    id === undefined ? view.payload['external_id'] === externalId : view.id === id,
  )
}

function everyView(site: Site): readonly StoredView[] {
  return [...[...site.team.modals.values()].flat(), ...site.team.homes.values()]
}

function newView(site: Site, user: string, payload: SlackObject, under?: StoredView): StoredView {
  const id = site.ids.next('V')
  const whole = completed(site, payload)
  return {
    id,
    user,
    payload: whole,
    hash: nextHash(site),
    rootId: under?.rootId ?? id,
    previousId: under?.id,
    values: valuesOf(objectsOf(whole['blocks'])),
    errors: {},
  }
}

function completed(site: Site, payload: SlackObject): SlackObject {
  return { ...payload, blocks: completeBlocks(objectsOf(payload['blocks']), () => site.ids.next('').slice(-5)) }
}

function nextHash(site: Site): string {
  return `${site.ids.seconds()}.${site.ids.next('').slice(-8)}`
}
