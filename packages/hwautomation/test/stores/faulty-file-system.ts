import type { FileHandle } from 'node:fs/promises'
import { type FileSystem, nodeFileSystem } from '../../src/stores/file-system.ts'

/** One call to the operating system: `open`, `rename`, …, `file.write`, `file.datasync`, … */
export interface FileCall {
  readonly call: string
  readonly path: string
}

/** Calls that change something on the disk, or promise that it lasts. */
export const WRITING = new Set([
  'mkdir',
  'rename',
  'rm',
  'unlink',
  'utimes',
  'writeFile',
  'chmod',
  'copyFile',
  'truncate',
  'file.write',
  'file.writeFile',
  'file.sync',
  'file.datasync',
  'file.truncate',
])

/**
 * The real file system, of which single calls can be made to fail with an errno, as a full, broken or read-only disk fails. All calls
 * are counted.
 */
export class FaultyFileSystem {
  readonly calls: FileCall[] = []
  /** The errno to fail a call with; undefined to let it through. */
  fault: (call: FileCall) => string | undefined = () => undefined

  /** Waited for before a call goes out: a process may be stopped anywhere. */
  gate: (call: FileCall) => Promise<void> | undefined = () => undefined

  readonly fs: FileSystem = new Proxy(nodeFileSystem, {
    get: (target, call: string) => {
      const real = Reflect.get(target, call) as unknown
      if (typeof real !== 'function') return real
      return async (path: string, ...rest: unknown[]) => {
        await this.gate({ call, path })
        this.#strike({ call, path })
        const result = await (real as (...all: unknown[]) => Promise<unknown>)(path, ...rest)
        return call === 'open' ? this.#file(result as FileHandle, path) : result
      }
    },
  })

  #file(file: FileHandle, path: string): FileHandle {
    return new Proxy(file, {
      get: (target, call: string) => {
        const real = Reflect.get(target, call) as unknown
        if (typeof real !== 'function') return real
        return async (...all: unknown[]) => {
          if (call === 'close') return target.close()
          await this.gate({ call: `file.${call}`, path })
          this.#strike({ call: `file.${call}`, path })
          return (real as (...all: unknown[]) => unknown).apply(target, all)
        }
      },
    })
  }

  #strike(call: FileCall): void {
    this.calls.push(call)
    const code = this.fault(call)
    if (code !== undefined)
      throw Object.assign(new Error(`${code}: made to fail, ${call.call} '${call.path}'`), {
        code,
        errno: -1,
        syscall: call.call.replace('file.', ''),
        path: call.path,
      })
  }
}
