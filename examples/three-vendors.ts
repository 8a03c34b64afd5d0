/** One rack, three vendors: every server by its own device type, side by side, each with its vendor's tool. */
import { createHwAutomation, ServerProvisioningWorkflow, type HwAutomationOptions } from 'hwautomation'

const RACK = { srv001: 'a1.c5.large', srv002: 'flex-6258R.c.small', srv003: 'r650.c.large' }

export async function provisionRack(options: HwAutomationOptions, say: (line: string) => void) {
  await using hw = await createHwAutomation(options)
  const runs = await Promise.all(
    Object.entries(RACK).map(([serverId, deviceType]) =>
      hw.manager.start(new ServerProvisioningWorkflow({ serverId, deviceType }, hw), { requestedBy: 'ada' }),
    ),
  )
  const ends = await Promise.all(runs.map((run) => run.outcome()))
  for (const { status, record, evidence, error } of ends) {
    const proof = evidence.find(({ claim }) => claim.includes('in force'))
    say(`${record.resourceLabel} ${status}: ${error?.message ?? `${proof?.claim} [${proof?.source}]`}`)
  }
  for (const { systemId, facts } of await hw.inventory.list())
    say(`${systemId}: ${facts['cpu.model']?.map(({ value, source }) => `${value} (${source})`).join(', ')}`)
  return ends
}
