import { isHwError } from '../errors.ts'
import type { PlanContext } from '../workflow/context.ts'
import type { StepPlan } from '../workflow/step.ts'
import { askBeforehand, lockedProblem, wishProblems } from './bmc-beforehand.ts'
import { BmcSettings } from './bmc-settings.ts'
import { questionsOf, wishesOf } from './bmc-wishes.ts'
import type { Provisioning } from './provisioning.ts'

type Ctx = Pick<PlanContext<Provisioning>, 'request' | 'use' | 'signal'>

/** What would be done to the users and settings of the BMC, by what it says now where it can be asked. Reads only. */
export async function planWishes(ctx: Ctx): Promise<StepPlan> {
  const { users, settings, writes } = wishesOf(ctx.request)
  if (!writes) return { todo: [] }
  const asked = await askBeforehand(ctx)
  const answers = 'answers' in asked ? asked.answers : undefined
  const locked = await lockedProblem(ctx, answers?.settings)
  const problems = [...(await wishProblems(ctx, answers?.settings)), ...(locked === undefined ? [] : [locked])]
  if (problems.length > 0) return { todo: [], problems }
  const todo = [
    ...users.map(({ name, privilege }) => {
      const is = answers?.users?.find((user) => user.name === name)
      const was = is === undefined ? '' : ` (is ${is.privilege}${is.enabled ? '' : ', disabled'})`
      return `Give the BMC the user ${name}, ${privilege}${was}, and log in as it`
    }),
    ...settings.flatMap(({ name, value }) => {
      const reading = answers?.settings[name]
      if (reading?.state === 'read' && reading.value === value) return []
      return [`Set ${name} of the BMC to ${value}${reading?.state === 'read' ? ` (is ${reading.value})` : ''}`]
    }),
  ]
  return {
    todo: todo.length > 0 ? todo : ['Check the BMC’s users and settings'],
    ...('why' in asked ? { unknown: [`how the BMC is set now: ${asked.why}`] } : {}),
  }
}

/** For a retry that is done with the BMC: what is not as wanted any more. Where it cannot be asked, what was read back then holds. */
export async function wishesDiffer(
  ctx: Ctx,
  known: { readonly address: string; readonly certificateSha256: string | null } | undefined,
): Promise<string | undefined> {
  const { users, settings, writes } = wishesOf(ctx.request)
  if (known === undefined || !writes) return undefined
  try {
    const { value } = await ctx.use(BmcSettings).ask(questionsOf(ctx.request), { ...known, signal: ctx.signal })
    const differing = [
      ...users.flatMap(({ name, privilege }) => {
        const user = value.users?.find((one) => one.name === name)
        return user?.enabled === true && user.privilege === privilege ? [] : [`user ${name}`]
      }),
      ...settings.flatMap(({ name, value: wanted }) => {
        const reading = value.settings[name]
        return reading?.state === 'read' && reading.value === wanted ? [] : [name]
      }),
    ]
    return differing.length === 0 ? undefined : `the BMC is not as wanted any more: ${differing.join(', ')}`
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (isHwError(error) && error.kind !== 'internal') return undefined
    throw error
  }
}
