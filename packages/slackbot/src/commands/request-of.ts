import type { Json } from 'hwautomation'
import type { Parsed } from './parse.ts'

/** An order of the command line as the library takes it, for the library to judge: nothing is left out that it may refuse. */
export function requestOf({ of, servers, deviceType, options }: Extract<Parsed, { is: 'order' }>): Json {
  const { ipmi, gateway, subnetMask, firmwareFirst, atOnce, perGroup, canary, maxFailures } = options
  const network = {
    ...(gateway === undefined ? {} : { gateway }),
    ...(subnetMask === undefined ? {} : { subnetMask }),
    ...(firmwareFirst === undefined ? {} : { firmwareFirst }),
  }
  if (of === 'server')
    return { serverId: servers, deviceType, ...(ipmi === undefined ? {} : { targetIpmiIp: ipmi }), ...network }
  return {
    servers,
    deviceType,
    ...(ipmi === undefined ? {} : { ipmi }),
    ...network,
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(perGroup === undefined ? {} : { perGroup }),
    ...(canary === undefined ? {} : { canary }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
  }
}
