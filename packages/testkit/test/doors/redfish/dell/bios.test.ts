import { describe, expect, it } from 'vitest'
import { messageIds, startIdrac } from './idrac.ts'

const SYSTEM = '/redfish/v1/Systems/System.Embedded.1'
const BIOS = `${SYSTEM}/Bios`
const SETTINGS = `${BIOS}/Settings`
const JOBS = '/redfish/v1/Managers/iDRAC.Embedded.1/Oem/Dell/Jobs'
const ON_RESET = { '@Redfish.SettingsApplyTime': { ApplyTime: 'OnReset' } }

describe('BIOS over an iDRAC’s Redfish', () => {
  it('shows what is in force, and beside it only what is staged', async () => {
    await using lab = await startIdrac()
    const current = await lab.get(BIOS)
    expect(Object.keys(current.Attributes).length).toBeGreaterThan(120)
    expect(current.Attributes).toMatchObject({
      LogicalProc: 'Enabled',
      NewSetupPassword: null,
      AcPwrRcvryUserDelay: 60,
    })
    expect(current['@Redfish.Settings'].SupportedApplyTimes).toContain('OnReset')
    expect((await lab.get(SETTINGS)).Attributes).toEqual({})
    await lab.send('PATCH', SETTINGS, { Attributes: { LogicalProc: 'Disabled' } })
    expect((await lab.get(SETTINGS)).Attributes).toEqual({ LogicalProc: 'Disabled' })
    expect((await lab.send('PATCH', BIOS, { Attributes: { LogicalProc: 'Disabled' } })).status).toBe(405)
  })

  it('takes a change without an apply time and never applies it', async () => {
    await using lab = await startIdrac()
    expect((await lab.send('PATCH', SETTINGS, { Attributes: { LogicalProc: 'Disabled' } })).status).toBe(200)
    await lab.boot()
    expect((await lab.get(BIOS)).Attributes.LogicalProc).toBe('Enabled')
    expect((await lab.get(SETTINGS)).Attributes).toEqual({ LogicalProc: 'Disabled' })
  })

  it('makes the job itself with OnReset, refuses another change until it is over, and says what became of it', async () => {
    await using lab = await startIdrac()
    const answer = await lab.send('PATCH', SETTINGS, { ...ON_RESET, Attributes: { LogicalProc: 'Disabled' } })
    expect(answer.status).toBe(202)
    const task = String(answer.headers.location)
    expect(task).toMatch(/^\/redfish\/v1\/TaskService\/Tasks\/JID_\d{12}$/)
    const id = task.split('/').at(-1) ?? ''
    expect(await lab.get(`${JOBS}/${id}`)).toMatchObject({
      JobState: 'Scheduled',
      MessageId: 'JCP001',
      PercentComplete: 0,
    })

    const second = await lab.send('PATCH', SETTINGS, { Attributes: { SriovGlobalEnable: 'Enabled' } })
    expect([second.status, messageIds(second)]).toEqual([400, ['IDRAC.2.8.SYS011']])
    const order = await lab.send('POST', JOBS, { TargetSettingsURI: SETTINGS })
    expect([order.status, messageIds(order)]).toEqual([400, ['IDRAC.2.8.SYS011']])

    await lab.boot()
    expect(await lab.get(`${JOBS}/${id}`)).toMatchObject({
      JobState: 'Completed',
      MessageId: 'PR19',
      PercentComplete: 100,
    })
    expect((await lab.get(BIOS)).Attributes.LogicalProc).toBe('Disabled')
    // The task is gone ten minutes after its end; the job stays.
    await lab.clock.advance(600_000)
    expect((await lab.ask(task)).status).toBe(404)
    expect((await lab.ask(`/redfish/v1/JobService/Jobs/${id}`)).status).toBe(200)
  })

  it('orders a job for what is staged already, and none when nothing is', async () => {
    await using lab = await startIdrac()
    const none = await lab.send('POST', JOBS, { TargetSettingsURI: SETTINGS })
    expect([none.status, none.text]).toEqual([400, expect.stringContaining('No pending data present')])
    await lab.send('PATCH', SETTINGS, { Attributes: { LogicalProc: 'Disabled' } })
    const answer = await lab.send('POST', JOBS, { TargetSettingsURI: SETTINGS })
    expect([answer.status, answer.headers.location]).toEqual([200, expect.stringMatching(/\/Jobs\/JID_\d{12}$/)])
    expect((await lab.send('DELETE', String(answer.headers.location), undefined)).status).toBe(200)
    // With the job goes what it was to apply.
    expect((await lab.get(SETTINGS)).Attributes).toEqual({})
  })

  it('answers 200 without a job when all is as it should be', async () => {
    await using lab = await startIdrac()
    const answer = await lab.send('PATCH', SETTINGS, { ...ON_RESET, Attributes: { LogicalProc: 'Enabled' } })
    expect([answer.status, answer.headers.location]).toEqual([200, undefined])
    expect((await lab.get(JOBS)).Members).toEqual([])
  })

  it.each([
    ['a value outside the list', { LogicalProc: 'disabled' }, ['IDRAC.2.8.SYS409']],
    ['a number as text', { PxeDev1VlanId: '7' }, ['IDRAC.2.8.SYS424', 'Base.1.12.PropertyValueTypeError']],
    ['a read-only attribute', { SystemServiceTag: 'X' }, ['IDRAC.2.8.SYS410']],
    ['one that System Profile locks', { ProcTurboMode: 'Disabled' }, ['IDRAC.2.8.SYS410']],
    [
      'another maker’s attribute',
      { ProcHyperthreading: 'Disabled' },
      ['IDRAC.2.8.SYS429', 'Base.1.12.PropertyUnknown'],
    ],
  ])('refuses %s, and keeps what stood before it in the same request', async (_what, wrong, ids) => {
    await using lab = await startIdrac()
    const answer = await lab.send('PATCH', SETTINGS, {
      ...ON_RESET,
      Attributes: { SriovGlobalEnable: 'Enabled', ...wrong, NodeInterleave: 'Enabled' },
    })
    expect([answer.status, messageIds(answer)]).toEqual([400, ids])
    expect(answer.body.error.message.endsWith('.')).toBe(false)
    expect((await lab.get(SETTINGS)).Attributes).toEqual({ SriovGlobalEnable: 'Enabled' })
    expect((await lab.get(JOBS)).Members).toEqual([])
  })

  it('frees the settings that System Profile decides as soon as Custom is staged before them', async () => {
    await using lab = await startIdrac()
    const wanted = { SysProfile: 'Custom', ProcTurboMode: 'Disabled' }
    expect((await lab.send('PATCH', SETTINGS, { ...ON_RESET, Attributes: wanted })).status).toBe(202)
    await lab.boot()
    expect((await lab.get(BIOS)).Attributes).toMatchObject(wanted)
  })

  it('lets System Profile decide the others', async () => {
    await using lab = await startIdrac('dell-r6515')
    await lab.send('PATCH', SETTINGS, { ...ON_RESET, Attributes: { SysProfile: 'PerfOptimized' } })
    await lab.boot()
    expect((await lab.get(BIOS)).Attributes).toMatchObject({ ProcPwrPerf: 'MaxPerf', ProcCStates: 'Disabled' })
  })

  it('resets to the defaults with the next POST', async () => {
    await using lab = await startIdrac()
    lab.machine.bios.current.set('LogicalProc', 'Disabled')
    expect((await lab.send('POST', `${BIOS}/Actions/Bios.ResetBios`, {})).status).toBe(200)
    expect((await lab.get(BIOS)).ResetBiosToDefaultsPending).toBe(true)
    await lab.boot()
    expect(await lab.get(BIOS)).toMatchObject({
      ResetBiosToDefaultsPending: false,
      Attributes: { LogicalProc: 'Enabled', SystemServiceTag: lab.machine.serial },
    })
  })

  it('has a registry whose name nobody spells the same', async () => {
    await using lab = await startIdrac()
    const pointer = await lab.get('/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0')
    const registry = await lab.get(pointer.Location[0].Uri)
    expect(new Set([pointer.Id, pointer.Registry, registry.Id, (await lab.get(BIOS)).AttributeRegistry]).size).toBe(3)
    const entries: { AttributeName: string }[] = registry.RegistryEntries.Attributes
    expect(entries.find(({ AttributeName }) => AttributeName === 'LogicalProc')).toMatchObject({
      Type: 'Enumeration',
      MenuPath: './ProcSettingsRef',
      ResetRequired: true,
    })
    expect(registry.RegistryEntries.Dependencies).toContainEqual(
      expect.objectContaining({ DependencyFor: 'ProcTurboMode' }),
    )
  })
})

