import { userInfo } from 'node:os'
import type { HwAutomation } from '../hwautomation.ts'
import { ServerProvisioningWorkflow } from '../provisioning/server-provisioning-workflow.ts'
import { recordLines } from '../report/record-lines.ts'
import { plain } from '../report/style.ts'
import type { RunOutcome } from '../workflow/outcome.ts'
import type { RunHandle } from '../workflow/run-handle.ts'
import { EXIT } from './exit.ts'
import { follow } from './follow.ts'
import { open, requestOf, wantsColour, type RequestOptions } from './open.ts'

/** `hwautomation provision` */
export async function provision(server: string, deviceType: string, options: RequestOptions): Promise<void> {
  await using hw = await open(options)
  const workflow = new ServerProvisioningWorkflow(requestOf(server, deviceType, options), hw)
  const by = options.by ?? userInfo().username
  const run = await hw.manager.start(workflow, {
    requestedBy: by,
    via: 'cli',
    ...(options.key === undefined ? {} : { idempotencyKey: options.key }),
  })
  const stop = onSignals(hw, run, by)
  try {
    await follow(run, { json: options.json === true })
    report(await run.outcome(), options.json === true)
  } finally {
    stop()
  }
}

/** The first Ctrl-C asks for a graceful cancel; a second says what is being finished. SIGTERM lets go of the run: the machine stays as it is, and the record says RUNNING. */
function onSignals(hw: HwAutomation, run: RunHandle, by: string): () => void {
  let asked = false
  const interrupt = () => {
    if (asked) {
      process.stderr.write(`${beingFinished(run)}\n`)
      return
    }
    asked = true
    process.stderr.write(
      'Cancelling: the machine is taken to a known state first. Ctrl-C again says what is being finished.\n',
    )
    void run.cancel({ by, reason: 'Ctrl-C' })
  }
  const terminate = () => {
    process.exitCode = EXIT.detached
    void hw.close({ mode: 'detach' })
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  return () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
  }
}

function beingFinished(run: RunHandle): string {
  const { steps, waitingFor } = run.record()
  const step = steps.find(({ status, undo }) => status === 'running' || undo?.status === 'running')
  const task = step?.subTasks.findLast(({ status }) => status === 'running')
  const what = plain([step?.title, task?.name, task?.detail].filter(Boolean).join(': '))
  return `Still finishing${what ? ` ${what}` : ' the clean-up'}${waitingFor ? ` (${plain(waitingFor.detail)})` : ''}. Killing the process would leave the machine as it is now.`
}

function report(outcome: RunOutcome, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ type: 'record', record: outcome.record })}\n`)
  else process.stdout.write(`\n${recordLines(outcome.record, { colour: wantsColour(process.stdout) }).join('\n')}\n`)
  if (process.exitCode === EXIT.detached) return
  process.exitCode =
    outcome.status === 'COMPLETED' ? EXIT.done : outcome.status === 'CANCELLED' ? EXIT.cancelled : EXIT.failed
}
