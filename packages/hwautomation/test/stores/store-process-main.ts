/** A store that is told by messages what to do: see `StoreProcess`. */
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import type { Json } from '../../src/workflow/record.ts'

const [folder, options] = process.argv.slice(2)
const store = new LowdbStore(folder!, JSON.parse(options!) as object)
let losses = 0
store.onLost(() => (losses += 1))

process.on('message', (message: { id: number; method: string; args: unknown[] }) => {
  void answer(message)
})

async function answer({ id, method, args }: { id: number; method: string; args: unknown[] }): Promise<void> {
  try {
    process.send!({ id, value: await call(method, args) })
  } catch (error) {
    const { code, message, context } = error as { code: string; message: string; context: object }
    process.send!({ id, error: { code, message, context } })
  }
}

async function call(method: string, args: unknown[]): Promise<unknown> {
  if (method === 'losses') return losses
  if (method === 'publish') return store.publish({ control: args[0] as string })
  if (method === 'putArtefact') return store.putArtefact(Buffer.from(args[0] as string))
  if (method === 'putDocument') return store.documents(args[0] as string).put(args[1] as string, args[2] as Json)
  if (method === 'deleteDocument') return store.documents(args[0] as string).delete(args[1] as string)
  return (store as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>)[method]!(...args)
}
