import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabConnection, LabTool } from '../../../lab.ts'
import { makeImage } from './image.ts'
import { makePackage } from './package.ts'

export interface ToolFiles {
  readonly tools: LabConnection['tools']
  remove(): void
}

/** The size of the stand-ins: large enough to need several SFTP packets, small enough to cost nothing. */
const PADDING = 96 * 1024
const RACADM = '11.1.0.0'
const IPMI_DRIVERS = [
  ['modprobe', 'ipmi_si'],
  ['modprobe', 'ipmi_devintf'],
]
const architectures = ['aarch64', 'x86_64'] as const

/**
 * The operator's own builds of ilorest and ipmitool, as files in a folder of this machine (0700). Uploaded to a simulated
 * host and made executable they run there as that program, on the architecture they are made for. `ilorest36` is the old generation.
 */
export function createToolFiles(): ToolFiles {
  const folder = mkdtempSync(join(tmpdir(), 'hwautomation-lab-tools-'))
  const file = (architecture: string, name: string, mode: string, content: Buffer): LabTool['files'][number] => {
    const path = join(
      folder,
      `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 12)}-${architecture}`,
    )
    writeFileSync(path, content, { mode: Number.parseInt(mode, 8) & 0o700 })
    return { path, sha256: createHash('sha256').update(content).digest('hex'), name, mode }
  }
  const ilorest = (version: string) =>
    architectures.map((architecture): LabTool => ({
      architecture,
      files: [
        file(architecture, 'ilorest', '0755', makeImage('ilorest', version, architecture, PADDING)),
        // HPE's proprietary CHIF library: without it a local login ends with 35.
        file(architecture, 'ilorest_chif.so', '0644', makeImage('ilorest_chif.so', version, architecture, 4096)),
      ],
      install: [],
      command: 'ilorest',
      check: { args: ['--version'], contains: version },
    }))
  const ipmitool = architectures.map((architecture): LabTool => ({
    architecture,
    files: [file(architecture, 'ipmitool', '0755', makeImage('ipmitool', '1.8.19', architecture, PADDING))],
    install: [
      ['modprobe', 'ipmi_si'],
      ['modprobe', 'ipmi_devintf'],
    ],
    command: 'ipmitool',
    check: { args: ['-V'], contains: '1.8.19' },
  }))
  // Dell's local racadm is for x86_64 alone. It comes as a package; its program runs from any folder too.
  const racadm: LabTool = {
    architecture: 'x86_64',
    files: [file('x86_64', 'idracadm7', '0755', makeImage('idracadm7', RACADM, 'x86_64', PADDING))],
    install: IPMI_DRIVERS,
    command: 'idracadm7',
    check: { args: ['version'], contains: RACADM },
  }
  const racadmPackage: LabTool = {
    architecture: 'x86_64',
    files: [
      file(
        'x86_64',
        'srvadmin-idracadm7.deb',
        '0644',
        makePackage({
          name: 'srvadmin-idracadm7',
          version: RACADM,
          architecture: 'amd64',
          files: [
            {
              path: '/opt/dell/srvadmin/bin/idracadm7',
              content: makeImage('idracadm7', RACADM, 'x86_64', PADDING),
            },
          ],
        }),
      ),
    ],
    install: [...IPMI_DRIVERS, ['dpkg', '-i', 'srvadmin-idracadm7.deb']],
    command: '/opt/dell/srvadmin/bin/idracadm7',
    check: { args: ['version'], contains: RACADM },
  }
  // Supermicro's tools are for x86_64 alone here.
  const supermicro = (name: 'sum' | 'saa', version: string): LabTool => ({
    architecture: 'x86_64',
    files: [file('x86_64', name, '0755', makeImage(name, version, 'x86_64', PADDING))],
    install: [],
    command: name,
    check: { args: ['-v'], contains: version },
  })
  return {
    tools: {
      sum: [supermicro('sum', '2.14.0')],
      sum25: [supermicro('sum', '2.5.0')],
      saa: [supermicro('saa', '1.2.0')],

      racadm: [racadm],
      ilorest: ilorest('7.2.0.0'),
      ilorest36: ilorest('3.6.0.0'),
      ipmitool,
      racadmPackage: [racadmPackage],
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
