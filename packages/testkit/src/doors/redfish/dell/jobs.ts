import type { Answer } from '../../../call.ts'
import type { Job, JobStatus } from '../../../world/jobs.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { committed } from './bios.ts'
import { baseFault, fault, missing, missingProperty, notInList, success } from './message.ts'
import { BIOS, collection, JOBS, link } from './paths.ts'

const STATES: Readonly<Record<JobStatus, string>> = {
  New: 'New',
  Scheduled: 'Scheduled',
  Running: 'Running',
  Completed: 'Completed',
  'Completed with Errors': 'CompletedWithErrors',
  Failed: 'Failed',
  'Reboot Pending': 'RebootPending',
  'Reboot Completed': 'RebootCompleted',
}

/** Jobs stay; a task is gone ten minutes after its end (captured `TaskAutoDeleteTimeoutMinutes`). */
const TASK_LIFE_MS = 600_000

export function jobService(): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#JobService.JobService',
    '@odata.id': '/redfish/v1/JobService',
    '@odata.type': '#JobService.v1_0_4.JobService',
    Id: 'JobService',
    Name: 'Job Service',
    ServiceEnabled: true,
    Jobs: link('/redfish/v1/JobService/Jobs'),
  }
}

export function jobs({ jobs: queue }: Machine, path: string): unknown {
  return collection('DellJob', 'JobQueue', path, queue?.all.map(({ id }) => `${path}/${id}`) ?? [])
}

/** Times are local, without a zone; a start at the next POST is `TIME_NOW`. Ids of messages without their registry (captured). */
export function job({ jobs: queue }: Machine, path: string, id: string): unknown {
  const found = queue?.find(id)
  return found === undefined ? undefined : { '@odata.id': `${path}/${id}`, ...bodyOf(found) }
}

function bodyOf(found: Job): Readonly<Record<string, unknown>> {
  return {
    '@odata.context': '/redfish/v1/$metadata#DellJob.DellJob',
    '@odata.type': '#DellJob.v1_4_0.DellJob',
    Id: found.id,
    Name: found.name,
    Description: 'Job Instance',
    JobType: found.type,
    JobState: STATES[found.status],
    Message: found.message.text,
    MessageArgs: [],
    'MessageArgs@odata.count': 0,
    MessageId: found.message.id,
    PercentComplete: found.percent,
    StartTime: 'TIME_NOW',
    EndTime: 'TIME_NA',
    ActualRunningStartTime: found.startedAt === undefined ? null : localTime(found.startedAt),
    ActualRunningStopTime: found.completedAt === undefined ? null : localTime(found.completedAt),
    CompletionTime: found.completedAt === undefined ? null : localTime(found.completedAt),
    TargetSettingsURI: null,
  }
}

function localTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19)
}

/** A job for what is staged: 200, and where it is (dell/iDRAC-Redfish-Scripting). Assumed: the ids of its refusals. */
export function createJob(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { jobs: queue, bios } = machine
  const { TargetSettingsURI: target } = body
  if (target === undefined) return { reply: () => missingProperty('TargetSettingsURI') }
  if (target !== `${BIOS}/Settings`) return { reply: () => notInList(target, 'TargetSettingsURI') }
  if (queue?.underWay !== undefined) return { reply: committed }
  if (bios.pending.size === 0)
    return { reply: () => baseFault(400, 'GeneralError', 'No pending data present to create a Configuration job.') }
  const id = queue?.newId('JID') ?? ''
  return {
    effect: () => queue?.schedule(id),
    reply: () => ({ status: 200, headers: { Location: `${JOBS}/${id}` }, body: success().body }),
  }
}

/** With a job that waits goes what it was to apply. One that runs stays (the message is assumed). */
export function deleteJob({ jobs: queue }: Machine, id: string): Answer<RedfishReply> {
  const found = queue?.find(id)
  if (found === undefined) return { reply: () => missing(`${JOBS}/${id}`) }
  if (found.status === 'Running')
    return { reply: () => fault(400, 'RAC0679', 'A job is running and the operation cannot be performed.') }
  return { effect: () => void queue?.remove(id), reply: success }
}

/** `JID_CLEARALL`, `JID_CLEARALL_FORCE` (after which the data services are gone for a while), or one job. */
export function deleteJobQueue(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { JobID: id } = body
  if (typeof id !== 'string') return { reply: () => missingProperty('JobID') }
  if (id !== 'JID_CLEARALL' && id !== 'JID_CLEARALL_FORCE') return deleteJob(machine, id)
  return {
    effect() {
      machine.jobs?.clear(id === 'JID_CLEARALL_FORCE')
      if (id === 'JID_CLEARALL_FORCE') machine.resetBmc()
    },
    reply: success,
  }
}

export function tasks({ jobs: queue }: Machine, now: number): unknown {
  const alive = queue?.all.filter((each) => isTask(each, now)) ?? []
  return collection(
    'Task',
    'Task Collection',
    '/redfish/v1/TaskService/Tasks',
    alive.map(({ id }) => `/redfish/v1/TaskService/Tasks/${id}`),
  )
}

/** The same job as a task: its states are DMTF's, its message has the registry before it. */
export function task({ jobs: queue }: Machine, id: string, now: number): unknown {
  const found = queue?.find(id)
  if (found === undefined || !isTask(found, now)) return undefined
  const bad = found.status === 'Failed' || found.status === 'Completed with Errors'
  return {
    '@odata.context': '/redfish/v1/$metadata#Task.Task',
    '@odata.id': `/redfish/v1/TaskService/Tasks/${id}`,
    '@odata.type': '#Task.v1_6_0.Task',
    Id: id,
    Name: found.name,
    TaskState:
      found.status === 'Scheduled'
        ? 'Starting'
        : found.status === 'Running'
          ? 'Running'
          : bad
            ? 'Exception'
            : 'Completed',
    TaskStatus: bad ? 'Critical' : 'OK',
    PercentComplete: found.percent,
    StartTime: new Date(found.createdAt).toISOString(),
    Messages: [{ Message: found.message.text, MessageArgs: [], MessageId: `IDRAC.2.8.${found.message.id}` }],
    'Messages@odata.count': 1,
    Oem: { Dell: { '@odata.id': `${JOBS}/${id}`, ...bodyOf(found) } },
  }
}

function isTask({ completedAt }: Job, now: number): boolean {
  return completedAt === undefined || now - completedAt < TASK_LIFE_MS
}
