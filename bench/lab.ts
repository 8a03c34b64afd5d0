import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createLab } from '@hwautomation/testkit'
import { createHwAutomation, ServerProvisioningWorkflow } from 'hwautomation'

const SERVERS = 200

/**
 * 200 servers at once in one process, lab included, next to the time their simulated hardware takes: what a run costs beside waiting.
 */
export async function benchLab(): Promise<string[]> {
  const hostnames = Array.from({ length: SERVERS }, (_, index) => `srv${String(index + 1).padStart(3, '0')}`)
  await using lab = await createLab({ servers: hostnames.map((hostname) => ({ hostname })) })
  await using hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock, concurrency: SERVERS, env: {} })
  globalThis.gc?.()
  const memoryBefore = process.memoryUsage().rss
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const labStart = lab.clock.now()
  const start = performance.now()
  delay.enable()
  let peak = memoryBefore
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 100)
  const runs = await Promise.all(
    hostnames.map((serverId) =>
      hw.manager.start(new ServerProvisioningWorkflow({ serverId, deviceType: 'a1.c5.large' }, hw)),
    ),
  )
  const ends = await Promise.all(runs.map((run) => run.outcome()))
  clearInterval(sampling)
  delay.disable()
  const wall = (performance.now() - start) / 1000
  const simulated = (lab.clock.now() - labStart) / 1000
  const completed = ends.filter(({ status }) => status === 'COMPLETED').length
  const maas = lab.log.entries.filter(({ door }) => door === 'maas').length
  return [
    `${completed} of ${SERVERS} servers COMPLETED at once: ${wall.toFixed(1)} s wall, ${simulated.toFixed(0)} s of simulated hardware time, ×${(wall / simulated).toFixed(3)}`,
    `  ${((wall / SERVERS) * 1000).toFixed(0)} ms of this process (library and lab) a server, ${((wall / simulated) * 100).toFixed(1)} % of the hardware's time`,
    `  ${(maas / SERVERS).toFixed(1)} MAAS requests a server, ${(maas / simulated).toFixed(1)} a second of hardware time`,
    `  ${((peak - memoryBefore) / 1024 / 1024 / SERVERS).toFixed(1)} MiB a server at the peak, library and lab together`,
    `  event-loop delay p50 ${(delay.percentile(50) / 1e6).toFixed(0)} ms, p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms (sampled every 5 ms)`,
  ]
}
