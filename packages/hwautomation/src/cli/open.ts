import { existsSync } from 'node:fs'
import { createHwAutomation, type HwAutomation, type HwAutomationOptions } from '../hwautomation.ts'
import { MemoryStore } from '../stores/memory-store.ts'
import { errorLog } from './error-log.ts'

/** Options that every command has. */
export interface GlobalOptions {
  readonly config?: string
  readonly stateDir?: string
  readonly json?: boolean
}

/** hwautomation.yaml of the working folder where no file is named; else environment alone. */
export const USUAL_FILE = 'hwautomation.yaml'

export function open(
  { config, stateDir }: GlobalOptions,
  more: Pick<HwAutomationOptions, 'resume' | 'control' | 'store'> = {},
): Promise<HwAutomation> {
  const file = config ?? (existsSync(USUAL_FILE) ? USUAL_FILE : undefined)
  return createHwAutomation({
    logger: errorLog(),
    ...more,
    ...(file === undefined ? {} : { config: file }),
    ...(stateDir === undefined ? {} : { stateDir }),
  })
}

/** To ask MAAS and the machines, beside whoever works on the state directory: nothing of it is taken or read. */
export function openToLook(options: GlobalOptions): Promise<HwAutomation> {
  return open(options, { store: new MemoryStore(), control: false })
}

/** The options of `plan` and `provision` as a request. */
export function requestOf(server: string, deviceType: string, options: RequestOptions) {
  const { ipmi, gateway, netmask, recommission, leaveOn, timeout, retries } = options
  return {
    serverId: server,
    deviceType,
    ...(ipmi === undefined ? {} : { targetIpmiIp: ipmi }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(netmask === undefined ? {} : { subnetMask: netmask }),
    ...(recommission === undefined ? {} : { recommission }),
    ...(leaveOn === undefined ? {} : { leaveOn: leaveOn as 'rescue' }),
    ...(timeout === undefined ? {} : { timeout: /^\d+$/.test(timeout) ? Number(timeout) : timeout }),
    ...(retries === undefined ? {} : { retryCount: Number(retries) }),
  }
}

export interface RequestOptions extends GlobalOptions {
  readonly ipmi?: string
  readonly gateway?: string
  readonly netmask?: string
  readonly recommission?: boolean
  readonly leaveOn?: string
  readonly timeout?: string
  readonly retries?: string
  readonly by?: string
  readonly key?: string
}
