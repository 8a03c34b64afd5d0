import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Low } from 'lowdb'
import { JSONFile } from 'lowdb/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DurableFile, UNFINISHED_WRITE } from '../../src/stores/durable-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hwa-file-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a document is written whole, read back, and leaves no temporary file', async () => {
  const path = join(folder, 'a.json')
  const db = new Low<{ n: number }>(new DurableFile(path), { n: 0 })
  await db.read()
  expect(db.data).toEqual({ n: 0 })
  db.data.n = 1
  await db.write()
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ '@crc': expect.any(String), n: 1 })
  expect(await readdir(folder)).toEqual(['a.json'])
})

test('each write holds the document as it was when it was asked for, and waiting writes merge into the newest', async () => {
  const path = join(folder, 'a.json')
  const file = new DurableFile<{ n: number }>(path)
  const document = { n: 0 }
  const writes = Array.from({ length: 200 }, (_, n) => {
    document.n = n
    return file.write(document)
  })
  document.n = -1
  await Promise.all(writes)
  expect(await file.read()).toEqual({ n: 199 })
})

test('two writers of one file do not stumble over each other (lowdb’s own adapter does)', async () => {
  const text = { text: 'x'.repeat(100_000) }
  const own = join(folder, 'lowdb.json')
  const theirs = await Promise.allSettled(
    Array.from({ length: 20 }, () => new Low(new JSONFile<typeof text>(own), text).write()),
  )
  expect(theirs.some(({ status }) => status === 'rejected')).toBe(true)

  const path = join(folder, 'ours.json')
  const ours = await Promise.allSettled(Array.from({ length: 20 }, () => new DurableFile(path).write(text)))
  expect(ours.every(({ status }) => status === 'fulfilled')).toBe(true)
  expect(await new DurableFile(path).read()).toEqual(text)
})

test('a write that fails leaves the document of before, no temporary file, and the next write works', async () => {
  const path = join(folder, 'a.json')
  const file = new DurableFile<object>(path)
  await file.write({ n: 1 })
  await expect((async () => file.write({ n: 1n }))()).rejects.toThrow(TypeError)
  await file.write({ n: 2 })
  expect(await file.read()).toEqual({ n: 2 })
  expect(await readdir(folder)).toEqual(['a.json'])
})

test('a torn or an empty file is an error, an absent one is none', async () => {
  expect(await new DurableFile(join(folder, 'absent.json')).read()).toBeNull()
  for (const content of ['', '{"n":']) {
    await writeFile(join(folder, 'a.json'), content)
    await expect(new DurableFile(join(folder, 'a.json')).read()).rejects.toBeInstanceOf(SyntaxError)
  }
})

test('a process killed at any instant leaves a whole document, never older than the last one it reported', async () => {
  const module = new URL('../../src/stores/durable-file.ts', import.meta.url).href
  const program = `
    const { DurableFile } = await import(${JSON.stringify(module)})
    const file = new DurableFile(process.argv[1])
    for (let n = 1; ; n += 1) {
      await file.write({ n, ballast: String(n % 10).repeat(200_000) })
      process.stdout.write(n + '\\n')
    }`
  for (const writes of [1, 3, 7]) {
    const path = join(folder, `killed-${writes}.json`)
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let reported = 0
    for await (const chunk of child.stdout) {
      reported = Math.max(reported, ...String(chunk).trim().split('\n').map(Number))
      if (reported >= writes) break
    }
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const document = (await new DurableFile<{ n: number; ballast: string }>(path).read())!
    expect(document.n).toBeGreaterThanOrEqual(reported)
    expect(document.ballast).toBe(String(document.n % 10).repeat(200_000))
    const others = (await readdir(folder)).filter((name) => !name.endsWith('.json'))
    expect(others.every((name) => UNFINISHED_WRITE.test(name))).toBe(true)
  }
}, 60_000)
