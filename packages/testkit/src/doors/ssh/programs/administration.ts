import { textOf } from '../os/errno.ts'
import { put } from '../os/boot-files.ts'
import { root } from '../os/file-system.ts'
import type { Host } from '../os/host.ts'
import type { DirectoryInode } from '../os/inode.ts'
import { runTool } from '../tools/run-tool.ts'
import { readPackage } from '../tools/package.ts'
import { badOption, type Program } from './program.ts'

/** Modules of the image's kernel that a tool may ask for. */
const KNOWN_MODULES = new Set([
  'ipmi_si',
  'ipmi_devintf',
  'ipmi_msghandler',
  'ipmi_ssif',
  'acpi_ipmi',
  'hpilo',
  'msr',
  'mei',
  'mei_me',
  'nvme',
  'usbnet',
  'cdc_ether',
])

/** kmod's modprobe. `/dev/ipmi0` needs the system interface and the device interface. */
export const modprobe: Program = async (process) => {
  const names = process.argv.slice(1).filter((arg) => !arg.startsWith('-'))
  const all = process.argv.includes('-a') ? names : names.slice(0, 1)
  return runTool(process, {
    call: 'modprobe',
    mutating: false,
    detail: all.join(' '),
    seconds: 0.2,
    refusal: () => ({ text: `modprobe: ERROR: could not insert '${all[0] ?? ''}': No such device\n`, code: 1 }),
    run: (io) => {
      if (all.length === 0) {
        io.err('modprobe: ERROR: missing parameters. See -h.\n')
        return 1
      }
      for (const name of all) {
        const plain = name.replaceAll('-', '_')
        if (!KNOWN_MODULES.has(plain)) {
          io.err(`modprobe: FATAL: Module ${name} not found in directory /lib/modules/5.15.0-105-generic\n`)
          return 1
        }
        if (process.uid !== 0) {
          io.err(`modprobe: ERROR: could not insert '${plain}': Operation not permitted\n`)
          return 1
        }
        const { host } = process
        if (process.argv.includes('-r')) {
          host.modules.delete(plain)
          if (plain.startsWith('ipmi_') && host.fs.exists('/dev/ipmi0')) host.fs.unlink('/dev/ipmi0', root)
          continue
        }
        host.modules.add(plain)
        if (plain === 'ipmi_si' || plain === 'ipmi_devintf' || plain === 'ipmi_ssif')
          host.modules.add('ipmi_msghandler')
        if (
          host.modules.has('ipmi_devintf') &&
          (host.modules.has('ipmi_si') || host.modules.has('ipmi_ssif')) &&
          !host.fs.exists('/dev/ipmi0')
        ) {
          const folder = host.fs.stat('/dev', root) as DirectoryInode
          folder.entries.set('ipmi0', host.fs.inode({ type: 'device', device: 'ipmi', mode: 0o600, uid: 0, gid: 0 }))
        }
      }
      return 0
    },
  })
}

