import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestMaas } from './lab.ts'

let maas: TestMaas
let A: string
beforeAll(async () => {
  maas = await TestMaas.open([{ hostname: 'srv001' }, { hostname: 'srv002' }])
  A = maas.id('srv001')
  await maas.commission('srv001')
})
afterAll(() => maas[Symbol.asyncDispose]())

const events = (query: string) => maas.call('GET', `events/?op=query&${query}`)
const types = (answer: { json: { events: { type: string }[] } }) => answer.json.events.map((event) => event.type)

describe('events', () => {
  it('come newest first, INFO and above unless asked otherwise', async () => {
    const answer = await events(`id=${A}`)
    expect(types(answer)).toEqual(['Ready', 'Powering on', 'Commissioning'])
    expect(answer.json.events[0]).toEqual({
      username: 'unknown',
      node: A,
      hostname: 'srv001',
      id: expect.any(Number),
      level: 'INFO',
      created: expect.stringMatching(/^\w{3}, \d\d [A-Z][a-z]+\.? \d{4} \d\d:\d\d:\d\d$/),
      type: 'Ready',
      description: '',
    })
    const debug = await events(`id=${A}&level=DEBUG&limit=1000`)
    expect(debug.json.events).toContainEqual(
      expect.objectContaining({ type: 'Node changed status', description: "From 'New' to 'Commissioning'" }),
    )
    expect(debug.json.events).toContainEqual(
      expect.objectContaining({
        type: 'Script result',
        description: "30-maas-01-bmc-config changed status from 'Pending' to 'Skipped'",
      }),
    )
  })

  it('are paged by cursors: next is newer, prev is older', async () => {
    const page = (await events(`id=${A}&limit=2`)).json
    const [newest, second] = page.events
    expect(page.count).toBe(2)
    expect(page.next_uri).toBe(`/MAAS/api/2.0/events/?op=query&id=${A}&limit=2&after=${newest.id}`)
    expect(page.prev_uri).toBe(`/MAAS/api/2.0/events/?op=query&id=${A}&limit=2&before=${second.id}`)
    expect(types(await maas.call('GET', page.prev_uri))).toEqual(['Commissioning'])
    const beyond = (await maas.call('GET', page.next_uri)).json
    expect([beyond.count, beyond.prev_uri, beyond.next_uri]).toEqual([
      0,
      null,
      `/MAAS/api/2.0/events/?op=query&id=${A}&limit=2`,
    ])
    expect(types(await events(`id=${A}&after=${second.id}`))).toEqual(['Ready'])
  })

  it.each<[string, number]>([
    ['limit=0', 1],
    ['limit=-1', 1],
    ['id=nosuch', 0],
    ['hostname=srv001', 3],
    ['hostname=srv002', 0],
  ])('%s gives %d', async (query, count) => {
    expect((await events(query)).json.count).toBe(count)
  })

  it.each<[string, string]>([
    ['limit=5000', 'Requested number of events 5000 is greater than limit: 1000'],
    ['limit=abc', 'Invalid limit: Please enter an integer value'],
    ['level=bogus', 'Unrecognised log level: bogus'],
    ['after=1&before=2', 'There is undetermined behaviour when both `after` and `before` are specified.'],
  ])('%s → 400', async (query, words) => {
    const answer = await events(query)
    expect([answer.status, answer.text]).toEqual([400, words])
  })
})

describe('results', () => {
  const results = (query: string) => maas.call('GET', `nodes/${A}/results/${query}`)

  it('hold the 12 scripts of the commissioning and an empty testing set with status -1', async () => {
    const sets = (await results('')).json
    expect(sets).toHaveLength(2)
    const testing = (await results('?type=testing')).json[0]
    expect(testing).toMatchObject({
      type: 2,
      status: -1,
      status_name: 'Failed to apply custom network configuration',
      results: [],
    })
    const commissioning = (await results('?type=commissioning')).json[0]
    expect(commissioning).toMatchObject({
      type: 0,
      type_name: 'Commissioning',
      status: 2,
      status_name: 'Passed',
      system_id: A,
      resource_uri: `/MAAS/api/2.0/nodes/${A}/results/${commissioning.id}/`,
    })
    expect(commissioning.results.map((result: { name: string }) => result.name)).toHaveLength(12)
    const skipped = commissioning.results.find((result: { name: string }) => result.name === '30-maas-01-bmc-config')
    expect(skipped).toMatchObject({ status: 9, status_name: 'Skipped', exit_status: 0 })
    expect(commissioning.runtime).toMatch(/^\d:\d\d:\d\d$/)
    expect((await maas.record('srv001')).current_commissioning_result_id).toBe(commissioning.id)
  })

  it('show output only when asked, in base64', async () => {
    const plain = (await results('current-commissioning/?filters=maas-kernel-cmdline')).json.results
    expect(plain).toHaveLength(1)
    expect(Object.keys(plain[0])).not.toContain('output')
    expect(plain[0]).toMatchObject({
      created: expect.stringMatching(/ -0000$/),
      starttime: expect.any(Number),
      estimated_runtime: '0:00:01',
      suppressed: false,
    })
    const full = (await results('current-commissioning/?include_output=true&filters=maas-kernel-cmdline')).json
      .results[0]
    expect(full).toMatchObject({ stdout: full.output, stderr: '', result: '' })
  })

  it('of scripts that have not run have empty times', async () => {
    await maas.op('srv002', 'commission', { testing_scripts: 'none' })
    const set = (await maas.call('GET', `nodes/${maas.id('srv002')}/results/current-commissioning/`)).json
    expect(set.results[0]).toMatchObject({
      status: 0,
      exit_status: null,
      started: null,
      ended: null,
      starttime: '',
      endtime: '',
      script_revision_id: null,
    })
  })

  it.each<[string, number, string]>([
    ['?type=bogus', 400, 'Result type must be commissioning, testing, or installation.'],
    [
      'current-testing/',
      400,
      'Unknown id "current-testing" must be current-commissioning, current-testing, current-installation, or the id number of a specific result.',
    ],
    ['9999/', 404, 'No ScriptSet matches the given query.'],
  ])('%s → %d', async (query, status, words) => {
    const answer = await results(query)
    expect([answer.status, answer.text]).toEqual([status, words])
  })

  it('can be downloaded as one text', async () => {
    const answer = await results('current-commissioning/?op=download')
    expect([answer.status, answer.type]).toEqual([200, 'application/binary'])
    expect(answer.text).toMatch(/maas-lshw\n-+\n/)
  })

  it('scripts/ lists 29, 17 of them tests', async () => {
    expect((await maas.call('GET', 'scripts/')).json).toHaveLength(29)
    expect((await maas.call('GET', 'scripts/?type=testing')).json).toHaveLength(17)
    expect((await maas.call('GET', `nodes/${A}/interfaces/`)).json).toEqual(
      (await maas.record('srv001'))['interface_set'],
    )
  })
})
