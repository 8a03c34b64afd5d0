import { hardwareInfo } from './hardware.ts'
import { quirksOf } from './region.ts'
import { scriptSet, setStatus, setStatusName } from './results.ts'
import { statusName } from './status.ts'
import type { HardwareFacts } from './hardware.ts'
import type { MaasNode, NodeInterface } from './node.ts'
import type { Region } from './region.ts'
import type { Site } from './site.ts'

const DISK_BYTES = 480_103_981_056
const PARTITION_BYTES = 480_096_813_056
const BLOCK_BYTES = 4096
const UNTESTED = { status: -1, name: 'Unknown' } as const

/** A machine's record as `machines/{id}/` shows it: MAAS 3.3's 78 keys, in every status the same ones. */
export function machineRecord(region: Region, node: MaasNode): Readonly<Record<string, unknown>> {
  const { systemId, hardware } = node
  const { site } = region
  const nics = nicsShown(region, node)
  const commissioned = scriptSet(node, node.commissioningSet)
  const commissioningStatus = node.commissioningVerdict ?? setStatus(commissioned)
  const testingStatus = setStatus(scriptSet(node, node.testingSet))
  const disks = hardware ? [diskRecord(systemId, hardware)] : []
  const interfaces = nics.map((nic) => interfaceRecord(systemId, nic, site))
  const addresses = nics.flatMap((nic) => nic.discovered ?? [])
  const commissionedNetwork = node.interfaces.some((nic) => nic.linkId !== null)

  return {
    address_ttl: null,
    architecture: node.architecture,
    bcaches: [],
    bios_boot_method: null,
    blockdevice_set: disks,
    boot_disk: disks[0] ?? null,
    boot_interface: interfaces[0] ?? null,
    cache_sets: [],
    commissioning_status: commissioningStatus,
    commissioning_status_name: setStatusName(commissioningStatus),
    cpu_count: hardware?.cpus ?? 0,
    cpu_speed: hardware?.mhz ?? 0,
    cpu_test_status: UNTESTED.status,
    cpu_test_status_name: UNTESTED.name,
    current_commissioning_result_id: node.commissioningSet,
    current_installation_result_id: null,
    current_testing_result_id: node.testingSet,
    default_gateways: {
      ipv4: { gateway_ip: commissionedNetwork ? site.subnet.gateway_ip : null, link_id: null },
      ipv6: { gateway_ip: null, link_id: null },
    },
    description: node.description,
    disable_ipv4: false,
    distro_series: '',
    domain: site.domain,
    enable_hw_sync: false,
    ephemeral_deploy: false,
    fqdn: `${node.hostname}.${site.domain.name}`,
    hardware_info: hardwareInfo(hardware),
    hardware_uuid: hardware?.uuid ?? null,
    hostname: node.hostname,
    hwe_kernel: null,
    interface_set: interfaces,
    interface_test_status: UNTESTED.status,
    interface_test_status_name: UNTESTED.name,
    ip_addresses: addresses,
    last_sync: null,
    locked: node.locked,
    memory: hardware?.memoryMiB ?? 0,
    memory_test_status: UNTESTED.status,
    memory_test_status_name: UNTESTED.name,
    min_hwe_kernel: '',
    netboot: true,
    network_test_status: UNTESTED.status,
    network_test_status_name: UNTESTED.name,
    next_sync: null,
    node_type: 0,
    node_type_name: 'Machine',
    numanode_set: [numaRecord(hardware)],
    osystem: '',
    other_test_status: UNTESTED.status,
    other_test_status_name: UNTESTED.name,
    owner: node.owner,
    owner_data: node.annotations,
    parent: null,
    physicalblockdevice_set: disks,
    pod: null,
    pool: site.pools.find((pool) => pool.name === node.pool) ?? null,
    power_state: node.powerState,
    power_type: node.powerType,
    raids: [],
    resource_uri: `/MAAS/api/2.0/machines/${systemId}/`,
    special_filesystems: [],
    status: node.status,
    status_action: node.statusAction,
    status_message: node.statusMessage,
    status_name: statusName(node.status),
    storage: hardware ? DISK_BYTES / 1_000_000 : 0,
    storage_test_status: testingStatus,
    storage_test_status_name: setStatusName(testingStatus),
    swap_size: null,
    sync_interval: null,
    system_id: systemId,
    tag_names: node.tags,
    testing_status: testingStatus,
    testing_status_name: setStatusName(testingStatus),
    virtualblockdevice_set: [],
    virtualmachine_id: null,
    volume_groups: [],
    workload_annotations: node.annotations,
    zone: site.zones.find((zone) => zone.name === node.zone) ?? null,
  }
}

