import type { Lab } from '@hwautomation/testkit'

/** Failures to look at: `npm run demo -- --fault NAME`. Each does what a person could do in the lab by hand. */
export const DEMO_FAULTS: Readonly<Record<string, { readonly what: string; readonly bring: (lab: Lab) => void }>> = {
  'commit-lies': {
    what: 'ilorest reports success for every commit and stages nothing',
    bring: (lab) => void lab.faults.always({ server: 'srv001', call: 'ilorest commit', mode: 'ack-no-effect' }),
  },
  'reply-lost': {
    what: 'the connection breaks right after the BIOS commit; the run goes on and commits nothing twice',
    bring: (lab) => void lab.faults.once({ server: 'srv001', call: 'ilorest commit', mode: 'reply-lost-after-effect' }),
  },
  'no-licence': {
    what: 'the BMC lacks the licence for BIOS settings',
    bring: (lab) => void lab.faults.always({ server: 'srv001', call: 'ilorest commit', mode: 'licence-missing' }),
  },
  'address-lies': {
    what: 'the BMC acknowledges its new address and keeps the old one',
    bring: (lab) => void lab.faults.always({ server: 'srv001', call: 'ipmitool lan set', mode: 'ack-no-effect' }),
  },
  'maas-forgets': {
    what: 'MAAS acknowledges the new power address and forgets it',
    bring: (lab) => void lab.faults.always({ server: 'srv001', call: 'maas PUT machines/{id}', mode: 'ack-no-effect' }),
  },
  taken: {
    what: 'somebody marks the machine broken while it is being commissioned',
    bring: (lab) =>
      void lab.faults.once({
        server: 'srv001',
        call: 'maas POST machines/{id}?op=set_workload_annotations',
        mode: 'intervention',
        act: () => lab.server('srv001').intervene('abort'),
      }),
  },
}
