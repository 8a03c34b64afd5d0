import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectControl } from '../../src/control/client.ts'
import { startControl } from '../../src/control/server.ts'
import { socketPlace } from '../../src/control/socket-path.ts'
import { tinySite } from './tiny-site.ts'

/** Waits for something that another process or a socket brings about; vitest's time-out ends it. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setImmediate(resolve))
}

describe('the control socket', () => {
  it('answers the user who owns it, and nobody else may open it', async () => {
    await using site = await tinySite()
    const server = await site.serve()
    expect((await stat(server.path)).mode & 0o777).toBe(0o600)
    expect((await stat(server.path)).uid).toBe(userInfo().uid)
    expect((await site.connect(server).status()).process?.pid).toBe(process.pid)
  })

  it('carries a run from its start to its end, with a name of any script', async () => {
    await using site = await tinySite()
    const client = site.connect(await site.serve(), 'Zoë 慶')
    const run = await site.start('waits')
    const types = new Set<string>()
    for await (const event of client.events(run.id)) {
      types.add(event.type)
      if (event.type === 'subtask.started') await client.cancel(run.id, { reason: 'mañana' })
    }
    expect([...types]).toContain('workflow.cancel-requested')
    expect((await client.run(run.id)).workflow).toMatchObject({
      status: 'CANCELLED',
      cancel: { by: 'Zoë 慶', via: 'cli', reason: 'mañana' },
    })
  })

  it('a client that hangs up in the middle of a stream leaves nothing behind', async () => {
    await using site = await tinySite()
    const server = await site.serve()
    const run = await site.start('waits')
    for await (const event of site.connect(server).events(run.id)) if (event.type === 'subtask.started') break
    await until(() => server.openStreams === 0)

    const socket = connect(server.path)
    socket.write(`GET /api/workflows/${run.id}/events HTTP/1.1\r\nhost: control\r\n\r\n`)
    await once(socket, 'data')
    expect(server.openStreams).toBe(1)
    socket.destroy()
    await until(() => server.openStreams === 0)
    expect(run.status).toBe('RUNNING')
  })

  it('stops reading for a client that has hung up, also where nothing more happens', async () => {
    await using site = await tinySite()
    let reading = 0
    const { reading: usual } = site.site
    const counted = {
      ...usual,
      async *events(...args: Parameters<typeof usual.events>) {
        reading += 1
        try {
          yield* usual.events(...args)
        } finally {
          reading -= 1
        }
      },
    }
    await using server = await startControl({ ...site.site, reading: counted }, { path: join(site.folder, 'c.sock') })
    const run = await site.start('waits')
    for await (const event of site.connect(server).events(run.id)) {
      expect(reading).toBe(1)
      if (event.type === 'subtask.progress') break
    }
    await until(() => reading === 0)
  })

  it('an aborted signal ends the following without an error', async () => {
    await using site = await tinySite()
    const client = site.connect(await site.serve())
    const run = await site.start('waits')
    const stop = new AbortController()
    for await (const event of client.events(run.id, { signal: stop.signal }))
      if (event.type === 'subtask.started') stop.abort()
    expect(run.status).toBe('RUNNING')
  })

  it('closing ends the streams, lets the answers out, and removes the socket', async () => {
    await using site = await tinySite()
    const server = await site.serve()
    const client = site.connect(server)
    const run = await site.start('waits')
    const events = []
    for await (const event of client.events(run.id)) {
      events.push(event.type)
      if (event.type === 'subtask.started') void server.close()
    }
    expect(events.at(-1)).not.toBe('workflow.status')
    await server.close()
    expect(existsSync(server.path)).toBe(false)
    await expect(client.status()).rejects.toMatchObject({ code: 'control.no-owner', kind: 'transient' })
  })

  it('ends its streams when the manager is closed', async () => {
    await using site = await tinySite()
    const client = site.connect(await site.serve())
    const run = await site.start('waits')
    for await (const event of client.events(run.id))
      if (event.type === 'subtask.started') void site.manager.close({ mode: 'detach' })
    await expect(client.throwSwitch('manager/pause')).rejects.toMatchObject({ code: 'workflow.manager-closed' })
  })

  it('takes the place of a socket that a process left which was killed', async () => {
    await using site = await tinySite()
    const path = join(site.folder, 'control.sock')
    const listen = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
    const owner = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(owner.stdout, 'data')
    owner.kill('SIGKILL')
    await once(owner, 'close')
    expect((await stat(path)).isSocket()).toBe(true)
    const server = await site.serve(path)
    expect((await site.connect(server).status()).process?.pid).toBe(process.pid)
  })

  it('that is closed late leaves the socket of the next owner alone', async () => {
    await using site = await tinySite()
    const [old, next] = [await site.serve(), await site.serve()]
    expect(next.path).toBe(old.path)
    await old.close()
    expect((await site.connect(next).status()).process?.pid).toBe(process.pid)
    await next.close()
    expect(existsSync(next.path)).toBe(false)
    expect(await readdir(site.folder)).toEqual([])
  })

  it('leaves the folder of a long path to the next owner, who may be about to serve in it', async () => {
    await using site = await tinySite()
    const server = await site.serve(join(site.folder, 'x'.repeat(60), 'w'.repeat(60), 'control.sock'))
    const next = `${server.path}.99999`
    await writeFile(next, '')
    await server.close()
    expect([existsSync(server.path), existsSync(next)]).toEqual([false, true])
    await rm(dirname(next), { recursive: true })
  })

  it('is in a folder of its own where the path is too long for a socket, and its folder goes with it', async () => {
    await using site = await tinySite()
    const long = join(site.folder, 'x'.repeat(60), 'y'.repeat(60), 'control.sock')
    await mkdir(dirname(long), { recursive: true })
    const server = await site.serve(long)
    expect(Buffer.byteLength(server.path)).toBeLessThan(108)
    const folder = dirname(server.path)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(server.path)).mode & 0o777).toBe(0o600)
    expect((await site.connect(server).status()).process?.pid).toBe(process.pid)
    await server.close()
    expect(existsSync(folder)).toBe(false)
  })

  it('never uses a folder that others may enter', async () => {
    const long = join('/', 'z'.repeat(120), `${process.pid}.sock`)
    const usual = await socketPlace(long)
    await usual.leave()
    await mkdir(dirname(usual.path), { mode: 0o755 })
    const place = await socketPlace(long)
    expect(dirname(place.path)).not.toBe(dirname(usual.path))
    expect((await stat(dirname(place.path))).mode & 0o777).toBe(0o700)
    await place.leave()
    await usual.leave()
  })

  it('that cannot be opened says so with its path', async () => {
    await using site = await tinySite()
    await writeFile(join(site.folder, 'file'), '')
    await expect(site.serve(join(site.folder, 'file', 'control.sock'))).rejects.toMatchObject({
      code: 'control.no-socket',
      context: { path: join(site.folder, 'file', 'control.sock') },
    })
  })
})

describe('the control client', () => {
  it('says whether something may have been done when the other process dies before its answer', async () => {
    await using site = await tinySite()
    const path = join(site.folder, 'dying.sock')
    const dying = createServer((_, response) => response.socket?.destroy())
    await new Promise<void>((resolve) => dying.listen(path, resolve))
    await using client = connectControl(path, { by: 'ada' })
    await expect(client.status()).rejects.toMatchObject({ code: 'control.lost-contact', kind: 'transient' })
    await expect(client.cancel('run_1')).rejects.toMatchObject({
      code: 'control.lost-contact',
      kind: 'lost-contact-after-effect',
    })
    dying.close()
  })

  it('a stream that is cut is an error, not an end', async () => {
    await using site = await tinySite()
    const path = join(site.folder, 'cut.sock')
    const cut = createServer((_, response) => {
      response.write('{"seq":1}\n{"se', () => response.socket?.destroy())
    })
    await new Promise<void>((resolve) => cut.listen(path, resolve))
    await using client = connectControl(path, { by: 'ada' })
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const event of client.events('run_1')) seen.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'control.lost-contact' })
    expect(seen).toEqual([{ seq: 1 }])
    cut.close()
  })

  it('an answer in other words is told as such', async () => {
    await using site = await tinySite()
    const path = join(site.folder, 'other.sock')
    const other = createServer((_, response) => response.writeHead(500).end('<html>'))
    await new Promise<void>((resolve) => other.listen(path, resolve))
    await using client = connectControl(path, { by: 'ada' })
    await expect(client.status()).rejects.toMatchObject({ code: 'control.unreadable-answer' })
    other.close()
  })
})
