import type { Redactor } from '../redaction.ts'
import type { Gate } from './gate.ts'
import type { ManagerState, WorkflowStore } from './ports.ts'
import type { WishRecord } from './record.ts'
import { Turns } from './turns.ts'

/** A switch that an operator throws, as the audit trail names it. */
export type SwitchAction = 'pause' | 'drain' | 'proceed' | 'hardware-off' | 'hardware-on'

/** Absent and undefined mean the same: not set. */
type Change = { readonly [Key in keyof ManagerState]?: ManagerState[Key] | undefined }

/** What each of them changes. */
const CHANGES: Readonly<Record<SwitchAction, (wish: WishRecord) => Change>> = {
  pause: (wish) => ({ intake: { is: 'paused', ...wish } }),
  drain: (wish) => ({ intake: { is: 'draining', ...wish } }),
  proceed: () => ({ intake: undefined }),
  'hardware-off': (wish) => ({ hardwareOff: wish }),
  'hardware-on': () => ({ hardwareOff: undefined }),
}

interface SwitchesDeps {
  readonly gate: Gate
  readonly store: WorkflowStore
  readonly redactor: Redactor
}

/** The operators' switches: written down before they take effect, one after the other; they outlive the process. */
export class Switches {
  readonly #deps: SwitchesDeps
  readonly #turns = new Turns()

  constructor(deps: SwitchesDeps) {
    this.#deps = deps
  }

  /** `around` is told of it when its turn comes. */
  throw(
    action: SwitchAction,
    wish: WishRecord,
    around: (work: () => Promise<ManagerState>) => Promise<ManagerState>,
  ): Promise<ManagerState> {
    return this.#turns.run('switch', () => around(() => this.#change(CHANGES[action](wish))))
  }

  async #change(change: Change): Promise<ManagerState> {
    const { gate, store, redactor } = this.#deps
    const state = present({ ...gate.state, ...redactor.value(change) })
    await store.saveState(state)
    gate.set(state)
    return state
  }
}

/** Without what is not set. */
function present({ intake, hardwareOff }: Change): ManagerState {
  return { ...(intake === undefined ? {} : { intake }), ...(hardwareOff === undefined ? {} : { hardwareOff }) }
}
