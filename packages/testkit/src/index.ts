export { createLab } from './lab.ts'
export type { Lab, LabConnection, LabOptions, LabServer, LabServerSpec, LabTool } from './lab.ts'
export { createLabClock } from './clock.ts'
export type { ClockMode, LabClock } from './clock.ts'
export type { ClockPeer } from './clock-peers.ts'
export { connectLabClock } from './connect-clock.ts'
export type { ConnectedLabClock } from './connect-clock.ts'
export type { Fault, FaultMode, Faults, FaultSpec } from './faults.ts'
export type { Door, LogEntry, RequestLog } from './log.ts'
export type { ProcessListener, ProcessStart } from './process-start.ts'
export type { Owner, Network, World } from './world/world.ts'
export type {
  BiosMessage,
  BiosState,
  Bmc,
  BmcCertificate,
  BmcNetwork,
  BmcSession,
  BmcUser,
  Boot,
  BootPlan,
  HostKey,
  HostPhase,
  Machine,
} from './world/machine.ts'
export type { Job, JobEnding, JobQueue, JobStatus, JobType } from './world/jobs.ts'
export type { BiosAttribute, BiosCondition, BiosImplication, BiosValue, HardwareModel } from './world/model.ts'
export { hardwareModels } from './world/models.ts'
export { createSlackWorkspace } from './slack/create-workspace.ts'
export { validateBlocks } from './slack/blocks/validate.ts'
export { liveIn } from './slack/text/parsed-texts.ts'
export type {
  BlockFault,
  SlackChange,
  SlackChannelSpec,
  SlackDelivery,
  SlackFile,
  SlackHttpControl,
  SlackJson,
  SlackMessage,
  SlackObject,
  SlackPerson,
  SlackSocketControl,
  SlackUserSpec,
  SlackView,
  SlackWorkspace,
  SlackWorkspaceOptions,
} from './slack/workspace.ts'
