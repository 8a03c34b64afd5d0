import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEY_LINE, TestMaas } from './lab.ts'

let maas: TestMaas
beforeAll(async () => {
  maas = await TestMaas.open([{ hostname: 'srv001' }, { hostname: 'srv002', status: 'allocated', owner: 'eve' }])
})
afterAll(() => maas[Symbol.asyncDispose]())

const A = () => maas.id('srv001')
const HASH = /^[0-9a-f]{40}$/

describe('fixed answers', () => {
  it.each(['admin', null])('version/ with credentials of %s', async (as) => {
    const answer = await maas.call('GET', 'version/', { as })
    expect([answer.status, answer.type, answer.json.version, answer.json.capabilities.length]).toEqual([
      200,
      'application/json; charset=utf-8',
      '3.3.11',
      9,
    ])
    expect(answer.headers.get('vary')).toBe('Authorization')
    expect(answer.headers.get('x-maas-api-hash')).toMatch(HASH)
  })

  it.each<[string, unknown]>([
    [
      'users/?op=whoami',
      {
        is_superuser: true,
        username: 'admin',
        email: 'admin@example.com',
        is_local: true,
        resource_uri: '/MAAS/api/2.0/users/admin/',
      },
    ],
    ['zones/', [{ name: 'default', description: '', id: 1, resource_uri: '/MAAS/api/2.0/zones/default/' }]],
    [
      'resourcepools/',
      [{ name: 'default', description: 'Default pool', id: 0, resource_uri: '/MAAS/api/2.0/resourcepool/0/' }],
    ],
    ['account/prefs/sshkeys/', [{ id: 1, key: KEY_LINE, keysource: null }]],
  ])('GET %s', async (path, wanted) => {
    const answer = await maas.call('GET', path)
    expect([answer.status, answer.json]).toEqual([200, wanted])
    expect(answer.headers.get('vary')).toBe('Authorization, Cookie')
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(answer.text)))
  })

  it('an SSH key is added with 201, and again with 400', async () => {
    const key = `${KEY_LINE}-second`
    const first = await maas.call('POST', 'account/prefs/sshkeys/', { as: 'eve', body: { key } })
    expect([first.status, Object.keys(first.json).toSorted()]).toEqual([201, ['id', 'key', 'keysource']])
    const again = await maas.call('POST', 'account/prefs/sshkeys/', { as: 'eve', body: { key } })
    expect([again.status, again.json]).toEqual([400, { __all__: ['This key has already been added for this user.'] }])
  })
})

describe('what is no endpoint or no operation', () => {
  it.each<[string, string, number, string, string]>([
    ['GET', 'machines', 404, 'text/plain', 'Unknown API endpoint: /MAAS/api/2.0/machines.'],
    ['POST', 'tags', 404, 'text/plain', 'Unknown API endpoint: /MAAS/api/2.0/tags.'],
    ['GET', 'nosuch/', 404, 'text/plain', 'Unknown API endpoint: /MAAS/api/2.0/nosuch/.'],
    ['GET', '/MAAS/api/2.0/', 404, 'text/plain', 'Unknown API endpoint: /MAAS/api/2.0/.'],
    [
      'GET',
      '/MAAS/api/1.0/version/',
      410,
      'text/plain',
      'The 1.0 API is no longer available. Please use API version 2.0.',
    ],
    ['GET', 'machines/?op=list', 400, 'text/plain; charset=utf-8', 'Unrecognised signature: method=GET op=list'],
    [
      'POST',
      'machines/{A}/?op=nosuch',
      400,
      'text/plain; charset=utf-8',
      'Unrecognised signature: method=POST op=nosuch',
    ],
    ['POST', 'machines/{A}/', 400, 'text/plain; charset=utf-8', 'Unrecognised signature: method=POST op=None'],
    [
      'GET',
      'machines/{A}/?op=commission',
      400,
      'text/plain; charset=utf-8',
      'Unrecognised signature: method=GET op=commission',
    ],
    [
      'POST',
      'machines/{A}/?op=query_power_state',
      400,
      'text/plain; charset=utf-8',
      'Unrecognised signature: method=POST op=query_power_state',
    ],
    [
      'POST',
      'machines/{A}/?op=allocate',
      400,
      'text/plain; charset=utf-8',
      'Unrecognised signature: method=POST op=allocate',
    ],
    ['GET', 'events/', 400, 'text/plain; charset=utf-8', 'Unrecognised signature: method=GET op=None'],
    ['GET', 'machines/?format=xml', 400, 'text/plain; charset=utf-8', "Invalid output format specified 'xml'."],
    ['GET', 'machines/nosuch/', 404, 'text/plain', 'No Machine matches the given query.'],
    ['POST', 'machines/nosuch/?op=commission', 404, 'text/plain', 'No Machine matches the given query.'],
    ['GET', 'nodes/nosuch/', 404, 'text/plain', 'No Node matches the given query.'],
    ['GET', 'tags/nosuch/', 404, 'text/plain', 'No Tag matches the given query.'],
  ])('%s %s → %d', async (method, path, status, type, text) => {
    const answer = await maas.call(method, path.replace('{A}', A()))
    expect([answer.status, answer.type, answer.text]).toEqual([status, type, text])
    const hashed = text.startsWith('No ')
    expect(answer.headers.get('x-maas-api-hash') !== null).toBe(hashed)
    expect(answer.headers.get('vary')).toBe(hashed ? 'Authorization, Cookie' : 'Cookie')
  })

  it.each<[string, string, string]>([
    ['DELETE', 'machines/', 'POST, GET'],
    ['PUT', 'machines/', 'POST, GET'],
    ['PATCH', 'machines/{A}/', 'DELETE, PUT, POST, GET'],
    ['HEAD', 'machines/{A}/', 'DELETE, PUT, POST, GET'],
    ['OPTIONS', 'machines/{A}/', 'DELETE, PUT, POST, GET'],
    ['HEAD', 'version/', 'GET'],
  ])('%s %s → 405', async (method, path, allow) => {
    const answer = await maas.call(method, path.replace('{A}', A()))
    expect([answer.status, answer.type, answer.text, answer.headers.get('allow')]).toEqual([
      405,
      'text/html',
      '',
      allow,
    ])
    expect(answer.headers.get('x-maas-api-hash')).toMatch(HASH)
  })

  it('a double slash before api does no harm, a path outside /MAAS/ is an HTML 404', async () => {
    expect((await maas.call('GET', '/MAAS//api/2.0/version/')).status).toBe(200)
    const outside = await maas.call('GET', '/nosuch')
    expect([outside.status, outside.type]).toEqual([404, 'text/html'])
    expect(outside.text).toMatch(/404 - No Such Resource/)
  })
})

