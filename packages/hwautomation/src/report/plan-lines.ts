import type { WorkflowPlan } from '../workflow/plan.ts'
import { forPeople } from './durations.ts'
import { plain, styleOf } from './style.ts'

/** A plan as lines for people: what each step would do, the diff, reboots, expected duration, and what speaks against it. */
export function planLines(plan: WorkflowPlan, { colour = false }: { readonly colour?: boolean } = {}): string[] {
  const style = styleOf(colour)
  const steps = plan.steps.flatMap(({ title, plan: step }) => {
    const mark = step.problems?.length ? style.bad('✘') : step.skip === undefined ? style.busy('▸') : style.quiet('–')
    return [
      `${mark} ${plain(title)}${step.skip === undefined ? '' : style.quiet(` (${plain(step.skip)})`)}`,
      ...step.todo.map((sentence) => `    ${plain(sentence)}`),
      ...(step.diff ?? []).map((line) => `      ${style.busy(plain(line))}`),
      ...(step.unknown ?? []).map((line) => `    ${style.quiet(`not known: ${plain(line)}`)}`),
      ...(step.problems ?? []).map((line) => `    ${style.bad(plain(line))}`),
    ]
  })
  const sum = `${plan.reboots === 0 ? 'no reboot' : plan.reboots === 1 ? '1 power cycle' : `${plan.reboots} power cycles`}, about ${forPeople(plan.expectedMs)}`
  const verdict =
    plan.problems.length === 0
      ? style.good('Nothing known speaks against it. Nothing was changed.')
      : style.bad(
          `It would fail: ${plan.problems.length} problem${plan.problems.length === 1 ? '' : 's'}. Nothing was changed.`,
        )
  return [`${style.loud(plain(plan.label))}  ${sum}`, '', ...steps, '', verdict]
}
