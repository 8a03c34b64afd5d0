import { describe, expect, it } from 'vitest'
import {
  jobVerdict,
  lastBiosJob,
  openBiosJobs,
  parseJobQueue as parsed,
  phaseOf,
} from '../../../src/bios/dell/job-queue.ts'

const jobsIn = (output: string) => parsed(output) ?? []

/** As iDRAC9 from 5.x on shows them. */
const entry = (
  id: string,
  name: string,
  status: string,
  completed: string,
  message = 'PR19: Job completed successfully.',
) =>
  `[Job ID=${id}]
Job Name=${name}
Status=${status}
Scheduled Start Time=[Now]
Expiration Time=[Not Applicable]
Actual Start Time=[Tue, 25 Mar 2025 17:00:22]
Actual Completion Time=[${completed}]
Message=[${message}]
Percent Complete=[100]
----------------------------------------------------------
`
const queue = (...entries: readonly string[]) =>
  `${'-------------------------JOB QUEUE------------------------'.padEnd(77)}\n${entries.join('')}`

const BIOS = 'Configure: BIOS.Setup.1-1'

describe('the job queue', () => {
  it('of iDRAC9 says when a job was over', () => {
    expect(jobsIn(queue(entry('JID_429400224349', BIOS, 'Completed', 'Tue, 5 Mar 2025 17:00:32')))).toEqual([
      {
        id: 'JID_429400224349',
        name: BIOS,
        status: 'Completed',
        message: 'PR19: Job completed successfully.',
        completedAt: '2025-03-05T17:00:32',
      },
    ])
  })

  it('of iDRAC8 has a start time only, no percentage, and comes after ParseComplete', () => {
    const output = `ParseComplete
-------------------------JOB QUEUE------------------------
[Job ID=JID_782384188487]
Job Name=Configure: BIOS.Setup.1-1
Status=Scheduled
Start Time=[Next Reboot]
Expiration Time=[Not Applicable]
Message=[JCP001: Task successfully scheduled.]
----------------------------------------------------------
[Job ID=RID_782384191517]
Job Name=Reboot: Power cycle
Status=Reboot Completed
Start Time=[Now]
Percent Complete=[NA]
----------------------------------------------------------
`
    const jobs = jobsIn(output)
    expect(jobs.map(({ id, status, message }) => [id, status, message])).toEqual([
      ['JID_782384188487', 'Scheduled', 'JCP001: Task successfully scheduled.'],
      ['RID_782384191517', 'Reboot Completed', ''],
    ])
    expect(jobs[0]).not.toHaveProperty('completedAt')
    expect(openBiosJobs(jobs).map(({ id }) => id)).toEqual(['JID_782384188487'])
  })

  it('may be empty or cut off, and is none where something else was printed', () => {
    expect(parsed(queue())).toEqual([])
    expect(parsed('---------------------------- JOB -------------------------\n')).toEqual([])
    expect(parsed('Status=Failed\n')).toBeUndefined()
    expect(parsed('')).toBeUndefined()
    expect(jobsIn('[Job ID=JID_429400224349]\nJob Na')).toMatchObject([{ id: 'JID_429400224349', status: '' }])
  })

  it.each([
    ['New', 'new'],
    ['Scheduled', 'waits'],
    ['Ready For Execution', 'waits'],
    ['Running', 'runs'],
    ['Downloading', 'runs'],
    ['', 'runs'],
    ['Something New', 'runs'],
    ['Completed', 'done'],
    ['Completed with Errors', 'failed'],
    ['Failed', 'failed'],
  ])('counts a job that is %s as one that %s, whatever its percentage', (status, phase) => {
    expect(phaseOf({ id: 'JID_1', name: BIOS, status, message: '' })).toBe(phase)
  })

  it('shows open jobs of the BIOS, imported profiles with them, and none of other devices', () => {
    const jobs = jobsIn(
      queue(
        entry('JID_000000000001', 'Configure: RAID.Integrated.1-1', 'Scheduled', 'Not Applicable'),
        entry('JID_000000000002', 'Configure: Import Server Configuration Profile', 'Running', 'Not Applicable'),
        entry('JID_000000000003', BIOS, 'Completed', 'Not Applicable'),
        entry('JID_000000000004', 'Firmware Update: BIOS', 'Scheduled', 'Not Applicable'),
        entry('JID_000000000005', 'ConfigBIOS:BIOS.Setup.1-1', 'Scheduled', 'Not Applicable'),
      ),
    )
    expect(openBiosJobs(jobs).map(({ id }) => id)).toEqual(['JID_000000000002', 'JID_000000000005'])
  })
})

describe('the verdict of the last BIOS job', () => {
  const late = entry('JID_000000000001', BIOS, 'Failed', 'Tue, 25 Mar 2025 18:00:00', 'PR21: Job failed.')
  const early = entry('JID_000000000009', BIOS, 'Completed', 'Mon, 24 Mar 2025 18:00:00')

  it('is that of the one that was over last, not of the one with the highest id', () => {
    for (const output of [queue(late, early), queue(early, late)]) {
      const last = lastBiosJob(jobsIn(output))
      expect(last?.id).toBe('JID_000000000001')
      expect(jobVerdict(last)).toEqual([`the job JID_000000000001 (${BIOS}) ended as Failed: PR21: Job failed.`])
    }
  })

  it('goes by the id where times are not shown', () => {
    const jobs = jobsIn(
      queue(
        entry('JID_782384188487', BIOS, 'Completed', 'Not Applicable'),
        entry('JID_1782384188487', BIOS, 'Completed with Errors', 'Not Applicable', 'JCP008: x'),
      ),
    )
    expect(lastBiosJob(jobs)?.id).toBe('JID_1782384188487')
  })

  it('is empty for a job that succeeded, and where there was none', () => {
    expect(jobVerdict(lastBiosJob(jobsIn(queue(early))))).toEqual([])
    expect(jobVerdict(lastBiosJob([]))).toEqual([])
  })
})
