import { describe, expect, it } from 'vitest'
import { queryChunks } from '../../src/maas/query-chunks.ts'
import { client, eventually, failure, machineRecord } from './fixtures.ts'
import { json, scriptedMaas } from './scripted-maas.ts'

describe('what goes over the wire', () => {
  it('is a urlencoded form under a path with a trailing slash, flags only where they are true', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, machineRecord()))
    await using under = client(maas.url)
    await under.commission('p3wxky', {
      enableSsh: true,
      skipBmcConfig: true,
      skipNetworking: false,
      testingScripts: 'none',
    })
    await under.commission('p3wxky', {
      enableSsh: false,
      commissioningScripts: ['update-firmware', 'acme'],
      testingScripts: [],
    })
    await under.commission('p3wxky')
    expect(maas.received.map(({ method, url, contentType, body }) => [method, url, contentType, body])).toEqual([
      [
        'POST',
        '/MAAS/api/2.0/machines/p3wxky/?op=commission',
        FORM,
        'enable_ssh=1&skip_bmc_config=1&testing_scripts=none',
      ],
      [
        'POST',
        '/MAAS/api/2.0/machines/p3wxky/?op=commission',
        FORM,
        'commissioning_scripts=update-firmware%2Cacme&testing_scripts=none',
      ],
      ['POST', '/MAAS/api/2.0/machines/p3wxky/?op=commission', FORM, ''],
    ])
  })

  it('encodes every other change as MAAS documents it', async () => {
    await using maas = await scriptedMaas(({ url }, response) =>
      json(response, url.includes('tags') ? { name: 'hw-ready', added: 2, removed: 1 } : machineRecord()),
    )
    await using under = client(maas.url)
    await under.abort('p3wxky', { comment: 'stopped by ada & co' })
    await under.abort('p3wxky')
    await under.rescueMode('p3wxky')
    await under.exitRescueMode('p3wxky')
    await under.powerOff('p3wxky', 'soft')
    await under.setAnnotations('p3wxky', { 'hwa-run': 'run_1', old: '' })
    await under.setPowerAddress('p3wxky', '192.168.1.100')
    await under.createTag('hw-ready', 'ready for use')
    await under.updateTagNodes('hw-ready', { add: ['aaaaaa', 'bbbbbb'], remove: ['cccccc'] })
    expect(
      maas.received.map(({ method, url, body }) => `${method} ${url.replace('/MAAS/api/2.0/', '')} ${body}`),
    ).toEqual([
      'POST machines/p3wxky/?op=abort comment=stopped+by+ada+%26+co',
      'POST machines/p3wxky/?op=abort ',
      'POST machines/p3wxky/?op=rescue_mode ',
      'POST machines/p3wxky/?op=exit_rescue_mode ',
      'POST machines/p3wxky/?op=power_off stop_mode=soft',
      'POST machines/p3wxky/?op=set_workload_annotations hwa-run=run_1&old=',
      'PUT machines/p3wxky/ power_parameters_power_address=192.168.1.100',
      'POST tags/ name=hw-ready&comment=ready+for+use',
      'POST tags/hw-ready/?op=update_nodes add=aaaaaa&add=bbbbbb&remove=cccccc',
    ])
  })

  it('has a nonce of its own and whole seconds in every request, retries included', async () => {
    let asked = 0
    await using maas = await scriptedMaas((_, response) => {
      asked += 1
      if (asked % 3 === 0) response.destroy()
      else json(response, machineRecord())
    })
    await using under = client(maas.url, { readAttempts: 20 })
    await Promise.all(Array.from({ length: 40 }, () => under.machine('p3wxky')))
    const nonces = maas.received.map(({ authorization }) => /oauth_nonce="([^"]+)"/.exec(authorization)?.[1])
    expect(nonces.length).toBeGreaterThan(40)
    expect(new Set(nonces).size).toBe(nonces.length)
    for (const { authorization } of maas.received) expect(authorization).toMatch(/oauth_timestamp="\d{10}"/)
  })

  it('repeats the key for each machine of a list, at most 100 in a request, one request after the other', async () => {
    let underWay = 0
    let most = 0
    await using maas = await scriptedMaas(({ url }, response) => {
      most = Math.max(most, (underWay += 1))
      const ids = new URL(url, 'http://maas').searchParams.getAll('id')
      setImmediate(() => {
        underWay -= 1
        json(
          response,
          ids.map((id) => machineRecord(id)),
        )
      })
    })
    await using under = client(maas.url)
    const ids = Array.from({ length: 250 }, (_, n) => `m${n}`)
    const machines = await under.machines({ ids: [...ids, 'm0'] })
    expect(machines.map(({ system_id }) => system_id)).toEqual(ids)
    expect(maas.received.map(({ url }) => url.split('&').length)).toEqual([100, 100, 50])
    expect(most).toBe(1)
    expect(await under.machines({ ids: [] })).toEqual([])
    expect(maas.received).toHaveLength(3)
  })

  it('keeps request lines short where host names are long', () => {
    const names = Array.from({ length: 90 }, (_, n) => `${'x'.repeat(60)}${n}`)
    const chunks = queryChunks(names)
    expect(chunks.flat()).toEqual(names)
    expect(chunks.length).toBeGreaterThan(1)
    for (const chunk of chunks) expect(chunk.map((name) => `&hostname=${name}`).join('').length).toBeLessThan(4100)
  })

  it('never holds what MAAS would misunderstand: it is refused before anything is sent', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, machineRecord()))
    await using under = client(maas.url)
    const refused = [
      under.machine('../users'),
      under.machine(''),
      under.commission('a/b'),
      under.tag('a.b'),
      under.createTag('bad name'),
      under.updateTagNodes('hw-ready', { add: ['aaaaaa'], remove: ['aaaaaa'] }),
      under.updateTagNodes('hw-ready', { add: ['aaaaaa,bbbbbb'] }),
      under.setAnnotations('p3wxky', { 'a key': 'x' }),
      under.events({ limit: 0 }),
      under.machines({ ids: ['a'], hostnames: ['b'] }),
    ]
    for (const attempt of refused)
      expect(await failure(attempt)).toMatchObject({ code: 'maas.invalid', context: { sent: 'no' } })
    expect(maas.received).toEqual([])
  })

  it('reuses connections for reads and takes a fresh one for each change', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, machineRecord()))
    await using under = client(maas.url)
    for (let n = 0; n < 5; n++) await under.machine('p3wxky')
    const forReads = maas.connections()
    expect(forReads).toBeLessThanOrEqual(2)
    await under.rescueMode('p3wxky')
    await under.exitRescueMode('p3wxky')
    expect(maas.connections()).toBe(forReads + 2)
    await eventually(maas.open).toBe(forReads)
    await under.close()
    await eventually(maas.open).toBe(0)
  })
})

const FORM = 'application/x-www-form-urlencoded'
