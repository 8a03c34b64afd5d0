import { createTarPacker } from 'modern-tar'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { BundleFile } from './files.ts'

/**
 * The files as a gzipped tar archive, under one folder, all with one time: the same files give the same bytes. Packed as fast as they
 * are read; a reader that stops, stops the making.
 */
export async function* tarGz(
  folder: string,
  mtime: Date,
  files: AsyncIterable<BundleFile>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { readable, controller } = createTarPacker()
  const gzip = createGzip()
  const packed = (async () => {
    try {
      for await (const { name, bytes } of files) {
        signal?.throwIfAborted()
        const entry = controller.add({
          name: `${folder}/${name}`,
          size: bytes.byteLength,
          mtime,
          mode: 0o600,
          uid: 0,
          gid: 0,
        })
        const writer = entry.getWriter()
        if (bytes.byteLength > 0) await writer.write(bytes)
        await writer.close()
      }
      controller.finalize()
    } catch (error) {
      controller.error(error)
      throw error
    }
  })()
  const piped = pipeline(readable, gzip)
  // both are looked at below; until then a rejection is not unheard of
  packed.catch(() => {})
  piped.catch(() => {})
  try {
    yield* gzip
    await Promise.all([packed, piped])
  } finally {
    gzip.destroy()
    await Promise.allSettled([packed, piped])
  }
}