describe('a job of the Lifecycle Controller', () => {
  const order = async (lab: Awaited<ReturnType<typeof startIdrac>>) => {
    await lab.send('PATCH', SETTINGS, { ...ON_RESET, Attributes: { LogicalProc: 'Disabled' } })
    return lab.machine.jobs!.all[0]!.id
  }
  const state = (lab: Awaited<ReturnType<typeof startIdrac>>, id: string) => lab.machine.jobs!.find(id)?.status

  it('waits for a POST, runs in a longer one with a reset more, and ends after the settings are in force', async () => {
    await using lab = await startIdrac()
    const id = await order(lab)
    lab.machine.powerOn()
    await lab.clock.advance(lab.machine.durations.post)
    expect([state(lab, id), lab.machine.posts]).toEqual(['Scheduled', 1])
    await lab.clock.advance(2_000)
    expect(state(lab, id)).toBe('Running')
    await lab.clock.advance(lab.machine.durations.extraPostOnBiosChange / 2)
    expect([state(lab, id), lab.machine.posts, lab.machine.bios.current.get('LogicalProc')]).toEqual([
      'Running',
      2,
      'Disabled',
    ])
    // It can't be deleted now, nor anything staged beside it.
    expect((await lab.send('DELETE', `${JOBS}/${id}`, undefined)).status).toBe(400)
    expect(lab.machine.jobs!.remove(id)).toBe(false)
    expect((await lab.send('PATCH', SETTINGS, { Attributes: { SriovGlobalEnable: 'Enabled' } })).status).toBe(400)
    lab.machine.jobs!.clear(false)
    await lab.clock.advance(lab.machine.durations.extraPostOnBiosChange / 2 + lab.machine.durations.jobSettle)
    expect(state(lab, id)).toBe('Completed')
  })

  it('fails when the server is switched off or reset under it, and drops what it was to apply', async () => {
    for (const end of ['powerOff', 'reboot'] as const) {
      await using lab = await startIdrac()
      const id = await order(lab)
      lab.machine.powerOn()
      await lab.clock.advance(lab.machine.durations.post + 5_000)
      lab.machine[end]()
      await lab.clock.advance(5_000)
      expect([state(lab, id), lab.machine.jobs!.find(id)?.percent]).toEqual(['Failed', 100])
      await lab.boot()
      expect(lab.machine.bios.current.get('LogicalProc')).toBe('Enabled')
    }
  })

  it('is failed, too, when the server goes before the job says that it is over', async () => {
    await using lab = await startIdrac()
    lab.machine.durations.jobSettle = 600_000
    const id = await order(lab)
    lab.machine.powerOn()
    await lab.clock.advance(600_000)
    expect([state(lab, id), lab.machine.bios.current.get('LogicalProc')]).toEqual(['Running', 'Disabled'])
    lab.machine.powerOff()
    await lab.clock.advance(10_000)
    expect(state(lab, id)).toBe('Failed')
  })

  it('can fail, fail in part, or never begin', async () => {
    for (const [jobEnding, status] of [
      ['fails', 'Failed'],
      ['fails in part', 'Completed with Errors'],
    ] as const) {
      await using lab = await startIdrac()
      lab.machine.quirks.jobEnding = jobEnding
      const id = await order(lab)
      await lab.boot()
      expect([state(lab, id), lab.machine.jobs!.underWay]).toEqual([status, undefined])
    }
    await using lab = await startIdrac()
    lab.machine.quirks.biosPendingForever = true
    const id = await order(lab)
    await lab.boot()
    expect(await lab.get(`${JOBS}/${id}`)).toMatchObject({
      JobState: 'Scheduled',
      MessageId: 'PR30',
      PercentComplete: 1,
    })
    expect((await lab.get(SETTINGS)).Attributes).toEqual({ LogicalProc: 'Disabled' })
  })
})
