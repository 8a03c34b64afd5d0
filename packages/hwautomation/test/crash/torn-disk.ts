import * as fs from 'node:fs/promises'

/** Node's file system, whose next write to a journal can be torn. */
export interface TornDisk {
  readonly fileSystem: typeof fs
  /** Of the next write to a journal only half a line gets there, and nobody ever hears of it but `torn`. */
  readonly tearNext: (torn: () => void) => void
}

export function tornDisk(): TornDisk {
  let torn: (() => void) | undefined
  const watched = (file: fs.FileHandle): fs.FileHandle =>
    new Proxy(file, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        if (name !== 'write') return member.bind(target)
        return async (bytes: Uint8Array, offset: number, length: number, position: number) => {
          if (torn === undefined) return file.write(bytes, offset, length, position)
          const line = bytes.indexOf(0x0a, offset) - offset
          await file.write(bytes, offset, Math.floor(line / 2), position)
          torn()
          return new Promise<never>(() => {})
        }
      },
    })
  return {
    fileSystem: {
      ...fs,
      async open(path, flags, mode) {
        const file = await fs.open(path, flags, mode)
        return /journal\/\d+\.jsonl$/.test(String(path)) ? watched(file) : file
      },
    },
    tearNext: (then) => void (torn = then),
  }
}
