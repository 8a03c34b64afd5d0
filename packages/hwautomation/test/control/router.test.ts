import { describe, expect, it } from 'vitest'
import { tinySite, type TinySite } from './tiny-site.ts'

const HOSTILE = 'evil\u001B[2J\u009B31m\nname <b>&amp;'

function post(router: TinySite['router'], path: string, body: unknown, headers: Record<string, string> = {}) {
  return router.fetch(
    new Request(`http://control${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'hwa-by': 'ada', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )
}

async function errorOf(response: Response) {
  const { error } = (await response.json()) as { error: Record<string, any> }
  return { status: response.status, ...error } as Record<string, any>
}

describe('reading', () => {
  it('status tells the process, its switches, its runs and its slots', async () => {
    await using site = await tinySite()
    const run = await site.start('waits')
    for await (const event of run.events()) if (event.type === 'subtask.progress') break
    const status = await site.client.status()
    expect(status).toMatchObject({
      process: { pid: process.pid, since: '2026-01-01T00:00:00.000Z' },
      state: {},
      slots: { taken: 1, of: 10 },
      troubles: [],
    })
    expect(status.workflows).toMatchObject([
      {
        id: run.id,
        status: 'RUNNING',
        server: 'machine-1.example',
        requestedBy: 'ada',
        working: true,
        step: { id: 'two', number: 2, of: 3, status: 'running' },
        subTask: { name: 'waiting for the fan', detail: 'it turns', status: 'running' },
      },
    ])
  })

  it('lists runs newest first, a page at a time, by status and by server', async () => {
    await using site = await tinySite()
    const ids: string[] = []
    for (const server of ['one', 'two', 'three']) {
      const run = await site.start('ends', { resource: server })
      await run.outcome()
      ids.unshift(run.id)
    }
    const first = await site.client.runs({ limit: 2 })
    expect(first.workflows.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const second = await site.client.runs({ limit: 2, after: first.next! })
    expect(second.workflows.map(({ id }) => id)).toEqual(ids.slice(2))
    expect(second.next).toBeUndefined()
    expect((await site.client.runs({ status: ['FAILED'] })).workflows).toEqual([])
    expect((await site.client.history('two.example')).workflows).toMatchObject([{ id: ids[1], resource: 'two' }])
  })

  it('events are those there are, those after a seq, and those to come until the run ends', async () => {
    await using site = await tinySite()
    const run = await site.start('waits')
    const seen: number[] = []
    for await (const { seq, type } of site.client.events(run.id)) {
      seen.push(seq)
      if (type === 'subtask.started') await run.cancel({ by: 'bob', reason: 'enough' })
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect((await site.client.run(run.id)).workflow.status).toBe('CANCELLED')
    const after = []
    for await (const event of site.client.events(run.id, { after: seen.at(-3)! })) after.push(event.seq)
    expect(after).toEqual(seen.slice(-2))
    expect(site.router.openStreams).toBe(0)
  })

  it('the audit is the journal, of one server by any name it has', async () => {
    await using site = await tinySite()
    const one = await site.start('ends', { resource: 'one' })
    await (await site.start('ends', { resource: 'two' })).outcome()
    await one.outcome()
    const lines = []
    for await (const line of site.client.audit({ server: 'one.example' })) lines.push(line)
    expect(lines.length).toBeGreaterThan(5)
    expect(new Set(lines.map(({ resource }) => resource))).toEqual(new Set(['one']))
    expect(lines.filter(({ type }) => type === 'audit')).toMatchObject([
      { action: 'start', by: 'ada', outcome: 'accepted' },
    ])
    for await (const line of site.client.audit({ from: '2999-01-01T00:00:00Z' })) expect(line).toBeUndefined()
  })
})

describe('asking', () => {
  it('cancel, hold, release and skip say how the run is then, and are in the audit with who and why', async () => {
    await using site = await tinySite({ by: 'Zoë 慶' })
    const run = await site.start('waits')
    expect(await site.client.hold(run.id, { reason: 'the fan' })).toMatchObject({
      workflow: { hold: { by: 'Zoë 慶', via: 'cli', reason: 'the fan' } },
    })
    expect((await site.client.release(run.id)).workflow.hold).toBeUndefined()
    expect(await site.client.skip(run.id, { step: 'three', reason: 'not needed' })).toMatchObject({
      workflow: { skips: { three: { by: 'Zoë 慶', reason: 'not needed' } } },
    })
    expect(await site.client.cancel(run.id, { reason: HOSTILE })).toMatchObject({
      success: true,
      answer: 'requested',
      workflow: { id: run.id },
    })
    expect((await run.outcome()).status).toBe('CANCELLED')
    expect(await site.client.cancel(run.id)).toMatchObject({ success: false, answer: 'too-late' })
    const asked = []
    for await (const line of site.client.audit({})) if (line.type === 'audit') asked.push(line)
    expect(asked.map(({ action, by }) => [action, by])).toEqual([
      ['start', 'ada'],
      ...['hold', 'release', 'skip', 'cancel', 'cancel'].map((action) => [action, 'Zoë 慶']),
    ])
    expect(asked[4]).toMatchObject({ reason: HOSTILE.trim() })
  })

  it('approve lets a run begin that waits for a second person, and nobody approves what he asked for', async () => {
    await using site = await tinySite({ by: 'bob' })
    const run = await site.start('ends', { by: 'ada', approval: { reason: 'production rack' } })
    const own = await site.start('ends', { by: 'bob', resource: 'two', approval: { reason: 'production rack' } })
    expect((await site.client.run(run.id)).workflow.waitingFor?.kind).toBe('approval')
    await expect(site.client.approve(own.id)).rejects.toMatchObject({ code: 'workflow.own-approval', kind: 'conflict' })
    const answer = await site.client.approve(run.id, { reason: 'the window is free' })
    expect(answer.workflow.approval).toMatchObject({
      reason: 'production rack',
      granted: { by: 'bob', via: 'cli', reason: 'the window is free' },
    })
    expect((await run.outcome()).status).toBe('COMPLETED')
    expect((await site.client.approve(run.id)).workflow.status).toBe('COMPLETED')
  })

  it('retry makes a new run that goes on from the old one', async () => {
    await using site = await tinySite()
    const run = await site.start('fails')
    expect((await run.outcome()).status).toBe('FAILED')
    const { workflow } = await site.client.retry(run.id, { skip: ['two'], reason: 'it is a good fan' })
    expect(workflow.id).not.toBe(run.id)
    expect(workflow.retryOf).toBe(run.id)
    for await (const _ of site.client.events(workflow.id));
    expect((await site.client.run(workflow.id)).workflow.status).toBe('COMPLETED')
  })

  it('switches hold for all, and say who threw them', async () => {
    await using site = await tinySite()
    expect(await site.client.throwSwitch('manager/pause', { reason: 'hall 2' })).toMatchObject({
      state: { intake: { is: 'paused', by: 'ada', via: 'cli', reason: 'hall 2' } },
    })
    expect(await site.client.throwSwitch('hardware/forbid', { reason: 'upgrade' })).toMatchObject({
      state: { intake: { is: 'paused' }, hardwareOff: { reason: 'upgrade' } },
    })
    await site.client.throwSwitch('manager/proceed')
    expect((await site.client.throwSwitch('hardware/allow')).state).toEqual({})
    expect((await site.client.status()).state).toEqual({})
  })

  it('is refused where nobody says who asks', async () => {
    await using site = await tinySite()
    const run = await site.start('waits')
    for (const path of [
      'workflows/ID/cancel',
      'workflows/ID/hold',
      'manager/pause',
      'hardware/forbid',
      'orchestration/provision',
    ]) {
      const response = await post(site.router, `/api/${path.replace('ID', run.id)}`, {}, { 'hwa-by': '' })
      expect(await errorOf(response)).toMatchObject({ status: 400, code: 'control.nobody' })
    }
    expect(run.record()).toMatchObject({ status: 'RUNNING' })
    expect(run.record().cancel).toBeUndefined()
  })

  it('is refused where the site is only to read, or has no hardware', async () => {
    await using site = await tinySite()
    const { controlRouter } = await import('../../src/control/router.ts')
    const readOnly = controlRouter({ ...site.site, acting: undefined } as never)
    expect(await errorOf(await post(readOnly, '/api/manager/pause', {}))).toMatchObject({
      status: 409,
      code: 'control.read-only',
    })
    expect(
      await errorOf(await post(site.router, '/api/orchestration/provision', { server_id: 'a', device_type: 'b' })),
    ).toMatchObject({ status: 409, code: 'control.read-only' })
  })
})

describe('errors', () => {
  it('have one shape, and the status that fits', async () => {
    await using site = await tinySite()
    const run = await site.start('ends')
    await run.outcome()
    const get = (path: string) => site.router.fetch(new Request(`http://control${path}`))
    expect(await errorOf(await get('/api/nothing'))).toMatchObject({ status: 404, code: 'control.no-such-route' })
    expect(await errorOf(await get('/'))).toMatchObject({ status: 404, code: 'control.no-such-route' })
    expect(await errorOf(await get('/api/workflows/run_1'))).toMatchObject({
      status: 404,
      code: 'workflow.no-such-run',
      kind: 'invalid',
      retryable: false,
      context: { run: 'run_1' },
    })
    expect(await errorOf(await get('/api/workflows/run_1/events'))).toMatchObject({ status: 404 })
    expect(await errorOf(await get('/api/workflows/run_1/export'))).toMatchObject({ status: 404 })
    expect(await errorOf(await get('/api/workflows/..%2F..%2Fetc%2Fpasswd'))).toMatchObject({ status: 404 })
    expect(await errorOf(await post(site.router, '/api/workflows/run_1/cancel', {}))).toMatchObject({ status: 404 })
    expect(await errorOf(await post(site.router, `/api/workflows/${run.id}/hold`, {}))).toMatchObject({
      status: 409,
      code: 'workflow.has-ended',
    })
  })

  it('name all wrong fields of a request at once', async () => {
    await using site = await tinySite()
    const query = await site.router.fetch(
      new Request('http://control/api/workflows?status=late&limit=0&server=&colour=red'),
    )
    const { status, context } = await errorOf(query)
    expect(status).toBe(400)
    expect(context['problems'].map((problem: string) => problem.split(':')[0]).toSorted()).toEqual([
      'colour',
      'limit',
      'server',
      'status.0',
    ])
    const body = await errorOf(
      await post(site.router, '/api/workflows/run_1/retry', { assume: 'maybe', skip: 'one', force: true }),
    )
    expect(body['context']['problems'].map((problem: string) => problem.split(':')[0]).toSorted()).toEqual([
      'assume',
      'force',
      'skip',
    ])
  })

  it('a provisioning body is told in its own words', async () => {
    await using site = await tinySite()
    const wrong = {
      server_id: 'srv;001',
      target_ipmi_ip: '300.1.1.1',
      serverId: 'x',
      retry_count: 99,
      rack_location: 'R1',
    }
    const { status, code, context } = await errorOf(await post(site.router, '/api/orchestration/provision', wrong))
    expect([status, code]).toEqual([400, 'request.invalid'])
    expect(context['problems'].map((problem: string) => problem.split(':')[0]).toSorted()).toEqual([
      'device_type',
      'retry_count',
      'serverId',
      'server_id',
      'target_ipmi_ip',
    ])
  })

  it('a body that is no JSON, too large or of another type is not read', async () => {
    await using site = await tinySite()
    expect(await errorOf(await post(site.router, '/api/manager/pause', '{'))).toMatchObject({
      status: 400,
      code: 'control.invalid-request',
    })
    expect(
      await errorOf(await post(site.router, '/api/manager/pause', 'reason=x', { 'content-type': 'text/plain' })),
    ).toMatchObject({ status: 415, code: 'control.not-json' })
    expect(await errorOf(await post(site.router, '/api/manager/pause', { reason: 'x'.repeat(100_000) }))).toMatchObject(
      { status: 413, code: 'control.too-large' },
    )
    expect(site.manager.state).toEqual({})
  })

  it('hold no secret', async () => {
    await using site = await tinySite({ secret: 's3cr3t-value' })
    const response = await site.router.fetch(new Request('http://control/api/s3cr3t-value'))
    expect(await response.text()).toContain('«redacted»')
  })
})
