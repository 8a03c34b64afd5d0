import type { World } from '../../world/world.ts'

/** The part of a MAAS that stays as it is: zones, pools, domain, network. */
export interface Site {
  readonly zones: readonly {
    readonly name: string
    readonly description: string
    readonly id: number
    readonly resource_uri: string
  }[]
  readonly pools: readonly {
    readonly name: string
    readonly description: string
    readonly id: number
    readonly resource_uri: string
  }[]
  readonly domain: { readonly name: string; readonly [field: string]: unknown }
  readonly vlan: Readonly<Record<string, unknown>>
  readonly subnet: { readonly cidr: string; readonly gateway_ip: string; readonly [field: string]: unknown }
}

/** The site around a world: one zone, one pool, one domain, the host network as its only subnet (MAAS 3.3 recorded: shapes). */
export function siteOf(world: World): Site {
  const vlan = {
    vid: 0,
    mtu: 1500,
    dhcp_on: false,
    external_dhcp: null,
    relay_vlan: null,
    primary_rack: null,
    fabric_id: 0,
    secondary_rack: null,
    fabric: 'fabric-0',
    name: 'untagged',
    space: 'undefined',
    id: 5001,
    resource_uri: '/MAAS/api/2.0/vlans/5001/',
  }
  return {
    zones: [{ name: 'default', description: '', id: 1, resource_uri: '/MAAS/api/2.0/zones/default/' }],
    pools: [{ name: 'default', description: 'Default pool', id: 0, resource_uri: '/MAAS/api/2.0/resourcepool/0/' }],
    domain: {
      authoritative: true,
      ttl: null,
      is_default: true,
      name: 'maas',
      resource_record_count: 0,
      id: 0,
      resource_uri: '/MAAS/api/2.0/domains/0/',
    },
    vlan,
    subnet: {
      name: world.networks.host.cidr,
      description: '',
      vlan,
      cidr: world.networks.host.cidr,
      rdns_mode: 2,
      gateway_ip: world.networks.host.gateway,
      dns_servers: [],
      allow_dns: true,
      allow_proxy: true,
      active_discovery: false,
      managed: true,
      disabled_boot_architectures: [],
      id: 1,
      space: 'undefined',
      resource_uri: '/MAAS/api/2.0/subnets/1/',
    },
  }
}
