import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { shared } from './vitest.shared.ts'

/** These two keep every core busy by processes of their own, for minutes. */
const CRASHES = 'test/crash/crash.test.ts'
const MATRIX = 'test/provisioning/matrix/matrix.test.ts'

/** The long ones never beside each other: one from the start, the other half-way through the rest, which mostly waits. */
class LongOnesApart extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const is = (end: string) => (file: TestSpecification) => file.moduleId.endsWith(end)
    const crashes = files.filter(is(CRASHES))
    const matrix = files.filter(is(MATRIX))
    const rest = files.filter((file) => !crashes.includes(file) && !matrix.includes(file))
    const half = Math.floor(rest.length / 2)
    return [...crashes, ...rest.slice(0, half), ...matrix, ...rest.slice(half)]
  }
}

/** Needs npm alone. Most tests wait for something most of the time, so even two cores carry two files at once. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['packages/*/test/**/*.test.ts'],
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongOnesApart },
  },
})