/** dpkg -i of a package that the lab made, -s, -l, -r/-P, --print-architecture. */
export const dpkg: Program = async (process) => {
  const [verb = '', ...operands] = process.argv.slice(1).filter((arg) => !/^--(?:force|no)-/.test(arg))
  const { host } = process
  const architecture = host.machine.model.machine === 'aarch64' ? 'arm64' : 'amd64'
  if (verb === '--print-architecture') {
    await process.out(`${architecture}\n`)
    return 0
  }
  if (verb === '-s' || verb === '--status' || verb === '-l') {
    const found = host.packages.get(operands[0] ?? '')
    if (found === undefined) {
      await process.err(
        `dpkg-query: package '${operands[0] ?? ''}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      )
      return 1
    }
    await process.out(
      `Package: ${operands[0]}\nStatus: install ok installed\nArchitecture: ${found.architecture}\nVersion: ${found.version}\n`,
    )
    return 0
  }
  const installs = verb === '-i' || verb === '--install'
  if (!installs && !['-r', '--remove', '-P', '--purge'].includes(verb))
    return badOption(process, 'need an action option', 2)
  return runTool(process, {
    call: 'dpkg',
    mutating: true,
    detail: `${verb} ${operands.map((path) => path.replace(/^.*\//, '')).join(' ')}`,
    seconds: 3,
    refusal: (status) => ({
      text: 'dpkg: error: dpkg frontend lock was locked by another process with pid 913\n',
      code: status ?? 2,
    }),
    run: async (io) => {
      if (process.uid !== 0) {
        io.err('dpkg: error: requested operation requires superuser privilege\n')
        return 2
      }
      for (const operand of operands) {
        if (!installs) {
          const found = host.packages.get(operand)
          if (found === undefined)
            io.err(`dpkg: warning: ignoring request to remove ${operand} which isn't installed\n`)
          else {
            io.effect(() => {
              for (const path of found.files) if (host.fs.exists(path)) host.fs.unlink(path, root)
              for (const folder of found.folders.toReversed()) removeIfEmpty(host, folder)
              host.packages.delete(operand)
            })
            io.out(`Removing ${operand} (${found.version}) ...\n`)
          }
          continue
        }
        let bundle: ReturnType<typeof readPackage>
        try {
          bundle = readPackage(await process.readFile(operand))
        } catch (error) {
          io.err(`dpkg: error: cannot access archive '${operand}': ${textOf(error)}\n`)
          return 2
        }
        if (bundle === undefined) {
          io.err(
            `dpkg-deb: error: '${operand}' is not a Debian format archive\ndpkg: error processing archive ${operand} (--install):\n dpkg-deb --control subprocess returned error exit status 2\nErrors were encountered while processing:\n ${operand}\n`,
          )
          return 1
        }
        if (bundle.architecture !== architecture) {
          io.err(
            `dpkg: error processing archive ${operand} (--install):\n package architecture (${bundle.architecture}) does not match system (${architecture})\nErrors were encountered while processing:\n ${operand}\n`,
          )
          return 1
        }
        const { name, version, files } = bundle
        io.effect(() => {
          const folders = files.flatMap(({ path }) => makeFolders(host, path))
          for (const file of files) put(host, file.path, file.content, 0o755)
          host.packages.set(name, { version, architecture, files: files.map(({ path }) => path), folders })
        })
        io.out(
          `Selecting previously unselected package ${name}.\n(Reading database ... 64000 files and directories currently installed.)\nPreparing to unpack ${operand} ...\nUnpacking ${name} (${version}) ...\nSetting up ${name} (${version}) ...\n`,
        )
      }
      return 0
    },
  })
}

/** The folders above a file that were not there, from the top down. */
function makeFolders({ fs }: Host, path: string): string[] {
  const parts = path.split('/').slice(1, -1)
  const above = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
  const missing = above.filter((folder) => !fs.exists(folder))
  for (const folder of missing) fs.mkdir(folder, root, 0o755)
  return missing
}

function removeIfEmpty({ fs }: Host, folder: string): void {
  if (!fs.exists(folder)) return
  const inode = fs.stat(folder, root)
  if (inode.type === 'directory' && inode.entries.size === 0) fs.rmdir(folder, root)
}

const power =
  (name: 'reboot' | 'poweroff'): Program =>
  async (process) => {
    return runTool(process, {
      call: name,
      mutating: true,
      detail: process.argv.slice(1).join(' '),
      seconds: 0.1,
      refusal: (status) => ({ text: 'Failed to talk to init daemon.\n', code: status ?? 1 }),
      run: async (io) => {
        if (process.uid !== 0) {
          io.err(
            `Failed to set wall message, ignoring: Interactive authentication required.\nFailed to ${name === 'reboot' ? 'reboot' : 'power off'} system via logind: Interactive authentication required.\n`,
          )
          return 1
        }
        const { host } = process
        io.effect(() => {
          // systemd stops its units first: the command has returned by then.
          host.clock.after(1000, () => {
            if (host.isDown) return
            if (name === 'reboot') host.machine.reboot()
            else host.machine.shutDown()
          })
        })
        return 0
      },
    })
  }

export const rebootProgram = power('reboot')
export const poweroffProgram = power('poweroff')
