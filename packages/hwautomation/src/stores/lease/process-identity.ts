import { hostname } from 'node:os'
import type { FileSystem } from '../file-system.ts'

/** Who a process is, beyond its number: enough to tell later, on the same machine, whether it is still there. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Start in clock ticks since boot, proc(5) `stat` field 22: a number used again belongs to another process. */
  readonly startTicks?: string
  /** /proc/sys/kernel/random/boot_id: changes with every boot. */
  readonly bootId?: string
  /** `pid:[4026531836]`: in another container the same number is another process (pid_namespaces(7)). */
  readonly pidNamespace?: string
  /** machine-id(5) */
  readonly machineId?: string
}

/** `gone` and `there` are certain; `unknown` is on another machine or in another container. */
export type Liveness = 'gone' | 'there' | 'unknown'

/** This process. */
export async function thisProcess(fs: FileSystem): Promise<ProcessIdentity> {
  const [startTicks, bootId, pidNamespace, machineId] = await Promise.all([
    startOf(fs, process.pid).then((found) => (found === undefined || found === 'gone' ? undefined : found)),
    firstLine(fs, '/proc/sys/kernel/random/boot_id'),
    pidNamespaceOf(fs),
    firstLine(fs, '/etc/machine-id'),
  ])
  return {
    pid: process.pid,
    host: hostname(),
    ...(startTicks === undefined ? {} : { startTicks }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
    ...(machineId === undefined ? {} : { machineId }),
  }
}

/** Whether another process, as it described itself, is still there. */
export async function livenessOf(fs: FileSystem, other: ProcessIdentity, self: ProcessIdentity): Promise<Liveness> {
  if (other.host !== self.host) return 'unknown'
  if (other.bootId !== self.bootId)
    // the same machine, booted since; without a machine id it may be another one of that name
    return other.machineId !== undefined && other.machineId === self.machineId ? 'gone' : 'unknown'
  if (other.pidNamespace !== self.pidNamespace) return 'unknown'
  if (!exists(other.pid)) return 'gone'
  if (other.startTicks === undefined) return 'there'
  const start = await startOf(fs, other.pid)
  if (start === 'gone') return 'gone'
  return start === undefined || start === other.startTicks ? 'there' : 'gone'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** `gone` for a zombie: it runs no more, only nobody has asked how it ended. Undefined where there is no /proc. */
async function startOf(fs: FileSystem, pid: number): Promise<string | undefined> {
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // the command, in brackets, may hold anything, brackets too
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined) return undefined
  return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : fields[19]
}

async function firstLine(fs: FileSystem, path: string): Promise<string | undefined> {
  const text = await fs.readFile(path, 'utf8').catch(() => undefined)
  const line = text?.split('\n')[0]?.trim()
  return line === '' ? undefined : line
}

async function pidNamespaceOf(fs: FileSystem): Promise<string | undefined> {
  const found = await fs.stat('/proc/self/ns/pid').catch(() => undefined)
  return found === undefined ? undefined : `pid:[${found.ino}]`
}
