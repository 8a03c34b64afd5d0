import { dmiOf } from '../../../world/dmi.ts'
import { makeImage } from '../tools/image.ts'
import { OsError } from './errno.ts'
import { root } from './file-system.ts'
import type { Host } from './host.ts'
import type { DirectoryInode, Inode } from './inode.ts'
import type { Process } from './process.ts'
import { users } from './users.ts'

/** Fills the RAM disk of a fresh boot, as the ephemeral Ubuntu 22.04 image of MAAS has it. */
export function installFiles(host: Host, programs: readonly (readonly [string, string])[]): void {
  const { fs } = host
  for (const path of [
    '/usr',
    '/usr/bin',
    '/usr/sbin',
    '/usr/local',
    '/usr/local/bin',
    '/usr/local/sbin',
    '/usr/lib',
    '/usr/share',
    '/opt',
    '/etc',
    '/etc/ssh',
    '/home',
    '/run',
    '/run/lock',
    '/run/user',
    '/var',
    '/var/lib',
    '/var/log',
    '/mnt',
    '/media',
    '/srv',
    '/boot',
    '/lib',
    '/sys',
    '/sys/class',
    '/sys/class/dmi',
    '/sys/class/dmi/id',
    '/sys/devices',
    '/sys/firmware',
    '/sys/firmware/dmi',
  ])
    fs.mkdir(path, root, 0o755)
  fs.symlink('usr/bin', '/bin', root)
  fs.symlink('usr/sbin', '/sbin', root)
  for (const path of ['/tmp', '/var/tmp', '/dev', '/dev/shm']) {
    fs.mkdir(path, root, 0o755)
    if (path !== '/dev') fs.chmod(fs.stat(path, root), 0o1777, root)
  }
  for (const user of users) {
    fs.mkdir(user.home, root, 0o755)
    const home = fs.stat(user.home, root)
    fs.chmod(home, user.uid === 0 ? 0o700 : 0o750, root)
    fs.chown(home, user.uid, user.gid, root)
  }
  fs.mkdir('/run/user/1000', root)
  fs.chmod(fs.stat('/run/user/1000', root), 0o700, root)
  fs.chown(fs.stat('/run/user/1000', root), 1000, 1000, root)
  installUserFiles(host)
  installEtc(host)
  installDevices(host)
  installPrograms(host, programs)
  installDmi(host)
  installProc(host)
}

/** Writes a file as root; used at boot and by packages. */
export function put(host: Host, path: string, content: string | Buffer, mode = 0o644, uid = 0): void {
  const inode = host.fs.file(path, root, { read: false, write: true, create: true, truncate: true })
  if (inode.type !== 'file') throw new OsError('EISDIR')
  inode.data = Buffer.from(content)
  inode.mode = mode
  inode.uid = uid
  inode.gid = uid
}

/** A file whose content is made when it is read. */
function generated(host: Host, path: string, mode: number, generate: () => string): void {
  const place = host.fs.locate(path, root)
  place.parent.entries.set(
    place.name,
    host.fs.inode({ type: 'file', mode, uid: 0, gid: 0, data: Buffer.alloc(0), generate }),
  )
}

function installUserFiles(host: Host): void {
  const { fs } = host
  for (const user of users) {
    put(host, `${user.home}/.bashrc`, '# ~/.bashrc\n', 0o644, user.uid)
    put(host, `${user.home}/.profile`, '# ~/.profile\n', 0o644, user.uid)
    fs.mkdir(`${user.home}/.ssh`, root)
    const folder = fs.stat(`${user.home}/.ssh`, root)
    fs.chmod(folder, 0o700, root)
    fs.chown(folder, user.uid, user.gid, root)
  }
  put(
    host,
    '/home/ubuntu/.ssh/authorized_keys',
    host.boot.plan.authorizedKeys.map((key) => `${key}\n`).join(''),
    0o600,
    1000,
  )
}

