import { ServerProvisioningWorkflow } from '../provisioning/server-provisioning-workflow.ts'
import { planLines } from '../report/plan-lines.ts'
import { EXIT } from './exit.ts'
import { openToLook, requestOf, type RequestOptions } from './open.ts'
import { printJson, wantsColour } from './print.ts'

/** `hwautomation plan` */
export async function plan(server: string, deviceType: string, options: RequestOptions): Promise<void> {
  await using hw = await openToLook(options)
  const found = await new ServerProvisioningWorkflow(requestOf(server, deviceType, options), hw).plan()
  if (options.json) printJson({ type: 'plan', ...found })
  else process.stdout.write(`${planLines(found, { colour: wantsColour(process.stdout) }).join('\n')}\n`)
  process.exitCode = found.problems.length === 0 ? EXIT.done : EXIT.failed
}
