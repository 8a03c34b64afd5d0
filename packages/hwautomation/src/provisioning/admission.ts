import { HwError } from '../errors.ts'
import { isRescue, RUN_ANNOTATION, type MachineState } from './machine-state.ts'
import { MACHINE_STATUS } from './machine-status.ts'

/** How a run may take a machine, by its state. */
export type Admission =
  | { readonly way: 'commission' | 'rescue' | 'adopt' }
  /** Somebody else's commissioning is running: wait for its end. */
  | { readonly way: 'wait'; readonly reason: string }
  | { readonly way: 'refuse'; readonly reason: string; readonly hint: string }

export interface Claim {
  /** The MAAS user we act as. */
  readonly user: string
  readonly recommission: boolean
  /** The machine's annotation names this run, or one of our store that has ended. */
  readonly annotationIsOurs: boolean
  /** This run's own commissioning, once it was seen to begin. */
  readonly commissioningResultId?: number | null
}

/**
 * Decides from MAAS's record whether and how a machine may be taken. Pure: read the record immediately before acting on it,
 * since MAAS has no compare-and-set.
 */
export function admit(machine: MachineState, claim: Claim): Admission {
  const name = `${machine.hostname} (${machine.systemId})`
  if (machine.locked)
    return refuse(`${name} is locked in MAAS`, 'Unlock it in MAAS if it may be provisioned, then start again.')
  const ours = isHeldByUs(machine, claim)
  if (machine.status === MACHINE_STATUS.commissioning || machine.status === MACHINE_STATUS.testing)
    return ours
      ? { way: 'adopt' }
      : { way: 'wait', reason: `${name} is being commissioned by ${machine.owner ?? 'somebody else'}` }
  if (machine.owner !== null && machine.owner !== claim.user)
    return refuse(
      `${name} is ${machine.statusName} and belongs to ${machine.owner}`,
      `Ask ${machine.owner} to release it in MAAS, then start again.`,
    )
  if (isRescue(machine.status)) {
    if (ours) return { way: 'adopt' }
    return refuse(
      `${name} is in rescue mode (${machine.statusName}), and not by a run of ours`,
      'Exit rescue mode in MAAS when its user is done, then start again.',
    )
  }
  switch (machine.status) {
    case MACHINE_STATUS.new:
    case MACHINE_STATUS.failedCommissioning:
      return { way: 'commission' }
    case MACHINE_STATUS.ready:
      return { way: claim.recommission ? 'commission' : 'rescue' }
    case MACHINE_STATUS.broken:
      if (claim.recommission) return { way: 'commission' }
      return refuse(
        `${name} is marked Broken`,
        'Repair it and mark it fixed in MAAS, or ask for recommission if it may be commissioned as it is.',
      )
    case MACHINE_STATUS.deployed:
      return refuse(
        `${name} is Deployed`,
        'Releasing it is its owner’s act: release it in MAAS first if it may be provisioned anew.',
      )
    default:
      return refuse(`${name} is ${machine.statusName}`, 'Bring it to New or Ready in MAAS, then start again.')
  }
}

/** In a state that we brought it into: annotated by a run of ours, or commissioned by this one. */
export function isHeldByUs(
  machine: MachineState,
  claim: Pick<Claim, 'user' | 'annotationIsOurs' | 'commissioningResultId'>,
): boolean {
  const annotation = machine.annotations[RUN_ANNOTATION]
  if (machine.owner !== claim.user) return false
  if (claim.annotationIsOurs) return true
  if (annotation !== undefined) return false
  return (
    claim.commissioningResultId != null &&
    machine.commissioningResultId === claim.commissioningResultId &&
    !isRescue(machine.status)
  )
}

/** The refusal as an error. */
export function refusal(admission: Extract<Admission, { way: 'refuse' }>): HwError {
  return new HwError({
    code: 'machine.not-admitted',
    kind: 'conflict',
    message: `${admission.reason}; it is not touched.`,
    hint: admission.hint,
    retryable: false,
  })
}

function refuse(reason: string, hint: string): Admission {
  return { way: 'refuse', reason, hint }
}
