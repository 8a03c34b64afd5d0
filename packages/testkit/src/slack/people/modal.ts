import { isObject, objectsOf, wordOf } from '../json.ts'
import { pushable, checkView, replaceView } from '../api/views.ts'
import { refuseFaultyOptions } from '../blocks/suggestions.ts'
import type { Parcel } from '../delivery/courier.ts'
import type { StoredView, TeamUser } from '../model.ts'
import type { Site } from '../site.ts'
import type { SlackDelivery, SlackJson, SlackObject, SlackView } from '../workspace.ts'
import { inputErrors, responseUrls } from './input-checks.ts'
import { actionOf, elementsIn, findElement, hold, valueFor } from './elements.ts'
import { blockSuggestion, viewAction, viewClosed, viewSubmission } from './payloads.ts'

/** The modal as the user has it before them. `send` delivers and remembers. */
export function openView(
  site: Site,
  user: TeamUser,
  view: StoredView,
  send: (parcel: Parcel) => Promise<SlackDelivery>,
): SlackView {
  const blocks = () => objectsOf(view.payload['blocks'])
  const inputs = (blockId: string) => {
    const [element] = elementsIn(blocks(), blockId)
    if (element === undefined)
      throw new Error(
        `The modal has no input '${blockId}'; it has ${blocks()
          .map((block) => wordOf(block['block_id']))
          .join(', ')}`,
      )
    return element
  }
  return {
    id: view.id,
    get view() {
      return view.payload
    },
    get errors() {
      return view.errors
    },
    fill(blockId, value) {
      const element = inputs(blockId)
      hold(view.values, blockId, wordOf(element['action_id']), valueFor(element, value))
    },
    async suggest(blockId, text) {
      const element = inputs(blockId)
      const ids = { action_id: element['action_id'] ?? '', block_id: blockId }
      const delivery = await send({
        kind: 'interactive',
        payload: blockSuggestion(site, user, view, ids, text),
        answers: true,
      })
      return optionsFrom(delivery.body)
    },
    click(actionId, value) {
      const found = findElement(blocks(), actionId, value)
      if (found === undefined)
        throw new Error(`The modal has no '${actionId}'${value === undefined ? '' : ` with value '${value}'`}`)
      const action = actionOf(found, value, `${site.ids.seconds()}.000000`)
      if (value !== undefined && view.values.get(found.blockId)?.has(actionId) === true)
        hold(view.values, found.blockId, actionId, valueFor(found.element, value))
      return send({ kind: 'interactive', payload: viewAction(site, user, view, action), answers: false })
    },
    async submit() {
      view.errors = inputErrors(blocks(), view.values)
      if (Object.keys(view.errors).length > 0) {
        site.changed({ what: 'modal', user: user.id })
        return { outcome: 'not-sent', milliseconds: 0 }
      }
      const payload = viewSubmission(site, user, view, responseUrls(site, user, blocks(), view.values))
      const delivery = await send({ kind: 'interactive', payload, answers: true })
      if (delivery.outcome === 'acked') follow(site, user, view, delivery.body)
      return delivery
    },
    async close() {
      const stack = site.team.modals.get(user.id) ?? []
      const index = stack.indexOf(view)
      if (index < 0) return undefined
      const isCleared = view.payload['clear_on_close'] === true
      stack.splice(isCleared ? 0 : index)
      site.changed({ what: 'modal', user: user.id })
      if (view.payload['notify_on_close'] !== true) return undefined
      return send({ kind: 'interactive', payload: viewClosed(site, user, view, isCleared), answers: false })
    },
  }
}

/** docs.slack.dev/surfaces/modals: what the acknowledgement of a submission asks for. An empty one closes the view. */
function follow(site: Site, user: TeamUser, view: StoredView, body: SlackJson | undefined): void {
  const stack = site.team.modals.get(user.id) ?? []
  const answer = body !== undefined && isObject(body) ? body : {}
  const next = answer['view'] !== undefined && isObject(answer['view']) ? answer['view'] : undefined
  view.errors = {}
  switch (answer['response_action']) {
    case 'errors': {
      const errors = answer['errors'] !== undefined && isObject(answer['errors']) ? answer['errors'] : {}
      view.errors = Object.fromEntries(Object.entries(errors).map(([block, text]) => [block, wordOf(text)]))
      break
    }
    case 'update':
      if (next !== undefined) replaceView(site, view, checkView(site, next, view))
      break
    case 'push':
      if (next !== undefined) stack.push(pushable(site, user.id, view.id, checkView(site, next)))
      break
    case 'clear':
      stack.splice(0)
      break
    default:
      stack.splice(Math.max(stack.indexOf(view), 0))
  }
  site.changed({ what: 'modal', user: user.id })
}

/** Options of an answer to block_suggestion, those in groups too. */
function optionsFrom(body: SlackJson | undefined): readonly { readonly text: string; readonly value: string }[] {
  if (body === undefined || !isObject(body)) return []
  refuseFaultyOptions(body)
  const all = [
    ...objectsOf(body['options']),
    ...objectsOf(body['option_groups']).flatMap((group) => objectsOf(group['options'])),
  ]
  return all.map((option: SlackObject) => ({
    text: option['text'] !== undefined && isObject(option['text']) ? wordOf(option['text']['text']) : '',
    value: wordOf(option['value']),
  }))
}
