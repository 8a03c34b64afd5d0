import type { SettingName, SettingValue } from '../settings.ts'

type Canonical<Name extends SettingName> = SettingValue<Name> & (string | number)

/** One native setting that a canonical one needs, with the option texts for each value, best one first. */
export interface NativePart<Name extends SettingName = SettingName> {
  /** Menu path as in `places.ts`: `**` is any number of menus. */
  readonly at: string
  /** Values that are not named here leave this setting alone. Letter case does not count. */
  readonly values: Readonly<Partial<Record<Canonical<Name>, readonly string[]>>>
  /** Set only where the board has it (a second SATA controller). */
  readonly optional?: true
}

/** One way in which boards have it: the first part tells whether a board has it this way. */
export type NativeForm<Name extends SettingName = SettingName> = readonly [NativePart<Name>, ...NativePart<Name>[]]

/** How Supermicro's BIOS says one canonical setting. */
export interface SupermicroMapping<Name extends SettingName = SettingName> {
  /** The first that the board has is used. */
  readonly forms: readonly NativeForm<Name>[]
  /** What boards have that know UEFI only, and so lack the setting. */
  readonly uefiOnly?: Canonical<Name>
  /** Why no board has it. */
  readonly absent?: string
}

const on = ['Enable', 'Enabled', 'Checked', 'On'] as const
const off = ['Disable', 'Disabled', 'Unchecked', 'Off'] as const
const onOff = { enabled: on, disabled: off } as const
/** AMD boards often offer `Auto` and `Disabled` only; `Auto` is on there. */
const autoOff = { enabled: [...on, 'Auto'], disabled: off } as const
const autoOnOff = { auto: ['Auto'], enabled: on, disabled: off } as const

/**
 * Menu paths and texts of exported files: X11DPH-T, X11SCH-F (metal-toolbox/ironlib), X11SCM-F (metal-toolbox/bmclib),
 * X11DPT-B and X11SDV (metal-stack/go-hal). Those of X12, X13, H12 and H13 boards are assumed after their manuals and
 * Intel's and AMD's own names. A name that is wrong finds nothing: the board's own file always decides what exists and
 * which texts it takes. `pxe` and `boot-retry` depend on the boot mode: `network-boot.ts`, `boot-mode.ts`.
 */
