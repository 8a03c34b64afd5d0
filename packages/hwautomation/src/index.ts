export { createHwAutomation, type HwAutomation, type HwAutomationOptions } from './hwautomation.ts'
export { ENVIRONMENT, type Config, type ConfigInput, type PartialConfig } from './config.ts'
export { resolveSecret, type ResolveSecretOptions, type SecretSource } from './secrets.ts'
export type { CheckResult } from './check-site.ts'
export { HwError, isHwError, toHwError, type ErrorContext, type ErrorKind } from './errors.ts'
export { systemClock, type Clock } from './clock.ts'
export type { Logger } from './logger.ts'
export { Redactor } from './redaction.ts'
export { dialDirect, dialThrough, type Dial, type DialTarget } from './dial.ts'

export {
  serverProvisioning,
  ServerProvisioningWorkflow,
  standardSteps,
  type ProvisioningSite,
} from './provisioning/server-provisioning-workflow.ts'
export { biosRestore, RestoreBiosWorkflow, type RestoreWish } from './provisioning/restore-bios-workflow.ts'
export type { Provisioning } from './provisioning/provisioning.ts'
export { expandRange, isRange } from './provisioning/batch/range.ts'
export type { BatchCheck, CheckedItem } from './provisioning/batch/batch-check.ts'
export { LARGEST_SHEET } from './provisioning/batch/rack-sheet.ts'
export type { DriftItem, DriftReport } from './drift/drift-report.ts'
export type { ValidateOptions } from './drift/validate-server.ts'
export { boardingReport, type BoardingFinding } from './boarding/report.ts'
export type { BiosSeen, BmcSettingReading, BmcSettingReadings, BmcUserSeen, BoardingSeen } from './boarding/seen.ts'
export type { BoardingRules } from './devices/boarding.ts'
export { BmcSettings, type BmcAnswers, type BmcAt, type BmcQuestions } from './provisioning/bmc-settings.ts'
export type { ListedServer } from './maas/maas-fleet.ts'
export type { BatchOrder } from './provisioning/batch/batch-order.ts'
export type { ProvisioningRequest } from './provisioning/request.ts'
export {
  Bios,
  Commissioning,
  HostShell,
  KeptBios,
  Tags,
  type Answer,
  type BiosChanges,
  type BiosReading,
  type CommandOptions,
  type CommandResult,
  type FreshBoot,
} from './provisioning/capabilities.ts'
export { Inventory } from './provisioning/inventory.ts'
export {
  factNames,
  factOf,
  type Dimm,
  type Disk,
  type Fact,
  type FactName,
  type FactSource,
  type FactValues,
  type Nic,
  type Observed,
  type ServerFacts,
} from './inventory/facts.ts'
export type { SiteInventory } from './maas/maas-inventory.ts'
export { BmcNetwork, type LanSettings, type Sighting } from './provisioning/bmc-network.ts'
export type { MachineState } from './provisioning/machine-state.ts'
export type { HostIdentity, HostLocation } from './provisioning/host.ts'

export {
  Capability,
  type CapabilityScope,
  type EffectSpec,
  type PlanContext,
  type RunView,
  type StepContext,
  type SubTask,
  type UndoContext,
} from './workflow/context.ts'
export {
  defineWorkflow,
  StepList,
  type Ground,
  type RunnableWorkflow,
  type WorkflowDefinition,
  type WorkflowDefinitionSpec,
} from './workflow/definition.ts'
export type { BatchItem, BatchPolicy, BatchRecord } from './workflow/batch/record.ts'
export type { BatchHandle } from './workflow/batch/batches.ts'
export type { StartBatchOptions } from './workflow/batch/new-batch.ts'
export type { BatchRun } from './workflow/batch/items.ts'
export type { FollowOptions } from './workflow/event-stream.ts'
export type { AuditEntry, JournalEntry, JournalLine, WorkflowEvent } from './workflow/events.ts'
export type { ApprovalWish } from './workflow/approval.ts'
export { executeWorkflow, type ExecuteOptions } from './workflow/execute.ts'
export { WorkflowManager } from './workflow/manager.ts'
export type { CloseOptions, ManagerOptions, StartOptions } from './workflow/manager-options.ts'
export type { CancelWish, RetryWish, Wish } from './workflow/wishes.ts'
export type { JournalStreamOptions } from './workflow/journal-stream.ts'
export type { Capabilities } from './workflow/registry.ts'
export type { RunOutcome } from './workflow/outcome.ts'
export { planWorkflow, type WorkflowPlan } from './workflow/plan.ts'
export type { Documents, JournalQuery, ManagerState, RecordPage, RecordQuery, WorkflowStore } from './workflow/ports.ts'
export type {
  ApprovalRecord,
  ArtefactRef,
  EffectClass,
  ErrorRecord,
  Evidence,
  Intent,
  Json,
  LeftBehind,
  StepRecord,
  SubTaskRecord,
  WaitingFor,
  WarningRecord,
  WishRecord,
  WorkflowRecord,
} from './workflow/record.ts'
export type { CancelAnswer } from './workflow/run.ts'
export type { RunHandle } from './workflow/run-handle.ts'
export { TRANSITIONS, type StepStatus, type WorkflowStatus } from './workflow/status.ts'
export {
  WorkflowStep,
  type Duration,
  type RetryPolicy,
  type StepPlan,
  type StepSpec,
  type Verification,
} from './workflow/step.ts'
export { WorkflowCancelledError, WorkflowFailedError } from './workflow/workflow-errors.ts'

export { didYouMean } from './bios/did-you-mean.ts'
export { readSource, type CatalogueFault, type CatalogueSource } from './devices/catalogue-source.ts'
export { DeviceCatalogue } from './devices/catalogue.ts'
export type { DeviceType } from './devices/device-type.ts'
export {
  checkCatalogue,
  loadCatalogue,
  type CatalogueCheck,
  type LoadCatalogueOptions,
} from './devices/load-catalogue.ts'
export type { FileSystem } from './stores/file-system.ts'
export { readLease, type StoreOwner } from './stores/lease/read-lease.ts'
export { LowdbStore, type LowdbStoreOptions } from './stores/lowdb-store.ts'
export { MemoryStore } from './stores/memory-store.ts'
export type { Retained, RetainOptions } from './stores/retention.ts'
export type { StoreTrouble } from './stores/troubles.ts'
export { deviceLines } from './report/device-lines.ts'
export { deviceTable } from './report/device-table.ts'
export { between, forPeople } from './report/durations.ts'
export { eventLines } from './report/event-lines.ts'
export { errorLines, recordLines, type ReportOptions } from './report/record-lines.ts'
export { planLines } from './report/plan-lines.ts'
export { shortId } from './report/short-id.ts'