function installEtc(host: Host): void {
  const release = `PRETTY_NAME="Ubuntu 22.04.4 LTS"\nNAME="Ubuntu"\nVERSION_ID="22.04"\nVERSION="22.04.4 LTS (Jammy Jellyfish)"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\n`
  put(host, '/etc/os-release', release)
  put(host, '/etc/hostname', `${host.machine.hostname}\n`)
  put(host, '/etc/machine-id', `${host.boot.bootId.replaceAll('-', '')}\n`, 0o444)
  put(
    host,
    '/etc/passwd',
    users
      .map(
        ({ name, uid, gid, home, shell }) =>
          `${name}:x:${uid}:${gid}:${name === 'ubuntu' ? 'Ubuntu' : name}:${home}:${shell}\n`,
      )
      .join(''),
  )
  put(host, '/etc/ssh/ssh_host_ed25519_key.pub', `${host.boot.hostKey.publicKey.trim()}\n`)
  put(host, '/etc/ssh/ssh_host_ed25519_key', host.boot.hostKey.privateKey, 0o600)
}

function installDevices(host: Host): void {
  const { fs } = host
  const devices = {
    null: 'null',
    zero: 'zero',
    urandom: 'urandom',
    random: 'urandom',
    tty: 'tty',
    stdin: 'fd0',
    stdout: 'fd1',
    stderr: 'fd2',
  } as const
  const folder = fs.stat('/dev', root) as DirectoryInode
  for (const [name, device] of Object.entries(devices))
    folder.entries.set(name, fs.inode({ type: 'device', device, mode: 0o666, uid: 0, gid: 0 }))
  // The channel driver is built into the image's kernel on the models that have a CHIF.
  if (host.machine.model.vendor === 'HPE')
    folder.entries.set('hpilo', fs.inode({ type: 'directory', mode: 0o755, uid: 0, gid: 0, entries: new Map() }))
}

function installPrograms(host: Host, programs: readonly (readonly [string, string])[]): void {
  const architecture = host.machine.model.machine
  for (const [name, path] of programs) put(host, path, makeImage(name, '22.04', architecture), 0o755)
  host.fs.symlink('dash', '/usr/bin/sh', root)
}

/** `/sys/class/dmi/id`: serials and the UUID are for root only, as in the kernel (drivers/firmware/dmi-id.c). */
function installDmi(host: Host): void {
  const dmi = dmiOf(host.machine)
  const open: Record<string, string> = {
    bios_date: dmi.biosDate,
    bios_vendor: dmi.biosVendor,
    bios_version: dmi.biosVersion,
    board_name: dmi.boardProduct,
    board_vendor: dmi.boardManufacturer,
    chassis_vendor: dmi.chassisManufacturer,
    product_family: dmi.systemFamily,
    product_name: dmi.systemProduct,
    product_sku: dmi.systemSku,
    sys_vendor: dmi.systemManufacturer,
  }
  const secret: Record<string, string> = {
    product_serial: dmi.systemSerial,
    board_serial: dmi.boardSerial,
    chassis_serial: dmi.chassisSerial,
    product_uuid: dmi.systemUuid,
  }
  for (const [name, value] of Object.entries(open))
    generated(host, `/sys/class/dmi/id/${name}`, 0o444, () => `${value}\n`)
  for (const [name, value] of Object.entries(secret))
    generated(host, `/sys/class/dmi/id/${name}`, 0o400, () => `${value}\n`)
}