describe('bodies', () => {
  const description = async () => (await maas.record('srv001'))['description']
  const put = (headers: Record<string, string>, body: string | FormData) =>
    maas.raw('PUT', `machines/${A()}/`, { authorization: maas.sign('admin'), ...headers }, body)

  it('urlencoded, multipart and JSON are read', async () => {
    expect((await put({ 'content-type': 'application/x-www-form-urlencoded' }, 'description=one+1')).status).toBe(200)
    expect(await description()).toBe('one 1')
    const form = new FormData()
    form.set('description', 'two & ü')
    expect((await put({}, form)).status).toBe(200)
    expect(await description()).toBe('two & ü')
    expect((await put({ 'content-type': 'application/json' }, JSON.stringify({ description: 'three' }))).status).toBe(
      200,
    )
    expect(await description()).toBe('three')
  })

  it('a body without a known content type is silently ignored', async () => {
    const before = await description()
    expect((await put({ 'content-type': '' }, 'description=lost')).status).toBe(200)
    expect(await description()).toBe(before)
  })

  it('malformed JSON is a plain 400', async () => {
    const answer = await put({ 'content-type': 'application/json' }, '{"description":')
    expect([answer.status, answer.type, answer.text]).toEqual([400, 'text/plain', 'Bad Request'])
  })

  it('op is found in the form too', async () => {
    const answer = await maas.call('POST', `machines/${A()}/`, { body: { op: 'lock' } })
    expect([answer.status, answer.text]).toEqual([409, "Can't lock, node is not deployed or deploying"])
  })

  it('an operation that reads the form only does not see a JSON body', async () => {
    await maas.call('POST', 'tags/', { body: { name: 'json-blind' } })
    const headers = { authorization: maas.sign('admin'), 'content-type': 'application/json' }
    const answer = await maas.raw('POST', 'tags/json-blind/?op=update_nodes', headers, JSON.stringify({ add: [A()] }))
    expect(answer.json).toEqual({ added: 0, removed: 0 })
  })
})

describe('a user who is no admin', () => {
  it('does not list a machine that somebody else owns, and gets 403 for it by id', async () => {
    const list = await maas.call('GET', 'machines/', { as: 'bob' })
    expect(list.json.map((record: { hostname: string }) => record.hostname)).toEqual(['srv001'])
    expect((await maas.call('GET', `machines/${maas.id('srv002')}/`, { as: 'bob' })).status).toBe(403)
  })

  it.each<[string, string, string]>([
    ['POST', 'machines/{A}/?op=commission', ''],
    ['POST', 'machines/{A}/?op=rescue_mode', ''],
    ['POST', 'machines/{A}/?op=exit_rescue_mode', ''],
    ['POST', 'machines/{A}/?op=mark_fixed', ''],
    ['POST', 'machines/{A}/?op=unlock', ''],
    ['PUT', 'machines/{A}/', ''],
    ['DELETE', 'machines/{A}/', ''],
    ['GET', 'machines/{A}/?op=power_parameters', ''],
    ['GET', 'machines/?op=power_parameters', 'This method is reserved for admin users.'],
    ['POST', 'tags/', ''],
    ['POST', 'tags/virtual/?op=update_nodes', 'Must be a superuser or supply a rack_controller'],
    ['DELETE', 'tags/virtual/', ''],
  ])('%s %s → 403 %j', async (method, path, text) => {
    const answer = await maas.call(method, path.replace('{A}', A()), { as: 'bob' })
    expect([answer.status, answer.type, answer.text]).toEqual([403, 'text/plain; charset=utf-8', text])
  })
})
