import { describe, expect, it } from 'vitest'
import { Redactor, REDACTED } from '../../src/redaction.ts'
import { client, failure } from './fixtures.ts'
import { json, scriptedMaas, sentence } from './scripted-maas.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** A script set as MAAS 3.3 sends it. */
function scriptSet(...results: object[]) {
  const result = {
    id: 265,
    status: 2,
    status_name: 'Passed',
    exit_status: 0,
    started: 'Mon, 23 Nov 2026 05:45:47 -0000',
    parameters: {},
  }
  return {
    id: 43,
    type: 0,
    status: 3,
    status_name: 'Failed',
    results: results.map((given) => ({ ...result, ...given })),
  }
}

describe('what the scripts of a commissioning printed', () => {
  it('is decoded, masked, and only then shortened to its end', async () => {
    const redactor = new Redactor()
    redactor.add('bmc-Passw0rd!')
    const text = 'é'.repeat(50) + 'user ada password bmc-Passw0rd!'
    await using maas = await scriptedMaas((_, response) =>
      json(
        response,
        scriptSet({
          name: '30-maas-01-bmc-config',
          status: 3,
          status_name: 'Failed',
          exit_status: 1,
          output: base64(text),
          stderr: base64('sorry'),
        }),
      ),
    )
    await using under = client(maas.url, { redactor })
    const results = await under.commissioningResults('p3wxky', { output: { tail: 15 } })
    expect(results).toEqual({
      id: 43,
      status: 3,
      statusName: 'Failed',
      scripts: [
        {
          name: '30-maas-01-bmc-config',
          status: 3,
          statusName: 'Failed',
          exitStatus: 1,
          failed: true,
          output: `…word ${REDACTED}`,
          stderr: 'sorry',
        },
      ],
    })
    expect(maas.received[0]?.url).toBe('/MAAS/api/2.0/nodes/p3wxky/results/current-commissioning/?include_output=true')
  })

  it('is not fetched where it is not asked for; a script that has not run has no exit status', async () => {
    await using maas = await scriptedMaas((_, response) =>
      json(response, scriptSet({ name: 'maas-lshw', status: 0, status_name: 'Pending', exit_status: null })),
    )
    await using under = client(maas.url)
    expect((await under.commissioningResults('p3wxky', { set: 43, scripts: ['maas-lshw', 'acme'] }))?.scripts).toEqual([
      { name: 'maas-lshw', status: 0, statusName: 'Pending', exitStatus: undefined, failed: false },
    ])
    expect(maas.received[0]?.url).toBe('/MAAS/api/2.0/nodes/p3wxky/results/43/?filters=maas-lshw%2Cacme')
  })

  it('is undefined where the machine was never commissioned, and an error where the asked set is unknown', async () => {
    await using maas = await scriptedMaas(({ url }, response) => {
      if (url.includes('current'))
        sentence(response, 400, 'Unknown id "current-commissioning" must be current-commissioning, current-testing …')
      else sentence(response, 404, 'No ScriptSet matches the given query.')
    })
    await using under = client(maas.url)
    expect(await under.commissioningResults('p3wxky')).toBeUndefined()
    expect(await failure(under.commissioningResults('p3wxky', { set: 9999 }))).toMatchObject({ code: 'maas.not-found' })
  })
})
