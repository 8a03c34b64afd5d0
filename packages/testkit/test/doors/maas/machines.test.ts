import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestMaas } from './lab.ts'
import type { MachineJson } from './lab.ts'

let maas: TestMaas
beforeAll(async () => {
  maas = await TestMaas.open([
    { hostname: 'man1', tags: ['a', 'b'] },
    { hostname: 'man2', tags: ['a'] },
    { hostname: 'man3', status: 'ready' },
  ])
})
afterAll(() => maas[Symbol.asyncDispose]())

const hosts = (records: MachineJson[]) => records.map((record) => record.hostname)
const mac = () => maas.world.machine('man1').nics[0]?.mac ?? ''

/** The 78 keys that every record of MAAS 3.3 has. */
const KEYS =
  `address_ttl architecture bcaches bios_boot_method blockdevice_set boot_disk boot_interface cache_sets commissioning_status
commissioning_status_name cpu_count cpu_speed cpu_test_status cpu_test_status_name current_commissioning_result_id
current_installation_result_id current_testing_result_id default_gateways description disable_ipv4 distro_series domain enable_hw_sync
ephemeral_deploy fqdn hardware_info hardware_uuid hostname hwe_kernel interface_set interface_test_status interface_test_status_name
ip_addresses last_sync locked memory memory_test_status memory_test_status_name min_hwe_kernel netboot network_test_status
network_test_status_name next_sync node_type node_type_name numanode_set osystem other_test_status other_test_status_name owner owner_data
parent physicalblockdevice_set pod pool power_state power_type raids resource_uri special_filesystems status status_action status_message
status_name storage storage_test_status storage_test_status_name swap_size sync_interval system_id tag_names testing_status
testing_status_name virtualblockdevice_set virtualmachine_id volume_groups workload_annotations zone`.split(/\s+/)

describe('the record', () => {
  it('has the 78 keys in every status', async () => {
    expect(KEYS).toHaveLength(78)
    for (const hostname of ['man1', 'man3']) expect(Object.keys(await maas.record(hostname)).toSorted()).toEqual(KEYS)
  })

  it('of a New machine says nothing of the hardware', async () => {
    const record = await maas.record('man1')
    expect(record).toMatchObject({
      blockdevice_set: [],
      boot_disk: null,
      commissioning_status: -1,
      commissioning_status_name: 'Unknown',
      cpu_count: 0,
      current_commissioning_result_id: null,
      default_gateways: { ipv4: { gateway_ip: null, link_id: null }, ipv6: { gateway_ip: null, link_id: null } },
      hardware_uuid: null,
      ip_addresses: [],
      memory: 0,
      owner: null,
      power_state: 'unknown',
      status: 0,
      status_action: null,
      status_message: null,
      storage: 0,
      testing_status: -1,
    })
    expect(Object.values(record.hardware_info).every((value) => value === 'Unknown')).toBe(true)
    expect(record['boot_interface']).toMatchObject({
      name: 'eth0',
      discovered: null,
      links: [],
      vlan: null,
      vendor: null,
      link_speed: 0,
    })
  })

  it('of a Ready machine shows what its hardware is', async () => {
    const machine = maas.world.machine('man3')
    const record = await maas.record('man3')
    expect(record).toMatchObject({
      status: 4,
      owner: null,
      hardware_uuid: machine.uuid,
      memory: machine.model.memoryMiB,
      power_state: 'off',
    })
    expect(record['hardware_info']).toMatchObject({
      system_serial: machine.serial,
      system_product: machine.model.product,
    })
    expect(record.ip_addresses).toHaveLength(1)
    expect(record['boot_interface']).toMatchObject({
      links: [{ mode: 'auto' }],
      discovered: [{ ip_address: record.ip_addresses[0] }],
    })
    expect((await maas.call('GET', `nodes/${maas.id('man3')}/`)).json).toEqual(record)
  })
})