function installProc(host: Host): void {
  const { fs } = host
  const folder = fs.stat('/', root) as DirectoryInode
  const processes = {
    names: () => [...host.processes.keys()].map(String),
    lookup: (name: string) => processFolder(host, host.processes.get(Number(name))),
  }
  folder.entries.set(
    'proc',
    fs.inode({ type: 'directory', mode: 0o555, uid: 0, gid: 0, entries: new Map(), dynamic: processes }),
  )
  const proc = fs.stat('/proc', root) as DirectoryInode
  for (const path of ['sys', 'sys/kernel', 'sys/kernel/random']) {
    const [parent, name] = splitPath(path)
    const at = parent === '' ? proc : (fs.stat(`/proc/${parent}`, root) as DirectoryInode)
    at.entries.set(name, fs.inode({ type: 'directory', mode: 0o555, uid: 0, gid: 0, entries: new Map() }))
  }
  const add = (path: string, generate: () => string): void => {
    const [parent, name] = splitPath(path)
    const at = parent === '' ? proc : (fs.stat(`/proc/${parent}`, root) as DirectoryInode)
    at.entries.set(name, fs.inode({ type: 'file', mode: 0o444, uid: 0, gid: 0, data: Buffer.alloc(0), generate }))
  }
  const { cpu, memoryMiB } = host.machine.model
  const seconds = (): string => ((host.clock.now() - host.bootedAt) / 1000).toFixed(2)
  add('sys/kernel/random/boot_id', () => `${host.boot.bootId}\n`)
  add('sys/kernel/hostname', () => `${host.machine.hostname}\n`)
  add('uptime', () => `${seconds()} ${seconds()}\n`)
  add('loadavg', () => `0.00 0.00 0.00 1/${host.processes.size} 1\n`)
  add('cpuinfo', () =>
    Array.from({ length: cpu.cores }, (_, index) => `processor\t: ${index}\nmodel name\t: ${cpu.model}\n\n`).join(''),
  )
  add(
    'meminfo',
    () =>
      `MemTotal:       ${memoryMiB * 1024} kB\nMemFree:        ${memoryMiB * 1000} kB\nMemAvailable:   ${memoryMiB * 1000} kB\n`,
  )
  add('modules', () => [...host.modules].map((name) => `${name} 16384 0 - Live 0x0000000000000000\n`).join(''))
  add('version', () => `Linux version 5.15.0-105-generic (buildd@lcy02) #115-Ubuntu SMP\n`)
  add(
    'cmdline',
    () =>
      'nomodeset ro root=squash:http://boot/squashfs ip=::::maas-ephemeral:BOOTIF ip6=off overlayroot=tmpfs cc:{}end_cc\n',
  )
}

function processFolder(host: Host, process: Process | undefined): Inode | undefined {
  if (process === undefined) return undefined
  const file = (generate: () => string): Inode =>
    host.fs.inode({ type: 'file', mode: 0o444, uid: process.uid, gid: process.gid, data: Buffer.alloc(0), generate })
  const name = processName(process)
  const state = process.ended === undefined ? (process.isStopped ? 'T' : 'S') : 'Z'
  const ticks = Math.floor((process.startedAt - host.bootedAt) / 10)
  const entries = new Map<string, Inode>([
    ['cmdline', file(() => (process.ended === undefined ? process.argv.map((arg) => `${arg}\0`).join('') : ''))],
    ['comm', file(() => `${name}\n`)],
    [
      'stat',
      file(
        () =>
          `${process.pid} (${name}) ${state} ${process.ppid} ${process.pgid} ${process.sid} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${ticks} 0 0\n`,
      ),
    ],
    [
      'status',
      file(
        () =>
          `Name:\t${name}\nUmask:\t${process.umask.toString(8).padStart(4, '0')}\nState:\t${state}\nPid:\t${process.pid}\nPPid:\t${process.ppid}\nUid:\t${process.uid}\t${process.uid}\t${process.uid}\t${process.uid}\n`,
      ),
    ],
  ])
  return host.fs.inode({ type: 'directory', mode: 0o555, uid: process.uid, gid: process.gid, entries })
}

/** The kernel's name of a process: the program file's, at most 15 bytes. */
export function processName(process: Process): string {
  return (process.argv[0] ?? '').replace(/^.*\//, '').slice(0, 15)
}

function splitPath(path: string): [string, string] {
  const at = path.lastIndexOf('/')
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)]
}