export const supermicroMappings: {
  readonly [Name in Exclude<SettingName, 'pxe' | 'boot-retry'>]: SupermicroMapping<Name>
} = {
  'boot-mode': {
    forms: [
      [{ at: 'Boot > Boot mode select', values: { uefi: ['UEFI'], legacy: ['LEGACY'] } }],
      [{ at: '** > CSM Support', values: { uefi: off } }],
    ],
    uefiOnly: 'uefi',
  },
  csm: {
    forms: [
      [{ at: '** > CSM Support', values: onOff }],
      [{ at: 'Boot > Boot mode select', values: { enabled: ['DUAL'], disabled: ['UEFI'] } }],
    ],
    uefiOnly: 'disabled',
  },
  'secure-boot': {
    forms: [[{ at: 'Security > ** > Secure Boot', values: onOff }], [{ at: '** > Secure Boot Enable', values: onOff }]],
  },
  'network-boot-retries': { forms: [], absent: 'Supermicro boards have no number of tries per network device' },
  'network-boot-protocol': {
    forms: [
      [
        { at: 'Advanced > ** > IPv4 PXE Support', values: { auto: on, ipv4: on, ipv6: off } },
        { at: 'Advanced > ** > IPv6 PXE Support', values: { auto: on, ipv4: off, ipv6: on } },
      ],
    ],
  },
  'http-boot': {
    forms: [
      [
        { at: 'Advanced > ** > IPv4 HTTP Support', values: { auto: on, disabled: off } },
        { at: 'Advanced > ** > IPv6 HTTP Support', values: { auto: on, disabled: off } },
      ],
    ],
  },
  smt: {
    forms: [
      [{ at: 'Advanced > CPU Configuration > Hyper-Threading [ALL]', values: onOff }],
      [{ at: 'Advanced > CPU Configuration > ** > Hyper-Threading', values: onOff }],
      [{ at: 'Advanced > ** > SMT Control', values: autoOff }],
    ],
  },
  turbo: {
    forms: [
      [{ at: 'Advanced > CPU Configuration > ** > Turbo Mode', values: onOff }],
      [{ at: 'Advanced > ** > Core Performance Boost', values: autoOff }],
    ],
  },
  'p-states': {
    forms: [
      [{ at: 'Advanced > CPU Configuration > ** > SpeedStep (P-States)', values: onOff }],
      [{ at: 'Advanced > CPU Configuration > ** > SpeedStep (Pstates)', values: onOff }],
      [{ at: 'Advanced > CPU Configuration > Intel(R) SpeedStep(tm)', values: onOff }],
    ],
  },
  'hardware-p-states': {
    forms: [
      [
        {
          at: 'Advanced > CPU Configuration > ** > Hardware P-States',
          values: {
            disabled: off,
            native: ['Native Mode'],
            'native-without-legacy': ['Native Mode with No Legacy Support'],
            'out-of-band': ['Out of Band Mode'],
          },
        },
      ],
      [
        {
          at: 'Advanced > CPU Configuration > Intel(R) Speed Shift Technology',
          values: { disabled: off, native: on },
        },
      ],
    ],
  },
  'avx-pre-grant': {
    forms: [
      [{ at: 'Advanced > CPU Configuration > ** > AVX Licence Pre-Grant Override', values: onOff }],
      [{ at: 'Advanced > CPU Configuration > ** > AVX Licence Pre-Grant', values: onOff }],
    ],
  },
  avx512: { forms: [[{ at: 'Advanced > ** > AVX512', values: autoOnOff }]] },
  'power-profile': {
    forms: [
      [
        {
          at: 'Advanced > CPU Configuration > ** > Power Technology',
          values: { custom: ['Custom'], 'power-efficient': ['Energy Efficient'] },
        },
      ],
      [
        {
          at: 'Advanced > ** > Power Profile Selection',
          values: {
            performance: ['High Performance Mode'],
            'power-efficient': ['Efficiency Mode'],
            'io-throughput': ['Maximum IO Performance Mode'],
          },
        },
      ],
    ],
  },
  'power-regulator': {
    forms: [],
    absent: 'Supermicro boards have no such setting: `p-states` and `hardware-p-states` say who controls the frequency',
  },
  'energy-bias': {
    forms: [
      [
        {
          at: 'Advanced > CPU Configuration > ** > ENERGY_PERF_BIAS_CFG mode',
          values: {
            'max-performance': ['Maximum Performance', 'Performance'],
            'balanced-performance': ['Balanced Performance'],
            'balanced-power': ['Balanced Power'],
            'power-saving': ['Power'],
          },
        },
      ],
    ],
  },
  'c-states': {
    forms: [
      [
        {
          at: 'Advanced > CPU Configuration > ** > CPU C6 report',
          values: { c6: [...on, 'Auto'], c1e: off, none: off },
        },
        {
          at: 'Advanced > CPU Configuration > ** > Enhanced Halt State (C1E)',
          values: { c1e: on, none: off },
        },
      ],
      [{ at: 'Advanced > CPU Configuration > C states', values: { c6: on, none: off } }],
      [{ at: 'Advanced > ** > Global C-state Control', values: { c6: [...on, 'Auto'], none: off } }],
    ],
  },
  'package-c-state': {
    forms: [
      [
        {
          at: 'Advanced > CPU Configuration > ** > Package C State',
          values: {
            auto: ['Auto'],
            none: ['C0/C1 state'],
            c2: ['C2 state'],
            'c6-non-retention': ['C6(non Retention) state'],
            'c6-retention': ['C6(Retention) state'],
            'no-limit': ['No Limit'],
          },
        },
      ],
      [
        {
          at: 'Advanced > CPU Configuration > ** > Package C State Limit',
          values: { auto: ['Auto'], none: ['C0/C1'], c2: ['C2'] },
        },
      ],
    ],
  },
  'sr-iov': { forms: [[{ at: 'Advanced > ** > SR-IOV Support', values: onOff }]] },
  iommu: {
    forms: [
      [{ at: 'Advanced > ** > Intel(R) VT for Directed I/O (VT-d)', values: onOff }],
      [{ at: 'Advanced > Chipset Configuration > ** > VT-d', values: onOff }],
      [{ at: 'Advanced > ** > IOMMU', values: autoOff }],
    ],
  },
  virtualization: {
    forms: [
      [{ at: 'Advanced > CPU Configuration > ** > Intel Virtualization Technology', values: onOff }],
      [{ at: 'Advanced > CPU Configuration > ** > Intel (VMX) Virtualization Technology', values: onOff }],
      [{ at: 'Advanced > ** > SVM Mode', values: onOff }],
    ],
  },
  'patrol-scrub': {
    forms: [
      [
        {
          at: 'Advanced > ** > Memory RAS Configuration > Patrol Scrub',
          values: { enabled: [...on, 'Enable at End of POST'], disabled: off },
        },
      ],
    ],
  },
  numa: { forms: [[{ at: 'Advanced > ACPI Settings > NUMA', values: onOff }]] },
  'numa-nodes-per-socket': {
    forms: [
      [
        {
          at: 'Advanced > ** > NUMA Nodes Per Socket',
          values: { auto: ['Auto'], '1': ['NPS1'], '2': ['NPS2'], '4': ['NPS4'] },
        },
      ],
    ],
  },
  'l3-as-numa': {
    forms: [[{ at: 'Advanced > ** > ACPI SRAT L3 Cache As NUMA Domain', values: autoOnOff }]],
  },
  'numa-group-size': { forms: [], absent: 'only HPE has it' },
  'sub-numa-clustering': {
    forms: [
      [{ at: 'Advanced > ** > SNC', values: onOff }],
      [
        {
          at: 'Advanced > ** > SNC (Sub NUMA)',
          values: { enabled: [...on, 'Enable SNC2 (2-clusters)'], disabled: off },
        },
      ],
    ],
  },
  'node-interleaving': {
    forms: [],
    absent: 'Supermicro boards have no such setting: `numa: disabled` interleaves over all sockets',
  },
  'memory-mode': {
    forms: [
      [
        {
          at: 'Advanced > ** > Memory RAS Configuration > Mirror mode',
          values: { ecc: off, spare: off, mirror: ['Mirror Mode 1LM', 'Full Mirror Mode', ...on] },
        },
        {
          at: 'Advanced > ** > Memory RAS Configuration > Memory Rank Sparing',
          values: { ecc: off, spare: on },
        },
      ],
    ],
  },
  'sata-mode': {
    forms: [
      [
        { at: 'Advanced > PCH SATA Configuration > SATA Controller', values: { ahci: on, raid: on, disabled: off } },
        { at: 'Advanced > PCH SATA Configuration > Configure SATA as', values: { ahci: ['AHCI'], raid: ['RAID'] } },
        {
          at: 'Advanced > PCH sSATA Configuration > sSATA Controller',
          values: { ahci: on, raid: on, disabled: off },
          optional: true,
        },
        {
          at: 'Advanced > PCH sSATA Configuration > Configure sSATA as',
          values: { ahci: ['AHCI'], raid: ['RAID'] },
          optional: true,
        },
      ],
      [
        {
          at: 'Advanced > SATA And RSTe Configuration > SATA Controller(s)',
          values: { ahci: on, raid: on, disabled: off },
        },
        {
          at: 'Advanced > SATA And RSTe Configuration > SATA Mode Selection',
          values: { ahci: ['AHCI'], raid: ['RAID'] },
        },
      ],
    ],
  },
  x2apic: {
    forms: [
      [{ at: 'Advanced > CPU Configuration > ** > Extended APIC', values: { enabled: on, disabled: off } }],
      [{ at: 'Advanced > CPU Configuration > ** > X2APIC', values: autoOnOff }],
      [{ at: 'Advanced > ** > Local APIC Mode', values: { auto: ['Auto'], enabled: ['x2APIC'], disabled: ['xAPIC'] } }],
    ],
  },
  sgx: {
    forms: [
      [
        {
          at: 'Advanced > ** > Software Guard Extensions (SGX)',
          values: { ...onOff, 'software-controlled': ['Software Controlled'] },
        },
      ],
      [{ at: 'Advanced > ** > SW Guard Extensions (SGX)', values: onOff }],
    ],
  },
  'memory-encryption': {
    forms: [
      [
        {
          at: 'Advanced > ** > Total Memory Encryption (TME)',
          values: { disabled: off, 'single-key': on, 'multi-key': on },
        },
        {
          at: 'Advanced > ** > Total Memory Encryption Multi-Tenant (TME-MT)',
          values: { 'single-key': off, 'multi-key': on },
        },
      ],
      [
        {
          at: 'Advanced > ** > Total Memory Encryption (TME)',
          values: { disabled: off, 'single-key': on },
        },
      ],
    ],
  },
  tdx: {
    forms: [
      [{ at: 'Advanced > ** > Trust Domain Extension (TDX)', values: onOff }],
      [{ at: 'Advanced > ** > Trusted Domain Extension (TDX)', values: onOff }],
    ],
  },
  txt: { forms: [[{ at: 'Advanced > Trusted Computing > TXT Support', values: onOff }]] },
  tpm: {
    forms: [[{ at: 'Advanced > Trusted Computing > Security Device Support', values: { visible: on, hidden: off } }]],
  },
  // The numbers are those of X11 boards: 1 is COM1, 2 is SOL, 3 is for EMS. The other port is left as it is.
  'console-redirection': {
    forms: [
      [
        {
          at: 'Advanced > Serial Port Console Redirection > Console Redirection#2',
          values: { virtual: on, disabled: off },
        },
        {
          at: 'Advanced > Serial Port Console Redirection > Console Redirection#1',
          values: { physical: on, disabled: off },
        },
      ],
    ],
  },
  // Of SOL: the speed of COM1 cannot be set while nothing is redirected to it.
  'console-speed': {
    forms: [
      [
        {
          at: 'Advanced > Serial Port Console Redirection > Console Redirection Settings#2 > Bits per second#2',
          values: {
            '9600': ['9600'],
            '19200': ['19200'],
            '38400': ['38400'],
            '57600': ['57600'],
            '115200': ['115200'],
          },
        },
      ],
    ],
  },
  'quiet-boot': { forms: [[{ at: '** > Quiet Boot', values: onOff }]] },
  'wait-on-error': { forms: [[{ at: '** > Wait For "F1" If Error', values: onOff }]] },
  'internal-graphics': { forms: [[{ at: 'Advanced > ** > Internal Graphics', values: autoOnOff }]] },
  'ac-loss': {
    forms: [
      [
        {
          at: '** > Restore on AC Power Loss',
          values: { 'power-on': ['Power On'], 'stay-off': ['Stay Off'], 'last-state': ['Last State'] },
        },
      ],
    ],
  },
  'power-on-delay': { forms: [], absent: 'Supermicro boards have no such setting' },
  'wake-on-lan': {
    forms: [],
    absent: 'Supermicro boards wake by LAN whenever the NIC is told to: there is no setting',
  },
  cooling: { forms: [], absent: 'the fan mode is a matter of the BMC on Supermicro machines' },
}