/** An interface as `interface_set` shows it. Speeds, vendor and firmware of an inspected one are assumed. */
export function interfaceRecord(systemId: string, nic: NodeInterface, site: Site): Readonly<Record<string, unknown>> {
  return {
    tags: [],
    product: nic.inspected ? 'Ethernet Adapter' : null,
    mac_address: nic.mac,
    link_speed: nic.inspected && nic.connected ? 1000 : 0,
    id: nic.id,
    links: nic.linkId === null ? [] : [{ id: nic.linkId, mode: 'auto', subnet: site.subnet }],
    system_id: systemId,
    numa_node: 0,
    vendor: nic.inspected ? 'Example Networks' : null,
    vlan: nic.linkId === null ? null : site.vlan,
    sriov_max_vf: 0,
    params: '',
    effective_mtu: 1500,
    children: [],
    firmware_version: nic.inspected ? '1.63' : null,
    parents: [],
    type: 'physical',
    discovered: nic.discovered === null ? null : [{ subnet: site.subnet, ip_address: nic.discovered }],
    name: nic.name,
    link_connected: nic.connected,
    interface_speed: nic.inspected ? 1000 : 0,
    enabled: true,
    resource_uri: `/MAAS/api/2.0/nodes/${systemId}/interfaces/${nic.id}/`,
  }
}

/** The interfaces, with the stale address where the machine's quirks ask for one. */
function nicsShown(region: Region, node: MaasNode): readonly NodeInterface[] {
  const { staleAddress } = quirksOf(region, node)
  if (staleAddress === undefined) return node.interfaces
  return node.interfaces.map((nic) => (nic.discovered === null ? nic : { ...nic, discovered: staleAddress }))
}

function numaRecord(hardware: HardwareFacts | null): Readonly<Record<string, unknown>> {
  const cores = Array.from({ length: hardware?.cpus ?? 0 }, (_, core) => core)
  return { index: 0, memory: hardware?.memoryMiB ?? 0, cores, hugepages_set: [] }
}

function diskRecord(systemId: string, hardware: HardwareFacts): Readonly<Record<string, unknown>> {
  const { diskId } = hardware
  return {
    firmware_version: 'DL63',
    tags: ['ssd', 'sata'],
    used_size: 480_103_104_512,
    used_for: 'GPT partitioned with 1 partition',
    id_path: `/dev/disk/by-id/wwn-0x55cd2e${String(diskId).padStart(10, '0')}`,
    id: diskId,
    path: '/dev/disk/by-dname/sda',
    partition_table_type: 'GPT',
    system_id: systemId,
    filesystem: null,
    available_size: 0,
    numa_node: 0,
    size: DISK_BYTES,
    partitions: [partitionRecord(systemId, diskId)],
    block_size: BLOCK_BYTES,
    model: 'EXAMPLE SSD 480',
    type: 'physical',
    uuid: null,
    name: 'sda',
    serial: `S${String(diskId).padStart(7, '0')}`,
    storage_pool: null,
    resource_uri: `/MAAS/api/2.0/nodes/${systemId}/blockdevices/${diskId}/`,
  }
}

function partitionRecord(systemId: string, diskId: number): Readonly<Record<string, unknown>> {
  const tail = String(diskId).padStart(12, '0')
  return {
    uuid: `7cb74e05-0d71-45a6-bd0d-${tail}`,
    size: PARTITION_BYTES,
    bootable: false,
    tags: [],
    path: '/dev/disk/by-dname/sda-part2',
    system_id: systemId,
    filesystem: {
      fstype: 'ext4',
      label: 'root',
      uuid: `16ee13bb-7f97-4ac1-bb4f-${tail}`,
      mount_point: '/',
      mount_options: null,
    },
    type: 'partition',
    device_id: diskId,
    used_for: 'ext4 formatted filesystem mounted at /',
    id: diskId,
    resource_uri: `/MAAS/api/2.0/nodes/${systemId}/blockdevices/${diskId}/partition/${diskId}`,
  }
}
