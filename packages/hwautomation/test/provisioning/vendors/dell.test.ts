import { fileURLToPath } from 'node:url'
import type { LabServerSpec } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import type { ProvisioningRequest } from '../../../src/index.ts'
import { endOf, lives } from '../lives.ts'
import { testSite, type TestSite } from '../site.ts'

const FILES = { devices: { files: [fileURLToPath(new URL('dell-devices.yaml', import.meta.url))] } }
const servers = (model = 'dell-r650'): LabServerSpec[] => [{ hostname: 'srv001', model }]
const WANTED = {
  SriovGlobalEnable: 'Enabled',
  SysProfile: 'Custom',
  ProcTurboMode: 'Disabled',
  AcPwrRcvry: 'On',
  FailSafeBaud: '57600',
}

async function run(site: TestSite, request: Partial<ProvisioningRequest> = {}) {
  const handle = await site.hw.manager.start(site.workflow({ deviceType: 'dell-intel', retryCount: 0, ...request }))
  return handle.outcome()
}

/** What the machine has of what the template wants. */
function inForce(site: Pick<TestSite, 'lab'>): Record<string, unknown> {
  const { current } = site.lab.server('srv001').machine.bios
  return Object.fromEntries(Object.keys(WANTED).map((name) => [name, current.get(name)]))
}

const calls = ({ lab }: Pick<TestSite, 'lab'>, call: string) =>
  lab.log.of(call, 'srv001').filter(({ effect }) => effect !== 'none')
/** Each export of the settings is a job too. */
const biosJobs = (site: Pick<TestSite, 'lab'>) => jobsOf(site).all.filter(({ type }) => type === 'BIOSConfiguration')
const jobsOf = ({ lab }: Pick<TestSite, 'lab'>) => lab.server('srv001').machine.jobs!

