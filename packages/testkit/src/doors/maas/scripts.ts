/** A commissioning or testing script as `scripts/` lists it. */
export interface Script {
  readonly id: number
  readonly name: string
  readonly type: 'commissioning' | 'testing'
  /** What the simulated run of it takes, in lab seconds; assumed (recorded runs were played, not real). */
  readonly seconds: number
  readonly tags: readonly string[]
}

/** The 12 built-in commissioning scripts in the order they run (MAAS 3.3 recorded: names). Together 75 lab seconds. */
export const COMMISSIONING_SCRIPTS: readonly Script[] = (
  [
    ['20-maas-01-install-lldpd', 8],
    ['20-maas-02-dhcp-unconfigured-ifaces', 5],
    ['20-maas-03-machine-resources', 6],
    ['30-maas-01-bmc-config', 6],
    ['50-maas-01-commissioning', 14],
    ['maas-capture-lldpd', 12],
    ['maas-get-fruid-api-data', 3],
    ['maas-kernel-cmdline', 1],
    ['maas-list-modaliases', 2],
    ['maas-lshw', 8],
    ['maas-serial-ports', 2],
    ['maas-support-info', 8],
  ] as const
).map(([name, seconds], index) => ({
  id: index + 3,
  name,
  type: 'commissioning' as const,
  seconds,
  tags: ['commissioning'],
}))

/** The script after which hardware, disks and addresses appear in the record. */
export const HARDWARE_SCRIPT = '50-maas-01-commissioning'
/** Skipped with `skip_bmc_config`; otherwise it writes a BMC user `maas`. */
export const BMC_CONFIG_SCRIPT = '30-maas-01-bmc-config'
/** What runs as a test when a commissioning does not say `testing_scripts=none`. */
export const DEFAULT_TEST = 'smartctl-validate'

const TESTING_NAMES = [
  'smartctl-validate',
  'smartctl-short',
  'smartctl-long',
  'smartctl-conveyance',
  'memtester',
  'stress-ng-cpu-long',
  'stress-ng-cpu-short',
  'stress-ng-memory-long',
  'stress-ng-memory-short',
  'ntp',
  'badblocks',
  'badblocks-destructive',
  '7z',
  'fio',
  'internet-connectivity',
  'gateway-connectivity',
  'rack-controller-connectivity',
] as const

/** The 17 built-in tests (MAAS 3.3 recorded: names); each takes 30 lab seconds (assumed). */
export const TESTING_SCRIPTS: readonly Script[] = TESTING_NAMES.map((name, index) => ({
  id: index + COMMISSIONING_SCRIPTS.length + 3,
  name,
  type: 'testing' as const,
  seconds: 30,
  tags: name === DEFAULT_TEST ? ['storage', 'commissioning'] : ['testing'],
}))

/** All 29. */
export const ALL_SCRIPTS: readonly Script[] = [...COMMISSIONING_SCRIPTS, ...TESTING_SCRIPTS]

/** A script as the API shows it. Fields beside name, id and type are assumed from MAAS 3.3's `api/scripts.py`. */
export function scriptRecord(script: Script): Readonly<Record<string, unknown>> {
  return {
    name: script.name,
    title: script.name,
    description: '',
    tags: script.tags,
    type: script.type === 'commissioning' ? 0 : 2,
    type_name: script.type === 'commissioning' ? 'Commissioning script' : 'Testing script',
    hardware_type: 0,
    hardware_type_name: 'Node',
    parallel: 0,
    parallel_name: 'Disabled',
    results: {},
    parameters: {},
    packages: {},
    timeout: '0:05:00',
    destructive: false,
    default: true,
    id: script.id,
    for_hardware: [],
    may_reboot: false,
    recommission: false,
    apply_configured_networking: false,
    resource_uri: `/MAAS/api/2.0/scripts/${script.name}`,
  }
}
