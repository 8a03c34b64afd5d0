import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HostFixture, startHost } from './host-fixture.ts'
import { scripts } from './scripts.ts'

/** The oracle is dash, as on Debian and Ubuntu. */
const realShellIsDash = existsSync('/bin/sh') && readlinkSync('/bin/sh', 'utf8').endsWith('dash')

let host: HostFixture
let client: Client
beforeAll(async () => {
  host = await startHost()
  client = await host.connect()
})
afterAll(() => host[Symbol.asyncDispose]())

describe.runIf(realShellIsDash).each(Object.entries(scripts))(
  'the simulated shell answers like the real one: %s',
  (_group, list) => {
    test.each(list.map((script) => [script]))('%s', async (script) => {
      const folder = mkdtempSync(join(tmpdir(), 'sh-'))
      try {
        const real = spawnSync('/bin/sh', ['-c', script, 'sh'], {
          cwd: folder,
          input: '',
          encoding: 'utf8',
          timeout: 10_000,
          env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8' },
        })
        const quoted = script.replaceAll("'", `'\\''`)
        const enter = `d=$(mktemp -d /tmp/sh-XXXXXX); cd $d && HOME=$d exec sh -c '${quoted}' sh`
        const simulated = await host.run(enter, { on: client })
        expect({ code: simulated.code, stdout: simulated.stdout }).toEqual({ code: real.status, stdout: real.stdout })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  },
)
