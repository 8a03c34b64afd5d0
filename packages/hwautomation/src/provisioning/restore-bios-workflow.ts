import { z } from 'zod'
import { HwError, toHwError } from '../errors.ts'
import type { CapabilityScope, RunView } from '../workflow/context.ts'
import { defineWorkflow, StepList, type RunnableWorkflow, type WorkflowDefinition } from '../workflow/definition.ts'
import type { StartOptions } from '../workflow/manager-options.ts'
import { planWorkflow, type WorkflowPlan } from '../workflow/plan.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { RunHandle } from '../workflow/run-handle.ts'
import { noSuchRun, type Wish } from '../workflow/wishes.ts'
import { artefactSchema } from './bios-files.ts'
import { KeptBios } from './capabilities.ts'
import { EFFECTS } from './effects.ts'
import type { BiosOfRun, Provisioning } from './provisioning.ts'
import type { ProvisioningSite } from './server-provisioning-workflow.ts'
import { settleMachine } from './settle.ts'
import { biosModify } from './steps/bios-modify.ts'
import { biosPull } from './steps/bios-pull.ts'
import { biosPush } from './steps/bios-push.ts'
import { giveBack } from './steps/give-back.ts'
import { retrieveIp } from './steps/retrieve-ip.ts'
import { take } from './steps/take.ts'

/** Brings a machine's BIOS back to what an earlier run found: the standard steps around another wish. */
export const biosRestore: WorkflowDefinition<Provisioning> = defineWorkflow<Provisioning>({
  name: 'bios-restore',
  version: 1,
  steps: new StepList<Provisioning>([take, retrieveIp, biosPull, biosModify, biosPush, giveBack]),
  effects: EFFECTS,
  settle: { within: '45m', run: settleMachine },
})

/**
 * Brings the BIOS of a machine back to what a run found before it wrote anything: every setting that can be written and is different now;
 * through one reboot into rescue mode, read back, and handed back Ready and off. What of the machine's device type does not hold any more
 * then, its `hw-type-*` tag, is taken off. It pulls and keeps the configuration of before itself, so that it can be restored in turn.
 *
 * @example
 * const workflow = new RestoreBiosWorkflow(run.record(), hw)
 * console.log(await workflow.plan())
 */
export class RestoreBiosWorkflow implements RunnableWorkflow<Provisioning> {
  readonly definition: WorkflowDefinition<Provisioning> = biosRestore
  readonly request: Provisioning
  readonly #resource: string
  readonly #site: ProvisioningSite

  /**
   * @param of the record of the run whose finding is to come back
   * @throws HwError `bios.nothing-pulled` where that run never read the BIOS
   */
  constructor(of: WorkflowRecord, site: ProvisioningSite) {
    this.#site = site
    this.#resource = of.resource
    const {
      targetIpmiIp: _,
      gateway: __,
      subnetMask: ___,
      leaveOn: ____,
      recommission: _____,
      ...asked
    } = requestOf(of)
    this.request = { ...asked, restore: foundBy(of) }
  }

  /** @throws HwError `bios.another-machine`, `bios.kept-missing`, `maas.no-such-machine`, and whatever keeps MAAS from answering */
  async resolve(
    signal: AbortSignal,
  ): Promise<{ readonly resource: string; readonly label: string; readonly request: Provisioning }> {
    const machine = await this.#site.findServer(this.#resource, signal)
    if (machine.systemId !== this.#resource) throw anotherMachine(this.request, machine.systemId, this.#resource)
    const request = { ...this.request, ...machine, serverId: machine.fqdn }
    await this.#assertKept(request, signal)
    return { resource: machine.systemId, label: machine.fqdn, request }
  }

  capabilities(view: RunView): CapabilityScope {
    return this.#site.provisioningCapabilities(view)
  }

  /** Reads everything, changes nothing: which settings would change, reboots, problems. */
  plan(options: { readonly signal?: AbortSignal } = {}): Promise<WorkflowPlan> {
    return planWorkflow(this, { ...options, ...this.#site.surroundings })
  }

  async #assertKept(request: Provisioning, signal: AbortSignal): Promise<void> {
    const { clock } = this.#site.surroundings
    const view: RunView = { workflowId: 'plan', request, resource: request.systemId, output: () => undefined, clock }
    await using capabilities = this.#site.provisioningCapabilities(view)
    const { current } = await capabilities.get(KeptBios).found(signal)
    if (Object.keys(current.attributes).length === 0) throw nothingPulled(request.restore!.runId)
  }
}

/** Who wants a BIOS back, why, and through which door. */
export interface RestoreWish extends Wish, Pick<StartOptions, 'idempotencyKey' | 'signal'> {}

/**
 * Starts the restoring of what a run found, and writes the wish into the audit trail, accepted or refused.
 * @throws HwError `workflow.no-such-run`, those of `RestoreBiosWorkflow` and of `WorkflowManager.start`
 */
export async function restoreBios(site: ProvisioningSite, runId: string, wish: RestoreWish): Promise<RunHandle> {
  const { by, reason, via = 'api', ...options } = wish
  const asked = { action: 'restore-bios', by, via, detail: { of: runId }, ...(reason === undefined ? {} : { reason }) }
  try {
    const of = await site.manager.get(runId)
    if (of === undefined) throw noSuchRun(runId)
    const workflow = new RestoreBiosWorkflow(of.record(), site)
    const run = await site.manager.start(workflow, { ...options, requestedBy: by, via })
    await site.manager.note({ ...asked, workflowId: run.id, resource: of.record().resource, outcome: 'accepted' })
    return run
  } catch (thrown) {
    const { code, message } = toHwError(thrown)
    await site.manager.note({ ...asked, outcome: 'refused', error: { code, message } })
    throw thrown
  }
}

const pulledOutput = z.looseObject({ pulled: artefactSchema })

function foundBy(record: WorkflowRecord): BiosOfRun {
  const step = record.steps.find(({ id }) => id === biosPull.id)
  const output = pulledOutput.safeParse(step?.output)
  if (step === undefined || !output.success) throw nothingPulled(record.id)
  return { runId: record.id, pulledAt: step.endedAt ?? record.createdAt, pulled: output.data.pulled }
}

/** A record of ours, or of a variation of the standard workflow. */
function requestOf(record: WorkflowRecord): Provisioning {
  const request = record.request as Partial<Provisioning> | null
  if (request?.profile === undefined || request.systemId === undefined) throw nothingPulled(record.id)
  return request as Provisioning
}

function nothingPulled(runId: string): HwError {
  return new HwError({
    code: 'bios.nothing-pulled',
    kind: 'invalid',
    message: `Run ${runId} never read the BIOS of its machine, so there is nothing to bring back.`,
    hint: 'Choose a run whose step bios-pull is completed.',
    context: { runId },
  })
}

function anotherMachine({ hostname }: Provisioning, found: string, wanted: string): HwError {
  return new HwError({
    code: 'bios.another-machine',
    kind: 'conflict',
    message: `${hostname} is another machine now: MAAS knows ${wanted} as ${found}.`,
    hint: 'A BIOS configuration goes back to the very machine it was read from; provision the new one instead.',
  })
}
