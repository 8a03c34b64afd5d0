/**
 * Every button, select and modal of the bot by its id. The value of a button is the id of a run or batch and nothing else. Ids are for
 * ever: messages of earlier releases carry them.
 */
export const ACTIONS = {
  cancel: 'run.cancel',
  retry: 'run.retry',
  follow: 'run.follow',
  details: 'run.details',
  approve: 'run.approve',
  refuse: 'run.refuse',
  batchPause: 'batch.pause',
  batchProceed: 'batch.proceed',
  batchCancel: 'batch.cancel',
  batchDetails: 'batch.details',
  provision: 'home.provision',
  refresh: 'home.refresh',
  /** The radio buttons of the form that choose between one server, a range and a sheet: the form is shown again, with the other fields. */
  formKind: 'form.kind',
} as const

/** Inputs of the modal, by block id; the action id of each is the same word. */
export const INPUTS = {
  server: 'server',
  servers: 'servers',
  deviceType: 'device-type',
  ipmi: 'ipmi',
  gateway: 'gateway',
  sheet: 'sheet',
  atOnce: 'at-once',
  perGroup: 'per-group',
  canary: 'canary',
  maxFailures: 'max-failures',
  options: 'options',
} as const

/** Callback ids of modals and shortcuts. */
export const CALLBACKS = {
  provision: 'modal.provision',
  plan: 'modal.plan',
  details: 'modal.details',
  assume: 'modal.assume',
  notice: 'modal.notice',
  globalProvision: 'shortcut.provision',
  globalStatus: 'shortcut.status',
  messageStatus: 'shortcut.message-status',
} as const
