import type { CapabilityScope, RunView } from './context.ts'
import type { WorkflowDefinition } from './definition.ts'
import type { WorkflowRecord } from './record.ts'
import { misfit } from './revived.ts'
import type { Workable } from './run.ts'
import { definitionConflict } from './start-refusals.ts'

/** Makes what the steps of one run use, from what its record knows. */
export type Capabilities = (view: RunView) => CapabilityScope

interface Known {
  readonly definition: WorkflowDefinition<any>
  readonly capabilities: Capabilities | undefined
}

/** The workflows that a manager can go on with. */
export class Registry {
  readonly #known = new Map<string, Known>()

  /** @throws HwError `workflow.definition-conflict` if another definition has its name and version */
  register(definition: WorkflowDefinition<any>, capabilities?: Capabilities): void {
    const name = `${definition.name}@${definition.version}`
    const known = this.#known.get(name)
    if (known !== undefined && stepIds(known.definition) !== stepIds(definition)) throw definitionConflict(name)
    this.#known.set(name, {
      definition: known?.definition ?? definition,
      capabilities: known?.capabilities ?? capabilities,
    })
  }

  /** The definition that a recorded run is of, or why this process does not have it. */
  definition(record: WorkflowRecord): WorkflowDefinition<any> | { readonly misfit: string } {
    const { name, version } = record.definition
    const known = this.#known.get(`${name}@${version}`)
    const why = misfit(known?.definition, record)
    return why === undefined ? known!.definition : { misfit: why }
  }

  /** What a recorded run needs to be worked on, or why this process cannot. */
  workable(record: WorkflowRecord): Workable | { readonly misfit: string } {
    const { name, version } = record.definition
    const known = this.#known.get(`${name}@${version}`)
    const why = misfit(known?.capabilities === undefined ? undefined : known.definition, record)
    if (why !== undefined) return { misfit: why }
    return { definition: known!.definition, request: record.request, capabilities: known!.capabilities! }
  }

  /** The workflow of this name and version, where this process can work on runs of it. */
  named({ name, version }: WorkflowRecord['definition']): Pick<Workable, 'definition' | 'capabilities'> | undefined {
    const known = this.#known.get(`${name}@${version}`)
    if (known?.capabilities === undefined) return undefined
    return { definition: known.definition, capabilities: known.capabilities }
  }
}

function stepIds(definition: WorkflowDefinition<any>): string {
  return definition.steps.map((step) => step.id).join(' ')
}
