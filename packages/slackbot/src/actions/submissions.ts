import type { ViewResponseAction } from '@slack/bolt'
import { isHwError, ServerProvisioningWorkflow, type ProvisioningRequest } from 'hwautomation'
import { isAllowed, type Bot } from '../bot.ts'
import { placeRetry, type Wanted } from '../commands/place-order.ts'
import { CALLBACKS } from '../views/action-ids.ts'
import { loadingModal, noticeModal } from '../views/modals.ts'
import { ASSUME } from './assume-modal.ts'
import { isDirect, type Delivered } from './delivered.ts'
import { besideInputs, formValues, wantedOf } from './form-values.ts'
import { modalOf } from './modal.ts'
import type { ViewBody } from './payload.ts'
import { planInto, startDraft } from './plan.ts'
import { runOf } from './run-actions.ts'

/** What a submitted modal shows at once, and what is done then; without `work` that was all. */
export interface Submitted {
  readonly response?: ViewResponseAction
  readonly work?: (delivered: Delivered) => Promise<void>
}

/** Judged without asking anybody, so that Slack has its answer in time. A modal of another release is answered as well. */
export function submitted(bot: Bot, view: ViewBody): Submitted {
  switch (view.callback_id) {
    case CALLBACKS.provision:
      return formSubmitted(bot, view)
    case CALLBACKS.plan:
      return {
        response: { response_action: 'update', view: loadingModal('Starting…') },
        work: (delivered) => startDraft(bot, delivered, view.private_metadata),
      }
    case CALLBACKS.assume:
      return {
        response: { response_action: 'update', view: loadingModal('Starting…') },
        work: (delivered) => retryAssuming(bot, delivered, view),
      }
    case CALLBACKS.details:
    case CALLBACKS.notice:
      return {}
    default:
      return {
        response: {
          response_action: 'update',
          view: noticeModal(
            'This form is of another release of the bot: nothing was done. Close it and open a new one.',
          ),
        },
      }
  }
}

function formSubmitted(bot: Bot, view: ViewBody): Submitted {
  const read = wantedOf(formValues(view), view.private_metadata === '' ? undefined : view.private_metadata)
  if ('errors' in read) return { response: { response_action: 'errors', errors: { ...read.errors } } }
  const errors = faultsOf(bot, read.wanted, view)
  if (errors !== undefined) return { response: { response_action: 'errors', errors } }
  return {
    response: { response_action: 'update', view: loadingModal('Looking at everything; nothing is changed…') },
    work: async (delivered) => {
      const placed = {
        ...delivered,
        asker: { ...delivered.asker, ...placeOf(read.wanted.channel) },
      }
      if (!(await isAllowed(bot, placed, { is: 'start' }))) return
      await planInto(bot, placed, read.wanted, modalOf(bot, view.id))
    },
  }
}

/** The channel that the form was asked for in counts as if it were typed there. */
function placeOf(channel: string | undefined): Pick<Delivered['asker'], 'channel' | 'isDirect'> {
  return channel === undefined ? {} : { channel, isDirect: isDirect(channel) }
}

/** What the library says about a request, beside the inputs it is about. What stands beside none is said in the plan. */
function faultsOf({ hw }: Bot, { is, request }: Wanted, view: ViewBody): Record<string, string> | undefined {
  if (is === 'batch') return undefined
  try {
    // to make one is to judge its request
    void new ServerProvisioningWorkflow(request as unknown as ProvisioningRequest, hw)
    return undefined
  } catch (error) {
    const problems = isHwError(error) ? error.context['problems'] : undefined
    const { errors } = besideInputs(Array.isArray(problems) ? problems.map(String) : [])
    const shown = Object.fromEntries(Object.entries(errors).filter(([block]) => block in view.state.values))
    return Object.keys(shown).length > 0 ? shown : undefined
  }
}

async function retryAssuming(bot: Bot, delivered: Delivered, { private_metadata: id, state }: ViewBody): Promise<void> {
  const option = state.values[ASSUME]?.[ASSUME]?.['selected_option'] as { readonly value?: unknown } | null | undefined
  const assume = option?.value === 'done' || option?.value === 'not-done' ? option.value : undefined
  await runOf(bot, id)
  if (!(await isAllowed(bot, delivered, { is: 'retry' }, { run: id }))) return
  const channel = (await bot.state.links.get(id))?.channel
  await placeRetry(bot, delivered, {
    of: id,
    ...(assume === undefined ? {} : { assume }),
    ...(channel === undefined ? {} : { channel }),
  })
}
