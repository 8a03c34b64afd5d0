/** GET `version/` of the MAAS that was recorded. */
export const VERSION = {
  capabilities: [
    'networks-management',
    'static-ipaddresses',
    'ipv6-deployment-ubuntu',
    'devices-management',
    'storage-deployment-ubuntu',
    'network-deployment-ubuntu',
    'bridging-interface-ubuntu',
    'bridging-automatic-ubuntu',
    'authenticate-api',
  ],
  version: '3.3.11',
  subversion: '',
} as const

/**
 * Hash of the API description, the same in every answer that carries it: 40 hex digits. The recording kept eight; the
 * zeros are assumed.
 */
export const API_HASH = '1d020ba200000000000000000000000000000000'
