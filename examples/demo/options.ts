import { parseArgs } from 'node:util'
import { DEMO_FAULTS } from './faults.ts'

export const HELP = `npm run demo                      the simulated data centre, with Slack in the browser: /provision srv001 a1.c5.large
npm run demo -- --no-browser      the same in the terminal alone
npm run demo -- --plan            only say what would be done
npm run demo -- --fault NAME      bring a failure along and see how the run ends
npm run demo -- --speed N         N times as fast as the hardware would be (default 90)

Faults: ${Object.entries(DEMO_FAULTS)
  .map(([name, { what }]) => `${name} (${what})`)
  .join('\n        ')}

Ctrl-C cancels the run and shows how it ended; once more ends at once.
In a terminal the page stays open until Ctrl-C; elsewhere, and with --no-browser, the demo ends with its run.
Exit code 0 when the server is ready (or the plan is good), 1 when not, 2 for a wrong option.`

export interface DemoOptions {
  readonly help: boolean
  readonly plan: boolean
  readonly browser: boolean
  readonly fault: (typeof DEMO_FAULTS)[string] | undefined
  readonly speed: number
}

/** @throws Error that says which option is wrong, and how */
export function demoOptions(): DemoOptions {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      plan: { type: 'boolean', default: false },
      browser: { type: 'boolean', default: true },
      fault: { type: 'string' },
      speed: { type: 'string', default: '90' },
    },
  })
  const { help, plan, browser, fault: name, speed: text } = values
  const fault = name !== undefined && Object.hasOwn(DEMO_FAULTS, name) ? DEMO_FAULTS[name] : undefined
  if (name !== undefined && fault === undefined)
    throw new Error(`There is no fault "${name}"; there are ${Object.keys(DEMO_FAULTS).join(', ')}.`)
  const speed = Number(text)
  if (!(speed > 0 && Number.isFinite(speed))) throw new Error(`--speed takes a number above 0, not "${text}".`)
  return { help, plan, browser, fault, speed }
}
