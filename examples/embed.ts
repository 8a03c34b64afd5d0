/** Embed, follow, cancel: the library in a service of your own. */
import { createHwAutomation, ServerProvisioningWorkflow, type HwAutomationOptions } from 'hwautomation'

export async function provisionFromTicket(options: HwAutomationOptions, say: (line: string) => void) {
  await using hw = await createHwAutomation(options) // e.g. { config: './hwautomation.yaml', stateDir: './state' }
  const workflow = new ServerProvisioningWorkflow(
    { serverId: 'srv001', deviceType: 'a1.c5.large', targetIpmiIp: '192.168.1.100' },
    hw,
  )
  const run = await hw.manager.start(workflow, { requestedBy: 'ada', idempotencyKey: 'ticket-42' })
  const onInterrupt = () => void run.cancel({ by: 'ada', reason: 'Ctrl-C' })
  process.once('SIGINT', onInterrupt)
  for await (const event of run.events())
    if (event.type === 'subtask.started') say(`${event.percent} % ${event.step}: ${event.name}`)
  const end = await run.outcome() // never rejects for a failed server
  process.off('SIGINT', onInterrupt)
  say(`${end.status} ${end.error?.hint ?? end.evidence.map(({ claim }) => claim).join(', ')}`)
  return end
}
