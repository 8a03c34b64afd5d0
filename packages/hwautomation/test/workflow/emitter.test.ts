import { EventEmitter } from 'eventemitter3'
import { expect, test } from 'vitest'
import type { Logger } from '../../src/logger.ts'
import { Emitter } from '../../src/workflow/emitter.ts'
import { idle } from './stepped-clock.ts'

function collectingLogger() {
  const lines: string[] = []
  const line = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { debug: line, info: line, warn: line, error: line }
  return { lines, logger }
}

test('a listener that throws disturbs neither the emitter nor the listeners after it (eventemitter3 alone lets it)', () => {
  const alone = new EventEmitter()
  alone.on('value', () => {
    throw new Error('bad listener')
  })
  expect(() => alone.emit('value', 1)).toThrow('bad listener')

  const { lines, logger } = collectingLogger()
  const emitter = new Emitter<number>(logger)
  const heard: number[] = []
  emitter.on(() => {
    throw new Error('bad listener')
  })
  emitter.on((value) => heard.push(value))
  emitter.emit(1)
  expect(heard).toEqual([1])
  expect(lines).toEqual(['an event listener failed {"error":"bad listener"}'])
})

test('an async listener that rejects is logged, not an unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const watch = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', watch)
  try {
    const { lines, logger } = collectingLogger()
    const emitter = new Emitter<number>(logger)
    emitter.on(async () => {
      throw new Error('bad listener')
    })
    emitter.emit(1)
    await idle()
    expect(unhandled).toEqual([])
    expect(lines).toHaveLength(1)
  } finally {
    process.off('unhandledRejection', watch)
  }
})

test('a listener that never comes to an end is not waited for', () => {
  const emitter = new Emitter<number>(collectingLogger().logger)
  emitter.on(() => new Promise(() => {}))
  const heard: number[] = []
  emitter.on((value) => heard.push(value))
  emitter.emit(1)
  emitter.emit(2)
  expect(heard).toEqual([1, 2])
})

test('the same function can listen twice and is taken off once', () => {
  const emitter = new Emitter<number>(collectingLogger().logger)
  const heard: number[] = []
  const listener = (value: number) => heard.push(value)
  const off = emitter.on(listener)
  emitter.on(listener)
  off()
  emitter.emit(1)
  expect(heard).toEqual([1])
  emitter.clear()
  expect(emitter.listenerCount).toBe(0)
})
