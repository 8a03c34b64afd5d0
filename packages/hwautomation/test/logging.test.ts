import { spawnSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { expect, test } from 'vitest'
import type { Logger } from '../src/logger.ts'
import { Redactor } from '../src/redaction.ts'
import { redactedLogger } from '../src/workflow/redacted-logger.ts'
import { testSite } from './provisioning/site.ts'

/** A real pino, and the lines it wrote. */
function pinoLines(): { readonly logger: pino.Logger; readonly lines: () => readonly Record<string, unknown>[] } {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  const logger = pino({ level: 'debug', base: null }, stream)
  const lines = () => chunks.map((chunk) => JSON.parse(chunk) as Record<string, unknown>)
  return { logger, lines }
}

test('pino takes the lines of a run: the same words each time, the run, the server and the step in fields', async () => {
  const { logger, lines } = pinoLines()
  const output = captured()
  try {
    await using site = await testSite({}, { logger })
    const { record } = await site.workflow().execute()
    const said = lines()
    expect(said.filter(({ msg }) => msg === 'run status').map(({ to }) => to)).toEqual([
      'PENDING',
      'RUNNING',
      'COMPLETED',
    ])
    const steps = said.filter(({ msg, to }) => msg === 'step status' && to === 'completed')
    const completed = record.steps.filter(({ status }) => status === 'completed')
    expect(steps.map(({ step }) => step)).toEqual(completed.map(({ id }) => id))
    for (const line of steps)
      expect(line).toMatchObject({ level: 30, workflowId: record.id, server: record.resource, attempt: 1 })
    for (const door of ['maas', 'ssh'])
      expect(said).toContainEqual(
        expect.objectContaining({
          level: 20,
          door,
          call: expect.any(String) as string,
          ms: expect.any(Number) as number,
        }),
      )
    expect(said.filter(({ level }) => Number(level) >= 50)).toEqual([])
    // what differs from time to time is in the fields
    expect(new Set(said.map(({ msg }) => msg)).size).toBeLessThan(15)
  } finally {
    output.end()
  }
  expect(output.text()).toBe('')
})

test('an error among the fields reaches pino whole, and masked', () => {
  const { logger, lines } = pinoLines()
  const redactor = new Redactor()
  redactor.add('s3cret/word')
  const cause = Object.assign(new Error('inner s3cret/word'), { code: 'ECONNRESET' })
  redactedLogger(logger, redactor).warn({ err: new TypeError('outer s3cret/word', { cause }) }, 'it s3cret/word failed')
  const [line] = lines()
  expect(line).toMatchObject({
    level: 40,
    msg: 'it «redacted» failed',
    err: {
      type: 'TypeError',
      message: 'outer «redacted»: inner «redacted»',
      stack: expect.stringMatching(/outer «redacted»[^]*caused by: Error: inner «redacted»/) as string,
    },
  })
  expect(JSON.stringify(line)).not.toContain('s3cret')
})

test('a logger that throws, or has no child loggers, harms no run', async () => {
  const broken = () => {
    throw new Error('no room for a log')
  }
  const logger: Logger = { debug: broken, info: broken, warn: broken, error: broken }
  await using site = await testSite({}, { logger })
  expect((await site.workflow().execute()).status).toBe('COMPLETED')
})

test('without a logger nothing is written to stdout or stderr, not even by loading the library', () => {
  const entry = new URL('../src/index.ts', import.meta.url).href
  const script = `const { createHwAutomation } = await import(${JSON.stringify(entry)})
const hw = await createHwAutomation({ maas: { url: 'http://127.0.0.1:9/MAAS', apiKey: 'a:b:c' }, ssh: { privateKey: 'x' }, env: {} })
await hw.maas.version().catch(() => {})
await hw.close()`
  const args = ['--import', 'tsx', '--conditions=@hwautomation/source', '--input-type=module', '-e', script]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})

/** What this process writes to stdout and stderr until `end`. */
function captured(): { readonly text: () => string; end(): void } {
  const chunks: string[] = []
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }))
  for (const { stream } of streams)
    stream.write = (chunk: string | Uint8Array) => {
      chunks.push(String(chunk))
      return true
    }
  return {
    text: () => chunks.join(''),
    end() {
      for (const { stream, write } of streams) stream.write = write
    },
  }
}
