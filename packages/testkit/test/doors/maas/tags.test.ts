import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestMaas } from './lab.ts'

let maas: TestMaas
beforeAll(async () => {
  maas = await TestMaas.open([{ hostname: 'srv001' }, { hostname: 'srv002', tags: ['old'] }])
  await maas.call('POST', 'tags/', { body: { name: 't', comment: 'for all' } })
})
afterAll(() => maas[Symbol.asyncDispose]())

const update = (body: Record<string, string | string[]>, tag = 't') =>
  maas.call('POST', `tags/${tag}/?op=update_nodes`, { body })
const tagged = async () => [...(await maas.record('srv001')).tag_names, '|', ...(await maas.record('srv002')).tag_names]

describe('creating tags, as recorded', () => {
  it('answers 200 with the tag', async () => {
    const answer = await maas.call('POST', 'tags/', { body: { name: 'hw-ready', comment: 'ready for use' } })
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        name: 'hw-ready',
        definition: '',
        comment: 'ready for use',
        kernel_opts: '',
        resource_uri: '/MAAS/api/2.0/tags/hw-ready/',
      },
    ])
    expect((await maas.call('GET', 'tags/hw-ready/')).json).toEqual(answer.json)
  })

  it.each<[string, Record<string, string>, string]>([
    ['a duplicate', { name: 'old' }, 'Tag with this Name already exists.'],
    ['a space', { name: 'bad name' }, 'Enter a valid value.'],
    ['a slash', { name: 'a/b' }, 'Enter a valid value.'],
    ['a dot', { name: 'a.b' }, 'Enter a valid value.'],
    ['letters beyond ASCII', { name: 'ünï' }, 'Enter a valid value.'],
    ['an empty name', { name: '' }, 'This field is required.'],
    ['no name', {}, 'This field is required.'],
    ['257 characters', { name: 'x'.repeat(257) }, 'Ensure this value has at most 256 characters (it has 257).'],
  ])('refuses %s', async (_case, body, message) => {
    const answer = await maas.call('POST', 'tags/', { body })
    expect([answer.status, answer.json]).toEqual([400, { name: [message] }])
  })

  it('of eight creates at once exactly one succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => maas.call('POST', 'tags/', { body: { name: 'race' } })),
    )
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([
      200, 400, 400, 400, 400, 400, 400, 400,
    ])
  })
})

describe('update_nodes counts the nodes named, not the changes', () => {
  it('step by step', async () => {
    const [A, B] = [maas.id('srv001'), maas.id('srv002')]
    const steps: [Record<string, string | string[]>, { added: number; removed: number }, string[]][] = [
      [{ add: [A, B] }, { added: 2, removed: 0 }, ['t', '|', 't', 'old']],
      [{ add: A }, { added: 1, removed: 0 }, ['t', '|', 't', 'old']],
      [{ remove: B }, { added: 0, removed: 1 }, ['t', '|', 'old']],
      [{ remove: B }, { added: 0, removed: 1 }, ['t', '|', 'old']],
      [{ add: 'nosuch' }, { added: 0, removed: 0 }, ['t', '|', 'old']],
      [{ add: ['nosuch', B] }, { added: 1, removed: 0 }, ['t', '|', 't', 'old']],
      [{ remove: `${A},${B}` }, { added: 0, removed: 0 }, ['t', '|', 't', 'old']],
      [{ add: A, remove: A }, { added: 1, removed: 1 }, ['|', 't', 'old']],
      [{}, { added: 0, removed: 0 }, ['|', 't', 'old']],
    ]
    for (const [body, counts, after] of steps) {
      const answer = await update(body)
      expect([answer.status, answer.json]).toEqual([200, counts])
      expect(await tagged()).toEqual(after)
    }
  })

  it('an unknown tag is a 404', async () => {
    expect((await update({ add: 'x' }, 'nosuch')).text).toBe('No Tag matches the given query.')
  })

  it('a rename and a delete reach the machines', async () => {
    await maas.call('POST', 'tags/', { body: { name: 'hw1' } })
    await update({ add: maas.id('srv001') }, 'hw1')
    expect((await maas.call('PUT', 'tags/hw1/', { body: { name: 'hw2' } })).status).toBe(200)
    expect((await maas.record('srv001')).tag_names).toEqual(['hw2'])
    expect(
      (await maas.call('GET', 'tags/hw2/?op=machines')).json.map((record: { hostname: string }) => record.hostname),
    ).toEqual(['srv001'])
    const gone = await maas.call('DELETE', 'tags/hw2/')
    expect([gone.status, gone.type, gone.text]).toEqual([204, 'text/plain', ''])
    expect((await maas.call('DELETE', 'tags/hw2/')).status).toBe(404)
    expect((await maas.record('srv001')).tag_names).toEqual([])
  })
})
