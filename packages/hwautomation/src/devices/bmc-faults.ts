import type { BiosVendorName } from '../bios/configuration.ts'
import { didYouMeanText } from '../bios/did-you-mean.ts'
import { protectingGlob } from '../bios/preserve.ts'
import { printable } from '../bios/printable.ts'
import { settingNames } from '../bios/settings.ts'
import { bmcSettings, bmcSettingsOf, type BmcSettingName } from './bmc-settings.ts'
import type { DeviceType } from './device-type.ts'
import type { TypeFault } from './type-faults.ts'

/** What no BMC of the type's vendor could be given, or no run could ever find kept. */
export function bmcFaults(type: DeviceType): TypeFault[] {
  return [...settingFaults(type), ...userFaults(type), ...ruleFaults(type), ...advisedFaults(type)]
}

function settingFaults({ vendor, ipmi }: DeviceType): TypeFault[] {
  return namesIn(ipmi.settings)
    .filter((name) => !bmcSettingsOf[vendor].includes(name))
    .map((name) => ({
      path: ['ipmi', 'settings', name],
      of: 'key',
      message: `\`ipmi.settings.${name}\`: ${BMC[vendor]} has no such setting; it has: ${bmcSettingsOf[vendor].join(', ')}`,
    }))
}

function userFaults({ ipmi: { users } }: DeviceType): TypeFault[] {
  return users.flatMap(({ name }, index): TypeFault[] => {
    const first = users.findIndex((user) => user.name === name)
    if (first === index) return []
    return [
      {
        path: ['ipmi', 'users', index, 'name'],
        of: 'value',
        message: `\`ipmi.users.${index}.name\`: \`${printable(name)}\` is named by \`ipmi.users.${first}\` already`,
      },
    ]
  })
}

/** Rules that must hold and never can: what a vendor's BMC or file does not show is never known, and that is no proof. */
function ruleFaults({ vendor, ipmi, boarding }: DeviceType): TypeFault[] {
  const isAdvised = (rule: string) => protectingGlob([rule], boarding.advised) !== undefined
  const hopeless: (readonly [rule: string, key: readonly string[], why: string])[] = []
  for (const name of namesIn(boarding.bmc)) {
    const [rule, wish] = [boarding.bmc[name], ipmi.settings[name]]
    if (!bmcSettingsOf[vendor].includes(name))
      hopeless.push([`bmc.${name}`, ['bmc', name], `${BMC[vendor]} has no such setting`])
    else if (wish !== undefined && wish !== rule)
      hopeless.push([`bmc.${name}`, ['bmc', name], `\`ipmi.settings.${name}\` makes it \`${wish}\`, not \`${rule}\``])
  }
  if (boarding.licence !== undefined && vendor === 'dell')
    hopeless.push(['licence', ['licence'], `no way to read the licence of ${BMC.dell} is known`])
  if (boarding.biosPassword !== undefined && vendor !== 'supermicro')
    hopeless.push(['bios-password', ['biosPassword'], 'this vendor’s BIOS file does not tell whether there is one'])
  return hopeless
    .filter(([rule]) => !isAdvised(rule))
    .map(([rule, key, why]) => ({
      path: ['boarding', ...key],
      of: 'key',
      message: `\`boarding.${key.join('.')}\`: ${why}: no run could end well; take it out, or add \`${rule}\` to \`boarding.advised\``,
    }))
}

/** A glob that can fit no rule leaves the one that was meant required. */
function advisedFaults({ boarding }: DeviceType): TypeFault[] {
  return boarding.advised.flatMap((glob, index): TypeFault[] => {
    const fits = RULES.some((rule) => protectingGlob([rule], [glob]) !== undefined)
    if (fits || /^(?:native|user)\.|^[!*]/.test(glob)) return []
    return [
      {
        path: ['boarding', 'advised', index],
        of: 'value',
        message: `\`boarding.advised.${index}\`: \`${printable(glob, 100)}\` is no rule.${didYouMeanText(glob, RULES)}`,
      },
    ]
  })
}

function namesIn(settings: DeviceType['ipmi']['settings']): BmcSettingName[] {
  return Object.keys(bmcSettings).filter((name): name is BmcSettingName => Object.hasOwn(settings, name))
}

/** Names of rules, without `native.*` and `user.*`, whose names are free. */
const RULES = [
  ...settingNames.map((name) => `bios.${name}`),
  'bios-password',
  'boot-order',
  ...Object.keys(bmcSettings).map((name) => `bmc.${name}`),
  'licence',
]

const BMC: Readonly<Record<BiosVendorName, string>> = {
  hpe: 'an HPE iLO',
  supermicro: 'a Supermicro BMC',
  dell: 'a Dell iDRAC',
}
