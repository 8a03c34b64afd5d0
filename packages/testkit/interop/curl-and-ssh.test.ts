import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { writeAccessFiles } from '../src/cli/access-files.ts'
import { createLab } from '../src/index.ts'

const run = promisify(execFile)

describe("the field's own clients", () => {
  it('curl reads a BMC through the proxy', async () => {
    await using lab = await createLab({ clock: { speed: 1 } })
    const { stdout } = await run('curl', ['-sk', '--proxy', lab.connection().dial, 'https://192.168.2.10/redfish/v1/'])
    expect(JSON.parse(stdout)).toMatchObject({ Id: 'RootService', Vendor: 'HPE' })
  })

  it('curl asks MAAS with the script of the access files, and OpenSSH logs in with nc as ProxyCommand', async () => {
    await using lab = await createLab({ servers: [{ hostname: 'srv001', status: 'ready' }], clock: { speed: 600 } })
    const files = await writeAccessFiles(lab.connection())
    try {
      const { systemId, machine } = lab.server('srv001')
      const { stdout } = await run(files.maasScript, ['POST', `machines/${systemId}/?op=rescue_mode`])
      expect(JSON.parse(stdout)).toMatchObject({ system_id: systemId, status: 17 })
      while (machine.phase !== 'up') await lab.clock.sleep(5_000)
      const proxy = new URL(lab.connection().dial).host
      const options = [
        'UserKnownHostsFile=/dev/null',
        'StrictHostKeyChecking=no',
        'BatchMode=yes',
        `ProxyCommand=nc -X connect -x ${proxy} %h %p`,
      ]
      const target = `ubuntu@${machine.boot?.address}`
      const login = await run('ssh', [
        '-i',
        files.privateKey,
        ...options.flatMap((option) => ['-o', option]),
        target,
        'cat /proc/sys/kernel/random/boot_id',
      ])
      expect(login.stdout.trim()).toBe(machine.boot?.bootId)
    } finally {
      await files.remove()
    }
  })
})
