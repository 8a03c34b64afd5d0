/**
 * The control API and the support bundle, as an entry point of their own (`hwautomation/control`): who only embeds the library does not
 * load a web server. `createHwAutomation` loads it where it has a state directory.
 */
export { exportRun } from './bundle/export-run.ts'
export type { BundleSource } from './bundle/source.ts'
export type { BatchCounts, BatchSummary, BatchView, ItemView } from './control/batch-view.ts'
export { connectControl, ControlClient, type ClientIdentity } from './control/client.ts'
export { bundleSource, liveSite } from './control/live-site.ts'
export { controlRouter, type ControlRouter, type RouterOptions } from './control/router.ts'
export type { ControlStatus } from './control/routes/manager.ts'
export type { ServerDocument, ServerPage } from './control/routes/servers.ts'
export type { RunSummary } from './control/run-summary.ts'
export { startControl, type ControlOptions, type ControlServer } from './control/server.ts'
export type { Acting, Caller, CallerWish, ControlSite, Provisioner, Reading, ServerBook } from './control/site.ts'
