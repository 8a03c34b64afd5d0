import type { DeviceCatalogue } from '../devices/catalogue.ts'
import { TAG_PREFIX, type DeviceType } from '../devices/device-type.ts'
import { HwError } from '../errors.ts'

/**
 * The device type that a machine's tag in MAAS says it is.
 * @throws HwError `devices.not-tagged` where it has none that is known, or several
 */
export function deviceTypeOf(hostname: string, tags: readonly string[], devices: DeviceCatalogue): DeviceType {
  const typed = tags.filter((tag) => tag.startsWith(TAG_PREFIX))
  const types = devices
    .names()
    .map((name) => devices.get(name))
    .filter(({ tag }) => tags.includes(tag))
  const [type, ...others] = types
  if (type !== undefined && others.length === 0) return type
  const what =
    others.length > 0
      ? `the tags of several device types: ${types.map(({ name }) => name).join(', ')}`
      : typed.length > 0
        ? `the tag ${typed.join(', ')}, which no device type of the catalogue has`
        : 'no tag that names a device type'
  throw new HwError({
    code: 'devices.not-tagged',
    kind: 'invalid',
    message: `${hostname} has ${what} in MAAS.`,
    hint: 'Say which device type is meant: --type, or deviceType.',
    context: { tags: typed },
  })
}
