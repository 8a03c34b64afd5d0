import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { seal } from '../../src/stores/sealed-json.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import { StateFolder } from './state-folder.ts'
import { recordOf } from './store-contract.ts'

const state = new StateFolder()

test.for([
  [{ definition: undefined }, 'it does not say which workflow it is of'],
  [{ warnings: undefined }, 'its warnings, its artefacts or what was left behind are missing'],
  [{ artefacts: {} }, 'its warnings, its artefacts or what was left behind are missing'],
  [{ steps: [null] }, 'one of its steps is not whole'],
  [{ steps: [{ id: 'alpha', status: 'pending' }] }, 'one of its steps is not whole'],
  [{ steps: [{ id: 'alpha', status: '__proto__' }] }, 'one of its steps is not whole'],
] as const)(
  'a document that lacks what everything depends on is set aside, not half served: %j',
  async ([lacks, why]) => {
    const first = await state.open()
    await first.close()
    const id = newRunId()
    await writeFile(state.file('workflows', `${id}.json`), seal({ ...recordOf(id), ...lacks }))
    const store = await state.open()
    expect(await store.unfinished()).toEqual([])
    expect((await store.list({})).records).toEqual([])
    expect(store.troubles).toEqual([expect.objectContaining({ level: 'error', message: expect.stringContaining(why) })])
  },
)
