import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { storeContract } from './store-contract.ts'

storeContract(async () => new MemoryStore())

test('it says that it does not survive the process', () => {
  expect(new MemoryStore().durable).toBe(false)
})
