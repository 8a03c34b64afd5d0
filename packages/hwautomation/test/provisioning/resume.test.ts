import type { FaultMode, Lab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { endOf, lives, type Lives } from './lives.ts'

const TARGET = '192.168.1.100'

type Start = 'new' | 'ready'

/** Where a process dies: the machine's status before, a call of its run, and which of them. A machine that is Ready needs more reboots. */
const MOMENTS: readonly (readonly [Start, string, number])[] = [
  ['new', 'maas POST machines/{id}?op=commission', 1],
  ['new', 'sftp put', 3],
  ['new', 'ilorest commit', 1],
  ['new', 'maas POST machines/{id}?op=rescue_mode', 1],
  ['new', 'ipmitool lan set', 2],
  ['new', 'maas PUT machines/{id}', 1],
  ['ready', 'maas POST machines/{id}?op=rescue_mode', 1],
  ['ready', 'maas POST machines/{id}?op=set_workload_annotations', 1],
  ['ready', 'maas POST machines/{id}?op=set_workload_annotations', 2],
  ['ready', 'maas POST machines/{id}?op=set_workload_annotations', 3],
  ['ready', 'ilorest commit', 1],
  ['ready', 'maas POST machines/{id}?op=exit_rescue_mode', 1],
  ['ready', 'maas POST machines/{id}?op=rescue_mode', 2],
  ['ready', 'maas POST machines/{id}?op=exit_rescue_mode', 2],
]

/** How often each happens in a run that nobody disturbs. */
const ONCE: Readonly<Record<Start, Readonly<Record<string, number>>>> = {
  new: { commission: 1, rescue: 1, exit: 1, commit: 1 },
  ready: { commission: 0, rescue: 2, exit: 2, commit: 1 },
}

describe('a process that dies', () => {
  describe.each(['intervention', 'drop-before-effect'] as const)('at a call that meets %s', (mode) => {
    it.each(MOMENTS)(
      '%s, %s, number %i: the next process brings the run to its end and does nothing twice',
      async (start, call, nth) => {
        await using all = await lives({ servers: serversIn(start) })
        const first = await all.begin()
        strike(all.lab, call, nth, mode, () => first.lose())
        const run = await first.hw.manager.start(first.workflow({ targetIpmiIp: TARGET }), { requestedBy: 'ada' })
        await run.outcome()
        const second = await all.begin()
        const end = await endOf(second, run.id)
        expect(end.error).toBeUndefined()
        expect(end.status).toBe('COMPLETED')
        expect(end.record.resumptions).toHaveLength(1)
        expect(counts(all.lab)).toEqual(ONCE[start])
        await promised(all)
      },
    )
  })
})

function serversIn(status: Start) {
  return [
    { hostname: 'srv001', model: 'hpe-rl300', status, tags: ['hw-type-old'] },
    { hostname: 'srv002', model: 'hpe-rl300' },
  ] as const
}

/** Strikes the nth matching call. */
function strike(lab: Lab, call: string, nth: number, mode: FaultMode, act: () => void): void {
  if (nth === 1) {
    lab.faults.once({ call, mode, act })
    return
  }
  lab.faults.once({ call, mode: 'intervention', act: () => strike(lab, call, nth - 1, mode, act) })
}

function counts(lab: Lab): Readonly<Record<string, number>> {
  const effects = (call: string) => lab.log.of(call, 'srv001').filter(({ effect }) => effect !== 'none').length
  return {
    commission: effects('maas POST machines/{id}?op=commission'),
    rescue: effects('maas POST machines/{id}?op=rescue_mode'),
    exit: effects('maas POST machines/{id}?op=exit_rescue_mode'),
    commit: effects('ilorest commit'),
  }
}

/** The world as a run that nobody disturbed leaves it. */
async function promised({ lab }: Lives): Promise<void> {
  await lab.clock.settled()
  const server = lab.server('srv001')
  expect(server.maasRecord()).toMatchObject({
    status_name: 'Ready',
    power_state: 'off',
    owner: null,
    tag_names: ['hw-type-a1-c5-large'],
    workload_annotations: {},
  })
  expect(server.machine.bios.current.get('WorkloadProfile')).toBe('GeneralThroughputCompute')
  expect(server.machine.bmc.network.address).toBe(TARGET)
  expect(server.powerParameters()['power_address']).toBe(TARGET)
  lab.assertClean()
}
