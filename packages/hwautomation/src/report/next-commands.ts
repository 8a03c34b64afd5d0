import type { ErrorRecord, WorkflowRecord } from '../workflow/record.ts'
import { plain } from './style.ts'

/** What one can do about a run that ended badly, as commands. None where there is nothing to do. */
export function nextCommands(record: WorkflowRecord): string[] {
  const { id, status, definition, error } = record
  if (status !== 'FAILED' && status !== 'CANCELLED') return []
  const isUnknown = error?.code === 'workflow.unknown-outcome'
  return commandLines([
    ...(status === 'FAILED'
      ? [
          isUnknown
            ? [
                `retry ${id} --assume done|not-done`,
                'goes on; look at the device first: what was sent may have taken effect',
              ]
            : [`retry ${id}`, 'goes on where it stopped, when the cause is gone'],
        ]
      : []),
    ...(leftItsBios(record) && definition.name !== 'bios-restore'
      ? [[`restore-bios ${id}`, 'brings back the BIOS settings it found']]
      : []),
    ...(status === 'FAILED' ? [[`export ${id}`, 'the support bundle']] : []),
  ])
}

/** The same for a refusal: another run holds the machine. */
export function nextAfterRefusal({ code, context }: Pick<ErrorRecord, 'code' | 'context'>): string[] {
  const { run } = context
  if (code !== 'workflow.resource-busy' || typeof run !== 'string') return []
  return commandLines([
    [`follow ${run}`, 'watches it'],
    [`cancel ${run}`, 'ends it, and takes the machine to a known state'],
  ])
}

/** A setting was sent, and what was there before is kept with the run. */
function leftItsBios({ steps }: WorkflowRecord): boolean {
  const sent = steps
    .flatMap(({ intents, inherited = [] }) => [...intents, ...inherited])
    .some(({ effect, sent: times }) => effect === 'bios.write' && times > 0)
  return sent && steps.some(({ id, output }) => id === 'bios-pull' && output !== undefined)
}

function commandLines(commands: readonly (readonly string[])[]): string[] {
  if (commands.length === 0) return []
  return [
    'Next:',
    ...commands.flatMap(([command = '', what = '']) => [plain(`hwautomation ${command}`), plain(what)]),
  ].map((line, index) => (index === 0 ? line : index % 2 === 1 ? `  ${line}` : `      ${line}`))
}
