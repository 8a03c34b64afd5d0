import { ServerProvisioningWorkflow } from '../provisioning/server-provisioning-workflow.ts'
import { planLines } from '../report/plan-lines.ts'
import { EXIT } from './exit.ts'
import { open, requestOf, wantsColour, type RequestOptions } from './open.ts'

/** `hwautomation plan` */
export async function plan(server: string, deviceType: string, options: RequestOptions): Promise<void> {
  await using hw = await open(options)
  const found = await new ServerProvisioningWorkflow(requestOf(server, deviceType, options), hw).plan()
  if (options.json) process.stdout.write(`${JSON.stringify({ type: 'plan', ...found })}\n`)
  else process.stdout.write(`${planLines(found, { colour: wantsColour(process.stdout) }).join('\n')}\n`)
  process.exitCode = found.problems.length === 0 ? EXIT.done : EXIT.failed
}