describe('lists and filters', () => {
  it.each<[string, string[]]>([
    ['', ['man1', 'man2', 'man3']],
    ['?id={1}&id={2}', ['man1', 'man2']],
    ['?id={1},{2}', []],
    ['?id=nosuch', []],
    ['?id={1}&id=nosuch', ['man1']],
    ['?hostname=man1', ['man1']],
    ['?hostname=man1&hostname=man2', ['man1', 'man2']],
    ['?hostname=MAN1', []],
    ['?hostname=man1.maas', []],
    ['?mac_address={mac}', ['man1']],
    ['?pool=default', ['man1', 'man2', 'man3']],
    ['?tags=a', ['man1', 'man2']],
    ['?tags=a&tags=b', ['man1']],
    ['?tags=a&not_tags=b', ['man2']],
    ['?domain=nosuch', []],
    ['?owner=bob', []],
    ['?agent_name=x', []],
    ['?status=new', ['man1', 'man2']],
    ['?status=ready', ['man3']],
  ])('machines/%s', async (query, wanted) => {
    const path = `machines/${query.replace('{1}', maas.id('man1')).replace('{2}', maas.id('man2')).replace('{mac}', mac())}`
    const answer = await maas.call('GET', path)
    expect([answer.status, hosts(answer.json)]).toEqual([200, wanted])
  })

  it.each<[string, Record<string, string[]>]>([
    ['mac_address=zz', { mac_address: ["'zz' is not a valid MAC address."] }],
    ['pool=nosuch', { pool: ['No such pool(s): nosuch.'] }],
    ['zone=nosuch', { zone: ['No such zone(s): nosuch.'] }],
    ['tags=nosuch', { tags: ["No such tag(s): 'nosuch'."] }],
    ['status=0', { status: ['Select a valid choice. 0 is not one of the available choices.'] }],
    ['bogusparam=1', { bogusparam: ['No such constraint.'] }],
    ['limit=1', { limit: ['No such constraint.'] }],
    ['toString=1', { toString: ['No such constraint.'] }],
  ])('machines/?%s → 400', async (query, errors) => {
    const answer = await maas.call('GET', `machines/?${query}`)
    expect([answer.status, answer.json]).toEqual([400, errors])
  })

  it('is_registered knows a MAC address', async () => {
    expect((await maas.call('GET', `machines/?op=is_registered&mac_address=${mac()}`)).json).toBe(true)
    expect((await maas.call('GET', 'machines/?op=is_registered&mac_address=02:00:00:00:00:01')).json).toBe(false)
  })
})

describe('power parameters', () => {
  const put = (body: Record<string, string>) => maas.call('PUT', `machines/${maas.id('man1')}/`, { body })
  const stored = async () => (await maas.call('GET', `machines/${maas.id('man1')}/?op=power_parameters`)).json

  it('are shown in clear text, numbers as strings, one by one and in bulk', async () => {
    const [A, B] = [maas.id('man1'), maas.id('man2')]
    const one = await stored()
    expect(one).toMatchObject({
      power_driver: 'LAN_2_0',
      cipher_suite_id: '3',
      power_user: 'maas',
      workaround_flags: ['opensesspriv'],
      power_address: maas.world.machine('man1').bmc.network.address,
    })
    expect(maas.world.machine('man1').bmc.users.some((user) => user.password === one.power_pass)).toBe(true)
    const bulk = await maas.call('GET', `machines/?op=power_parameters&id=${A}&id=${B}&id=nosuch`)
    expect([Object.keys(bulk.json), bulk.json[A]]).toEqual([[A, B], one])
    expect(Object.keys((await maas.call('GET', 'machines/?op=power_parameters')).json)).toHaveLength(3)
  })

  it('a new address is taken whatever it is, without a look at the BMC; the rest stays', async () => {
    const before = await stored()
    for (const power_parameters_power_address of ['192.168.9.9', 'not an address', before.power_address]) {
      const answer = await put({ power_parameters_power_address })
      expect([answer.status, answer.json.power_state]).toEqual([200, 'unknown'])
      expect(await stored()).toEqual({ ...before, power_address: power_parameters_power_address })
    }
  })

  it.each<[Record<string, string>, Record<string, string[]>]>([
    [{ power_parameters_power_address: '' }, { power_parameters: ['IP address: This field is required.'] }],
    [{ power_parameters_nosuch: 'z' }, { power_parameters: ['Unknown parameter(s): nosuch.'] }],
    [
      { power_parameters_power_driver: 'BOGUS' },
      {
        power_parameters: [
          "Power driver: 'BOGUS' is not a valid power_driver.  It should be one of: 'LAN', 'LAN_2_0'.",
        ],
      },
    ],
    [{ hostname: 'bad_host!' }, { hostname: ["Host label cannot contain underscore: 'bad_host!'."] }],
    [{ zone: 'nosuch' }, { zone: ['Select a valid choice. That choice is not one of the available choices.'] }],
    [{ power_type: 'nosuch' }, { power_type: ['Select a valid choice. nosuch is not one of the available choices.'] }],
  ])('PUT %j → 400', async (body, errors) => {
    const answer = await put(body)
    expect([answer.status, answer.json]).toEqual([400, errors])
  })

  it('skip_check stores an unknown parameter, and a later PUT drops it', async () => {
    expect((await put({ power_parameters_nosuch: 'z', power_parameters_skip_check: 'true' })).status).toBe(200)
    expect((await stored()).nosuch).toBe('z')
    expect((await put({ power_parameters_power_user: 'maas' })).status).toBe(200)
    expect((await stored()).nosuch).toBeUndefined()
  })

  it('PUT without fields and with an unknown plain field changes nothing', async () => {
    const before = await maas.record('man1')
    expect((await put({})).status).toBe(200)
    expect((await put({ bogus: '1' })).status).toBe(200)
    expect(await maas.record('man1')).toEqual(before)
  })

  it("another machine's address with another password is a 409 page after 12.6 s, and nothing is changed", async () => {
    const before = await stored()
    const other = maas.world.machine('man2').bmc.network.address
    const since = maas.clock.now()
    const pending = put({ power_parameters_power_address: other })
    await maas.clock.advance(12_700)
    const answer = await pending
    expect([answer.status, answer.type, answer.headers.get('retry-after')]).toEqual([409, 'text/html', '5'])
    expect(answer.text).toMatch(
      /Error: Conflict Error.*Your request|Conflict error\. Try your request again, as it will most likely succeed\./s,
    )
    expect(answer.headers.get('transfer-encoding')).toBe('chunked')
    expect(maas.clock.now() - since).toBeGreaterThanOrEqual(12_600)
    expect(await stored()).toEqual(before)
  })
})

