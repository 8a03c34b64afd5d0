import type { Clock } from '../clock.ts'
import type { DeviceCatalogue } from '../devices/catalogue.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import type { CapabilityScope, RunView } from '../workflow/context.ts'
import { defineWorkflow, StepList, type RunnableWorkflow, type WorkflowDefinition } from '../workflow/definition.ts'
import { executeWorkflow } from '../workflow/execute.ts'
import type { WorkflowManager } from '../workflow/manager.ts'
import { planWorkflow, type WorkflowPlan } from '../workflow/plan.ts'
import type { RunOutcome } from '../workflow/outcome.ts'
import { EFFECTS } from './effects.ts'
import type { Provisioning } from './provisioning.ts'
import { parseRequest, type ProvisioningRequest } from './request.ts'
import { settleMachine } from './settle.ts'
import { biosModify } from './steps/bios-modify.ts'
import { biosPull } from './steps/bios-pull.ts'
import { biosPush } from './steps/bios-push.ts'
import { commission } from './steps/commission.ts'
import { finalize } from './steps/finalize.ts'
import { ipmiConfigure } from './steps/ipmi-configure.ts'
import { retrieveIp } from './steps/retrieve-ip.ts'

/**
 * The seven standard steps, as they are or varied. The classes of their mutating calls and the way to a known state go along:
 * `defineWorkflow({ name: 'acme/provision', version: 1, steps: standardSteps.insertAfter('bios-push', burnIn) })`.
 */
export const standardSteps: StepList<Provisioning> = new StepList<Provisioning>(
  [commission, retrieveIp, biosPull, biosModify, biosPush, ipmiConfigure, finalize],
  { effects: EFFECTS, settle: { within: '45m', run: settleMachine } },
)

/** The standard workflow: commission, address, BIOS to the template, BMC address, tag. */
export const serverProvisioning: WorkflowDefinition<Provisioning> = defineWorkflow<Provisioning>({
  name: 'server-provisioning',
  version: 1,
  steps: standardSteps,
})

/** What a provisioning workflow needs of its surroundings; `createHwAutomation` gives one. */
export interface ProvisioningSite {
  readonly manager: WorkflowManager
  readonly devices: DeviceCatalogue
  readonly surroundings: { readonly clock: Clock; readonly logger: Logger; readonly redactor: Redactor }
  /** The machine that a host name, FQDN or system_id means. */
  findServer(
    serverId: string,
    signal: AbortSignal,
  ): Promise<{ readonly systemId: string; readonly hostname: string; readonly fqdn: string }>
  /** The capabilities of one run. */
  provisioningCapabilities(view: RunView): CapabilityScope
}

/**
 * Takes one racked server to "ready": commissioned, BIOS as its device type wants it, BMC at its address, tagged; each read back.
 *
 * @example
 * const workflow = new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType: 'a1.c5.large' }, hw)
 * console.log(await workflow.plan())
 * await workflow.execute({ signal })
 */
export class ServerProvisioningWorkflow implements RunnableWorkflow<Provisioning> {
  readonly definition: WorkflowDefinition<Provisioning>
  readonly request: Provisioning
  readonly timeout?: number | string
  readonly retryCount?: number
  readonly asked: { readonly [key: string]: string }
  readonly #asked: ProvisioningRequest
  readonly #site: ProvisioningSite

  /**
   * @param definition the standard steps, or a variation made with `defineWorkflow`
   * @throws HwError `request.invalid` naming every wrong field, `devices.unknown-type`, `devices.incomplete`
   */
  constructor(
    request: ProvisioningRequest,
    site: ProvisioningSite,
    definition: WorkflowDefinition<Provisioning> = serverProvisioning,
  ) {
    this.#asked = parseRequest(request)
    this.#site = site
    this.definition = definition
    const profile = site.devices.usable(this.#asked.deviceType)
    // Which machine is meant is known only after `resolve` asked MAAS.
    this.request = { ...this.#asked, systemId: '', hostname: this.#asked.serverId, fqdn: this.#asked.serverId, profile }
    const { timeout, retryCount, serverId, deviceType } = this.#asked
    this.asked = { serverId, deviceType }
    if (timeout !== undefined) this.timeout = typeof timeout === 'number' ? timeout * 1000 : timeout
    if (retryCount !== undefined) this.retryCount = retryCount
  }

  /** @throws HwError `maas.no-such-machine`, `maas.ambiguous-machine`, and whatever keeps MAAS from answering */
  async resolve(
    signal: AbortSignal,
  ): Promise<{ readonly resource: string; readonly label: string; readonly request: Provisioning }> {
    const machine = await this.#site.findServer(this.#asked.serverId, signal)
    return {
      resource: machine.systemId,
      label: machine.fqdn, // The machine's own name, so that srv001, its FQDN and its system_id are one request.
      request: { ...this.request, ...machine, serverId: machine.fqdn },
    }
  }

  capabilities(view: RunView): CapabilityScope {
    return this.#site.provisioningCapabilities(view)
  }

  /**
   * Runs it through the site's manager and waits for the end. Aborting the signal cancels the run gracefully.
   * @throws WorkflowFailedError, WorkflowCancelledError with the record on them; HwError where the run could not be started
   */
  execute(options: { readonly signal?: AbortSignal; readonly requestedBy?: string } = {}): Promise<RunOutcome> {
    return executeWorkflow(this, { ...options, manager: this.#site.manager })
  }

  /** Reads everything, changes nothing: what each step would do, the BIOS diff, reboots, problems, expected duration. */
  plan(options: { readonly signal?: AbortSignal } = {}): Promise<WorkflowPlan> {
    return planWorkflow(this, { ...options, ...this.#site.surroundings })
  }
}
