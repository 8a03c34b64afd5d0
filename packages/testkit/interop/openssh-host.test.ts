import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startHost } from '../test/doors/ssh/host-fixture.ts'

describe("OpenSSH's own client", () => {
  test('runs a command', async () => {
    await using other = await startHost({ clock: { speed: 2000 } })
    const folder = mkdtempSync(join(tmpdir(), 'ssh-'))
    try {
      writeFileSync(join(folder, 'key'), other.privateKey, { mode: 0o600 })
      const options = [
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        `UserKnownHostsFile=${folder}/known`,
        '-o',
        'BatchMode=yes',
        '-F',
        'none',
      ]
      const run = promisify(execFile)('ssh', [
        '-i',
        join(folder, 'key'),
        '-p',
        String(other.port),
        ...options,
        'ubuntu@127.0.0.1',
        'uname -m; cat; exit 3',
      ])
      run.child.stdin?.end('sent\n')
      await expect(run).rejects.toMatchObject({ code: 3, stdout: 'aarch64\nsent\n' })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('copies files both ways with scp', async () => {
    await using other = await startHost({ clock: { speed: 2000 } })
    const folder = mkdtempSync(join(tmpdir(), 'scp-'))
    try {
      writeFileSync(join(folder, 'key'), other.privateKey, { mode: 0o600 })
      writeFileSync(join(folder, 'file'), 'content')
      const options = [
        '-s',
        '-i',
        join(folder, 'key'),
        '-P',
        String(other.port),
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        `UserKnownHostsFile=${folder}/known`,
        '-o',
        'BatchMode=yes',
        '-F',
        'none',
      ]
      await promisify(execFile)('scp', [...options, join(folder, 'file'), 'ubuntu@127.0.0.1:copy'])
      await promisify(execFile)('scp', [...options, 'ubuntu@127.0.0.1:copy', join(folder, 'back')])
      expect((await other.run('cat copy')).stdout).toBe('content')
      expect(readFileSync(join(folder, 'back'), 'utf8')).toBe('content')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
