import { createLab, type LabServerSpec } from '@hwautomation/testkit'
import { createHwAutomation, ServerProvisioningWorkflow } from 'hwautomation'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const USUAL = 200
const LARGE = 1_000
/** The lab gives out addresses for so many BMCs by itself. */
const OWN_ADDRESSES = 480

/**
 * Many servers at once in one process, lab included, next to the time their simulated hardware takes: what a run costs beside waiting.
 * `--large`: a thousand of them.
 */
export async function benchLab({ large = false }: { readonly large?: boolean } = {}): Promise<string[]> {
  const servers = Array.from({ length: large ? LARGE : USUAL }, (_, index) => server(index))
  await using lab = await createLab({ servers })
  const { maas: region, ...connection } = lab.connection()
  await using hw = await createHwAutomation({
    ...connection,
    // Both ends share one event loop: an answer waits behind the work of all the others.
    maas: { ...region, timeouts: { power: '20m', other: '20m' } },
    ssh: { ...connection.ssh, timeouts: { connect: '20m', command: '20m', tool: '20m' } },
    bmc: { timeouts: { connect: '20m', request: '20m' } },
    clock: lab.clock,
    concurrency: servers.length,
    env: {},
  })
  globalThis.gc?.()
  const memoryBefore = process.memoryUsage().rss
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const labStart = lab.clock.now()
  const start = performance.now()
  const cpuStart = process.cpuUsage()
  delay.enable()
  let peak = memoryBefore
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 100)
  const runs = await Promise.all(
    servers.map(({ hostname: serverId }) =>
      hw.manager.start(new ServerProvisioningWorkflow({ serverId, deviceType: 'a1.c5.large' }, hw)),
    ),
  )
  const ends = await Promise.all(runs.map((run) => run.outcome()))
  clearInterval(sampling)
  delay.disable()
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpuStart)
  const cpu = (user + system) / 1e6
  const simulated = (lab.clock.now() - labStart) / 1000
  const completed = ends.filter(({ status }) => status === 'COMPLETED').length
  const maas = lab.log.entries.filter(({ door }) => door === 'maas').length
  const each = servers.length
  return [
    `${completed} of ${each} servers COMPLETED at once: ${wall.toFixed(1)} s wall, ${simulated.toFixed(0)} s of simulated hardware time, ×${(wall / simulated).toFixed(3)}`,
    `  ${((cpu / each) * 1000).toFixed(0)} ms of CPU (library and lab) a server: ${((cpu / simulated) * 100).toFixed(1)} % of one core for as long as the hardware takes`,
    `  ${(maas / each).toFixed(1)} MAAS requests a server, ${(maas / simulated).toFixed(1)} a second of hardware time`,
    `  ${((peak - memoryBefore) / 1024 / 1024 / each).toFixed(1)} MiB a server at the peak, library and lab together`,
    `  event-loop delay p50 ${(delay.percentile(50) / 1e6).toFixed(0)} ms, p99 ${(delay.percentile(99) / 1e6).toFixed(0)} ms (sampled every 5 ms)`,
  ]
}

function server(index: number): LabServerSpec {
  const hostname = `srv${String(index + 1).padStart(4, '0')}`
  if (index < OWN_ADDRESSES) return { hostname }
  const beyond = index - OWN_ADDRESSES + 10
  return { hostname, bmcAddress: `192.168.${beyond >> 8}.${beyond & 255}` }
}