describe('provisioning a PowerEdge', () => {
  it(
    'brings BIOS and BMC to what is wanted, by one job without a reboot of its own, and reads it back',
    { timeout: 40_000 },
    async () => {
      await using site = await testSite({ servers: servers() }, FILES)
      const end = await run(site, { targetIpmiIp: '192.168.1.100' })
      expect(end.error).toBeUndefined()
      expect(end.status).toBe('COMPLETED')
      expect(inForce(site)).toEqual(WANTED)
      expect(biosJobs(site).map(({ name, status }) => [name, status])).toEqual([
        ['Configure: BIOS.Setup.1-1', 'Completed'],
      ])
      expect(calls(site, 'racadm jobqueue create').map(({ detail }) => detail)).toEqual([
        'create BIOS.Setup.1-1 -r none -s TIME_NOW',
      ])
      expect(site.lab.server('srv001').machine.bmc.network.address).toBe('192.168.1.100')
      expect(end.record.warnings.map(({ code }) => code)).toEqual([])
      expect((await site.workflow({ deviceType: 'dell-intel', recommission: true }).plan()).steps).toContainEqual(
        expect.objectContaining({
          id: 'bios-push',
          plan: expect.objectContaining({ skip: 'the BIOS matches the template of dell-intel' }),
        }),
      )
      await site.lab.clock.settled()
      site.lab.assertClean()
    },
  )

  it('goes through calls that fail for no reason', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    for (const call of ['racadm get', 'racadm set', 'racadm jobqueue view', 'racadm jobqueue create'])
      site.lab.faults.once({ server: 'srv001', call, mode: 'wrong-status' })
    const end = await run(site, { retryCount: 1 })
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(inForce(site)).toEqual(WANTED)
  })

  it('orders no job for half of what is wanted: what was acknowledged and forgotten is set again', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    site.lab.faults.once({ server: 'srv001', call: 'racadm set', mode: 'ack-no-effect' })
    const end = await run(site)
    expect(end.error).toBeUndefined()
    expect(inForce(site)).toEqual(WANTED)
    expect(calls(site, 'racadm jobqueue create')).toHaveLength(1)
  })

  it('does not touch the job of somebody else, and names it', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    const { bios } = site.lab.server('srv001').machine
    const before = inForce(site)
    const [id] = [jobsOf(site).newId('JID')]
    site.hw.manager.onEvent((event) => {
      if (event.type !== 'step.status' || event.step !== 'bios-push' || event.to !== 'running') return
      bios.pending.set('NumLock', 'Off')
      jobsOf(site).schedule(id)
    })
    const end = await run(site)
    expect(end.status).toBe('FAILED')
    expect(end.error).toMatchObject({ code: 'bios.job-pending', kind: 'busy' })
    expect(end.error?.message).toContain(id)
    expect(end.error?.hint).toContain(`jobqueue delete -i ${id}`)
    expect(inForce(site)).toEqual(before)
    expect(calls(site, 'racadm set')).toEqual([])
    expect(jobsOf(site).find(id)?.status).toBe('Scheduled')
  })

  it('waits while the iDRAC imports a profile for somebody else, and goes on when that is over', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    const details: string[] = []
    let over = 0
    site.hw.manager.onEvent((event) => {
      if (event.type === 'subtask.progress' && event.detail?.includes('is Running')) details.push(event.detail)
      if (event.type !== 'step.status' || event.step !== 'bios-push' || event.to !== 'running') return
      jobsOf(site).import(jobsOf(site).newId('JID'), new Map(), 90_000, 0)
      over = site.lab.clock.now() + 90_000
    })
    const end = await run(site)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(inForce(site)).toEqual(WANTED)
    expect(details[0]).toMatch(/Configure: Import Server Configuration Profile/)
    expect(calls(site, 'racadm set').every(({ at }) => Date.parse(at) >= over)).toBe(true)
  })

  it('says what a job failed with at 100 per cent, also on an iDRAC that shows no time of its end', async () => {
    await using site = await testSite({ servers: servers('dell-r640') }, FILES)
    site.lab.server('srv001').machine.quirks.jobEnding = 'fails'
    const end = await run(site)
    expect(end.status).toBe('FAILED')
    expect(end.error).toMatchObject({ code: 'bios.not-taken', kind: 'invalid' })
    expect(end.error?.message).toMatch(/JID_\d+ \(Configure: BIOS\.Setup\.1-1\) ended as Failed: PR21/)
    expect(biosJobs(site)).toMatchObject([{ status: 'Failed', percent: 100 }])
  })

  it('believes neither a job nor its settings that came half', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    site.lab.server('srv001').machine.quirks.jobEnding = 'fails in part'
    const end = await run(site)
    expect(end.error).toMatchObject({ code: 'bios.not-taken', kind: 'invalid' })
    expect(end.error?.message).toContain('ended as Completed with Errors')
  })

  it('names the job that the boot did not run, and that it was left', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    site.lab.server('srv001').machine.quirks.biosPendingForever = true
    const end = await run(site)
    const [job] = biosJobs(site)
    expect(end.error?.code).toBe('bios.not-taken')
    expect(end.error?.message).toContain(
      `the boot has not run the job ${job?.id} (Configure: BIOS.Setup.1-1) is Scheduled`,
    )
    expect(end.leftBehind.map(({ what }) => what).join('\n')).toContain(`BIOS job of srv001: ${job?.id}`)
  })

  it('takes no power from a machine whose job runs, also where the run has failed', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    const { machine } = site.lab.server('srv001')
    machine.durations.jobSettle = 900_000
    const watch = site.lab.faults.always({
      call: 'racadm jobqueue view',
      mode: 'intervention',
      act: () => {
        if (biosJobs(site)[0]?.status !== 'Running') return
        watch.remove()
        site.lab.faults.times(5, { call: 'racadm jobqueue view', mode: 'wrong-status' })
      },
    })
    const end = await run(site)
    expect(end.status).toBe('FAILED')
    expect(end.error?.code).toBe('bios.tool-failed')
    expect(biosJobs(site)).toMatchObject([{ status: 'Completed' }])
    expect(machine.power).toBe('off')
  })

  it('lets a job of somebody else end that its own boot has set going, before it reads anything', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    const { bios, durations } = site.lab.server('srv001').machine
    durations.jobSettle = 300_000
    bios.pending.set('NumLock', 'Off')
    const id = jobsOf(site).newId('JID')
    jobsOf(site).schedule(id)
    const end = await run(site)
    expect(end.error).toBeUndefined()
    expect(bios.current.get('NumLock')).toBe('Off')
    expect(jobsOf(site).find(id)?.status).toBe('Completed')
    const over = jobsOf(site).find(id)?.completedAt ?? Infinity
    expect(site.lab.log.of('racadm get', 'srv001').every(({ at }) => Date.parse(at) >= over)).toBe(true)
    expect(inForce(site)).toEqual(WANTED)
  })

  it('names the setting whose value is refused, and orders no job for the others', async () => {
    await using site = await testSite({ servers: servers() }, FILES)
    const before = inForce(site)
    const end = await run(site, { deviceType: 'dell-misspelt' })
    expect(end.error).toMatchObject({ code: 'bios.tool-failed', kind: 'invalid' })
    expect(end.error?.message).toContain('BIOS.MemSettings.MemOpMode')
    expect(end.error?.message).toContain('RAC947')
    expect(end.error?.hint).toContain('letter case')
    expect(end.error?.context).toMatchObject({ attribute: 'MemOpMode' })
    expect(end.leftBehind.map(({ remedy }) => remedy).join('\n')).toContain('racadm clearpending BIOS.Setup.1-1')
    expect(biosJobs(site)).toEqual([])
    expect(inForce(site)).toEqual(before)
  })

  it('goes on where the process dies between the setting of values and the order of the job', async () => {
    await using all = await lives({ servers: servers() })
    const first = await all.begin(FILES)
    let sets = 0
    all.lab.faults.always({
      call: 'racadm set',
      mode: 'intervention',
      afterwards: () => {
        sets += 1
        if (sets === Object.keys(WANTED).length) first.lose()
      },
    })
    const begun = await first.hw.manager.start(first.workflow({ deviceType: 'dell-intel' }))
    await begun.outcome()
    expect(calls(all, 'racadm jobqueue create')).toEqual([])
    const second = await all.begin(FILES)
    const end = await endOf(second, begun.id)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(inForce(all)).toEqual(WANTED)
    expect(sets).toBe(Object.keys(WANTED).length)
    expect(calls(all, 'racadm jobqueue create')).toHaveLength(1)
  })
})
