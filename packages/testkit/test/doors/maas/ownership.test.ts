import { describe, expect, it } from 'vitest'
import { TestMaas, brief } from './lab.ts'
import type { LabServerSpec } from '../../../src/lab.ts'

type Row = [LabServerSpec['status'], string, string, number, string | Record<string, unknown>]

describe('operations on a machine that was never touched, by status and user', () => {
  it.each<Row>([
    ['new', 'mark_broken', 'admin', 403, ''],
    ['ready', 'mark_broken', 'admin', 403, ''],
    ['broken', 'mark_broken', 'admin', 403, ''],
    ['allocated', 'mark_broken', 'eve', 403, ''],
    ['allocated', 'mark_broken', 'admin', 200, { status: 8, owner: null, status_message: 'Released' }],
    ['failed-commissioning', 'mark_broken', 'admin', 200, { status: 8, owner: null }],
    ['deployed', 'mark_broken', 'admin', 200, { status: 8, owner: null }],
    ['broken', 'mark_fixed', 'admin', 200, { status: 4, owner: null }],
    ['ready', 'mark_fixed', 'admin', 409, "Can't mark a non-broken node as 'Ready'."],
    ['new', 'lock', 'admin', 409, "Can't lock, node is not deployed or deploying"],
    ['ready', 'lock', 'admin', 409, "Can't lock, node is not deployed or deploying"],
    ['allocated', 'lock', 'admin', 409, "Can't lock, node is not deployed or deploying"],
    ['deployed', 'unlock', 'admin', 409, 'Machine is not locked'],
    ['allocated', 'release', 'admin', 200, { status: 4, owner: null, status_message: 'Released' }],
    ['allocated', 'release', 'eve', 403, ''],
    ['ready', 'release', 'admin', 200, { status: 4 }],
    ['new', 'release', 'admin', 409, "Machine cannot be released in its current state ('New')."],
    ['ready', 'set_workload_annotations', 'admin', 409, "Cannot set workload annotation: it hasn't been acquired."],
    ['new', 'set_owner_data', 'admin', 409, "Cannot set workload annotation: it hasn't been acquired."],
    ['ready', 'deploy', 'admin', 409, "Can't deploy a machine that is in the 'Ready' state"],
  ])('%s: %s by %s → %d', async (status = 'new', op, as, wanted, body) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
    const answer = await maas.op('srv001', op, {}, as)
    expect(answer.status).toBe(wanted)
    if (typeof body === 'string') expect(answer.text).toBe(body)
    else {
      expect(answer.json).toMatchObject(body)
      expect(brief(await maas.record('srv001'))).toEqual(brief(answer.json))
    }
  })
})

describe('lock', () => {
  it('keeps a deployed machine from everything but unlock', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'deployed' }])
    expect((await maas.op('srv001', 'lock')).json.locked).toBe(true)
    for (const op of ['commission', 'release']) expect((await maas.op('srv001', op)).status).toBe(403)
    for (const method of ['PUT', 'DELETE'])
      expect((await maas.call(method, `machines/${maas.id('srv001')}/`)).status).toBe(403)
    expect((await maas.op('srv001', 'unlock')).json.locked).toBe(false)
  })
})

describe('allocate', () => {
  const allocate = (maas: TestMaas, body: Record<string, string>) =>
    maas.call('POST', 'machines/?op=allocate', { body })

  it('takes the machine asked for, once', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready', systemId: 'h4xdf4' }])
    const answer = await allocate(maas, { system_id: 'h4xdf4' })
    expect([
      answer.status,
      answer.json.status,
      answer.json.status_name,
      answer.json.owner,
      answer.json.status_message,
    ]).toEqual([200, 10, 'Allocated', 'admin', 'Ready'])
    const again = await allocate(maas, { system_id: 'h4xdf4' })
    expect([again.status, again.text]).toEqual([409, 'No machine with system ID h4xdf4 available.'])
    expect((await maas.call('GET', 'machines/?op=list_allocated')).json).toHaveLength(1)
  })

  it('an empty form takes any Ready machine', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }, { hostname: 'srv002', status: 'ready' }])
    expect((await allocate(maas, {})).json.hostname).toBe('srv002')
  })

  it('says what it could not find, and refuses unknown constraints', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    expect((await allocate(maas, { name: 'nosuch' })).text).toBe(
      `No available machine matches constraints: [('name', ['nosuch'])] (resolved to "name=nosuch")`,
    )
    const bogus = await allocate(maas, { bogus: '1' })
    expect([bogus.status, bogus.json]).toEqual([400, { bogus: ['No such constraint.'] }])
  })
})

describe('workload annotations', () => {
  it('are set, merged and deleted by key, and gone after release', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'allocated' }])
    expect((await maas.op('srv001', 'set_workload_annotations', { hwjob: '42' })).json).toMatchObject({
      workload_annotations: { hwjob: '42' },
      owner_data: { hwjob: '42' },
    })
    await maas.op('srv001', 'set_owner_data', { other: 'x' })
    expect((await maas.op('srv001', 'set_workload_annotations', { hwjob: '' })).json.workload_annotations).toEqual({
      other: 'x',
    })
    const bad = await maas.op('srv001', 'set_workload_annotations', { 'a key': '1' })
    expect([bad.status, bad.text]).toEqual([500, 'Invalid character in key name'])
    expect((await maas.op('srv001', 'release')).json.workload_annotations).toEqual({})
  })

  it('survive from one commissioning to Ready and the next rescue', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await maas.op('srv001', 'rescue_mode')
    await maas.op('srv001', 'set_workload_annotations', { 'hwa-run': 'run_1' })
    await maas.until('srv001', (record) => record.status === 16)
    await maas.op('srv001', 'exit_rescue_mode')
    const ready = await maas.until('srv001', (record) => record.status === 4)
    expect(ready.workload_annotations).toEqual({ 'hwa-run': 'run_1' })
    expect((await maas.op('srv001', 'commission')).json.workload_annotations).toEqual({ 'hwa-run': 'run_1' })
  })
})