describe('create and delete', () => {
  const form = {
    architecture: 'amd64',
    hostname: 'new1',
    power_type: 'manual',
    mac_addresses: ['52:54:00:00:09:01', '52:54:00:00:09:02'],
    commission: 'false',
  }

  it('answers 200 with a New machine whose interfaces are in the order given', async () => {
    const answer = await maas.call('POST', 'machines/', { body: form })
    expect([answer.status, answer.json.status, answer.json.architecture]).toEqual([200, 0, 'amd64/generic'])
    expect(
      answer.json.interface_set.map((nic: { name: string; mac_address: string }) => [nic.name, nic.mac_address]),
    ).toEqual([
      ['eth0', '52:54:00:00:09:01'],
      ['eth1', '52:54:00:00:09:02'],
    ])
    const id: string = answer.json.system_id
    expect(id).toMatch(/^[a-z0-9]{6}$/)
    expect((await maas.call('GET', `machines/${id}/?op=power_parameters`)).json).toEqual({})
    expect((await maas.call('GET', `machines/${id}/?op=query_power_state`)).json).toEqual({ state: 'unknown' })
    expect((await maas.call('DELETE', `machines/${id}/`)).status).toBe(204)
    expect((await maas.call('DELETE', `machines/${id}/`)).status).toBe(404)
  })

  it.each<[string, Record<string, string>, Record<string, string[]>]>([
    ['no MAC address', { architecture: 'amd64', power_type: 'manual' }, { mac_addresses: ['This field is required.'] }],
    [
      'a host name that exists',
      { ...form, mac_addresses: '52:54:00:00:09:07', hostname: 'man1' },
      { hostname: ['Node with this Hostname already exists.'] },
    ],
    [
      'a bogus architecture',
      { ...form, mac_addresses: '52:54:00:00:09:07', architecture: 'bogus/x' },
      {
        architecture: [
          "'bogus/x' is not a valid architecture.  It should be one of: 'amd64/generic', 'arm64/generic'.",
        ],
      },
    ],
    [
      'an unknown power type',
      { ...form, mac_addresses: '52:54:00:00:09:07', power_type: 'nosuch' },
      { power_type: ['Select a valid choice. nosuch is not one of the available choices.'] },
    ],
  ])('%s → 400', async (_case, body, errors) => {
    const answer = await maas.call('POST', 'machines/', { body })
    expect([answer.status, answer.json]).toEqual([400, errors])
  })

  it("an admin's create without commission=false commissions at once", async () => {
    const { commission: _no, ...rest } = form
    const answer = await maas.call('POST', 'machines/', { body: rest })
    expect(answer.json).toMatchObject({ status: 1, status_message: 'Commissioning', owner: 'admin', testing_status: 0 })
    expect((await maas.call('DELETE', `machines/${answer.json.system_id}/`)).status).toBe(204)
  })

  it('is processed even without credentials', async () => {
    const answer = await maas.call('POST', 'machines/', { as: null, body: {} })
    expect(answer.status).toBe(400)
    expect(answer.json.mac_addresses).toEqual(['This field is required.'])
  })
})
