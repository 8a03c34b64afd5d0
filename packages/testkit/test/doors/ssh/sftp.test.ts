import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Client, SFTPWrapper } from 'ssh2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HostFixture, sftpOf, startHost } from './host-fixture.ts'

let host: HostFixture
let client: Client
let sftp: SFTPWrapper
let folder: string
beforeEach(async () => {
  host = await startHost()
  client = await host.connect()
  sftp = await sftpOf(client)
  folder = mkdtempSync(join(tmpdir(), 'sftp-'))
})
afterEach(async () => {
  await host[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

// ssh2's fastPut does not always call back when its connection is cut.
const put = (from: string, to: string, options: object = {}): Promise<void> =>
  new Promise((resolve, reject) => {
    sftp.once('close', () => reject(new Error('No response: closed')))
    sftp.fastPut(from, to, options, (error) => (error ? reject(error) : resolve()))
  })
const get = (from: string, to: string): Promise<void> =>
  new Promise((resolve, reject) => sftp.fastGet(from, to, (error) => (error ? reject(error) : resolve())))
const local = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test('half a megabyte goes up and comes down unchanged, with its mode', async () => {
  const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, index) => index % 251))
  await put(local('up', bytes), 'up', { mode: 0o750 })
  await get('up', join(folder, 'down'))
  expect(readFileSync(join(folder, 'down')).equals(bytes)).toBe(true)
  expect((await host.run('stat -c "%a %s %U" up', { on: client })).stdout).toBe('750 500000 ubuntu\n')
  expect(host.log.calls()).toEqual(expect.arrayContaining(['sftp put', 'sftp get']))
})

test('rename does not replace a file, posix-rename does', async () => {
  await put(local('a', 'A'), 'a')
  await put(local('b', 'B'), 'b')
  await expect(promisify(sftp.rename.bind(sftp))('a', 'b')).rejects.toThrow('Failure')
  await promisify(sftp.ext_openssh_rename.bind(sftp))('a', 'b')
  expect((await host.run('cat b; ls', { on: client })).stdout).toBe('Ab\n')
})

test('folders, listings, attributes and links are those of the host', async () => {
  await promisify(sftp.mkdir.bind(sftp) as (path: string, callback: (error?: Error | null) => void) => void)('d')
  await host.run('touch d/x; echo hi > d/y; ln -s y d/l', { on: client })
  const list = await promisify(sftp.readdir.bind(sftp))('d')
  expect(list.map(({ filename }) => filename).toSorted()).toEqual(['l', 'x', 'y'])
  expect((await promisify(sftp.stat.bind(sftp))('d/l')).size).toBe(3)
  await new Promise<void>((resolve, reject) => sftp.chmod('d/y', 0o600, (error) => (error ? reject(error) : resolve())))
  expect((await promisify(sftp.stat.bind(sftp))('d/y')).mode & 0o777).toBe(0o600)
  expect(await promisify(sftp.realpath.bind(sftp))('d/../d')).toBe('/home/ubuntu/d')
  await promisify(sftp.unlink.bind(sftp))('d/x')
  await expect(promisify(sftp.rmdir.bind(sftp))('d')).rejects.toThrow('Failure')
  await expect(promisify(sftp.stat.bind(sftp))('d/x')).rejects.toMatchObject({ code: 2 })
})

test("what is root's stays root's", async () => {
  await expect(put(local('a', 'A'), '/etc/a')).rejects.toMatchObject({ code: 3 })
  await expect(get('/etc/ssh/ssh_host_ed25519_key', join(folder, 'key'))).rejects.toMatchObject({ code: 3 })
})

test('an upload that is cut leaves a part of the file', async () => {
  host.faults.once({ call: 'sftp put', mode: 'drop-mid-reply' })
  await expect(put(local('big', Buffer.alloc(100_000, 'x')), 'big')).rejects.toThrow()
  const size = Number((await host.run('wc -c < big')).stdout)
  expect(size).toBeGreaterThan(0)
  expect(size).toBeLessThan(100_000)
  expect(host.log.of('sftp put')).toMatchObject([{ outcome: 'dropped', fault: 'drop-mid-reply' }])
})

test.each([
  ['refuse', 'Failure', 'absent'],
  ['auth-failure', 'Permission denied', 'absent'],
  ['wrong-status', 'Failure', 'absent'],
  ['drop-before-effect', 'No response', 'absent'],
  ['reply-lost-after-effect', 'No response', 'present'],
] as const)('%s on an upload', async (mode, text, after) => {
  host.faults.once({ call: 'sftp put', mode })
  await expect(put(local('f', 'content'), 'f')).rejects.toThrow(text)
  expect((await host.run('cat f')).stdout).toBe(after === 'present' ? 'content' : '')
})

test('an upload that is only acknowledged is not there, one that is late comes later, and a garbled one has other bytes', async () => {
  host.faults.once({ call: 'sftp put', mode: 'ack-no-effect' })
  await put(local('f', 'content'), 'none')
  expect((await host.run('ls none', { on: client })).code).toBe(2)
  host.faults.once({ call: 'sftp put', mode: 'effect-late', delayMs: 5_000 })
  await put(join(folder, 'f'), 'late')
  expect((await host.run('ls late; sleep 6; cat late', { on: client })).stdout).toBe('content')
  host.faults.once({ call: 'sftp put', mode: 'garbage' })
  await put(join(folder, 'f'), 'garbled')
  const { stdout } = await host.run('cat garbled', { on: client })
  expect(stdout).not.toBe('content')
})
