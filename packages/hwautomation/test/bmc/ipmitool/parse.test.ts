import { describe, expect, test } from 'vitest'
import {
  parseLanPrint,
  parseMcGuid,
  parseMcInfo,
  parsePowerStatus,
  parseUserList,
} from '../../../src/bmc/ipmitool/parse.ts'

/** As ipmitool 1.8.19 prints it, trailing blanks included. */
const LAN_PRINT = `Set in Progress         : Set Complete
Auth Type Support       : NONE MD2 MD5 PASSWORD 
Auth Type Enable        : Callback : NONE MD2 MD5 PASSWORD 
                        : User     : NONE MD2 MD5 PASSWORD 
                        : OEM      : 
IP Address Source       : DHCP Address
IP Address              : 10.0.3.17
Subnet Mask             : 255.255.255.0
MAC Address             : 94:40:C9:0a:0b:0c
SNMP Community String   : 
IP Header               : TTL=0x40 Flags=0x40 Precedence=0x00 TOS=0x10
Default Gateway IP      : 10.0.3.1
Default Gateway MAC     : 00:00:00:00:00:00
802.1q VLAN ID          : 42
RMCP+ Cipher Suites     : 3,17
Cipher Suite Priv Max   : aaaaaaaaaaaaaaa
                        :     X=Cipher Suite Unused
                        :     c=CALLBACK
Bad Password Threshold  : Not Available
`

describe('lan print', () => {
  test('is read with its labels verbatim, MAC and continuation lines included', () => {
    const lan = parseLanPrint(LAN_PRINT)
    expect(lan).toMatchObject({
      source: 'dhcp',
      address: '10.0.3.17',
      netmask: '255.255.255.0',
      gateway: '10.0.3.1',
      mac: '94:40:c9:0a:0b:0c',
      setInProgress: false,
      vlanId: 42,
    })
    expect(lan.fields.get('Auth Type Enable')).toEqual([
      'Callback : NONE MD2 MD5 PASSWORD',
      'User     : NONE MD2 MD5 PASSWORD',
      'OEM      :',
    ])
    expect(lan.fields.get('Cipher Suite Priv Max')).toEqual(['aaaaaaaaaaaaaaa', 'X=Cipher Suite Unused', 'c=CALLBACK'])
    expect(lan.fields.get('SNMP Community String')).toEqual([''])
  })

  test('is read with the line ends of a terminal and without trailing blanks', () => {
    expect(parseLanPrint(LAN_PRINT.replaceAll(/ *\n/g, '\r\n'))).toEqual(parseLanPrint(LAN_PRINT))
  })

  test('shows who is in the middle of a change', () => {
    expect(parseLanPrint(LAN_PRINT.replace('Set Complete', 'Set In Progress')).setInProgress).toBe(true)
    expect(parseLanPrint(LAN_PRINT.replace('Set Complete', 'Commit Write')).setInProgress).toBe(true)
  })

  test.each([
    ['Unspecified', 'unspecified'],
    ['Static Address', 'static'],
    ['BIOS Assigned Address', 'bios'],
    ['Other', 'other'],
  ])('knows the address source %s', (word, source) => {
    expect(parseLanPrint(LAN_PRINT.replace('DHCP Address', word)).source).toBe(source)
  })

  test('has no gateway and no VLAN where the BMC does not give them', () => {
    const lan = parseLanPrint(LAN_PRINT.replace(/^Default Gateway IP.*\n/m, '').replace(': 42', ': Disabled'))
    expect(lan).toMatchObject({ gateway: '0.0.0.0', vlanId: undefined })
  })

  test.each([
    ['nothing', ''],
    ['no address', LAN_PRINT.replace(/^IP Address  .*\n/m, '')],
    ['an address that is none', LAN_PRINT.replace('10.0.3.17', '10.0.3')],
    ['half of the answer', LAN_PRINT.slice(0, 300)],
  ])('with %s is unreadable rather than half read', (_what, stdout) => {
    expect(() => parseLanPrint(stdout)).toThrowError(expect.objectContaining({ code: 'bmc.unreadable-answer' }))
  })
})

describe('mc info', () => {
  test('gives firmware, manufacturer and product', () => {
    const stdout = `Device ID                 : 19
Device Revision           : 3
Firmware Revision         : 2.62
IPMI Version              : 2.0
Manufacturer ID           : 11
Manufacturer Name         : Hewlett-Packard
Product ID                : 8192 (0x2000)
Product Name              : Unknown (0x2000)
Device Available          : yes
Provides Device SDRs      : no
Additional Device Support :
    Sensor Device
    Chassis Device
Aux Firmware Rev Info     : 
    0x00
`
    const info = parseMcInfo(stdout)
    expect(info).toMatchObject({
      firmwareRevision: '2.62',
      ipmiVersion: '2.0',
      manufacturerId: 11,
      manufacturerName: 'Hewlett-Packard',
      productId: 8192,
      deviceAvailable: true,
    })
    expect(info.fields.get('Additional Device Support')).toEqual(['', 'Sensor Device', 'Chassis Device'])
    expect(() => parseMcInfo('')).toThrowError(expect.objectContaining({ code: 'bmc.unreadable-answer' }))
  })
})

describe('mc guid', () => {
  test('is read dashed, bare, and with the encoding the tool guessed', () => {
    expect(
      parseMcGuid(
        'System GUID   : 34393133-3137-3334-5830-303030303031\nGUID Encoding : SMBIOS (WARNING: IPMI Specification violation!)\n',
      ),
    ).toEqual({
      guid: '34393133-3137-3334-5830-303030303031',
      encoding: 'SMBIOS',
    })
    expect(parseMcGuid('System GUID   : 00112233445566778899AABBCCDDEEFF\n')).toEqual({
      guid: '00112233445566778899aabbccddeeff',
      encoding: undefined,
    })
  })

  test('that is none is unreadable', () => {
    for (const stdout of ['', 'System GUID   : 1234\n'])
      expect(() => parseMcGuid(stdout)).toThrowError(expect.objectContaining({ code: 'bmc.unreadable-answer' }))
  })
})

describe('chassis power status', () => {
  test('is on, off, or unreadable, never guessed', () => {
    expect(parsePowerStatus('Chassis Power is on\n')).toBe('on')
    expect(parsePowerStatus('Chassis Power is off\n')).toBe('off')
    for (const stdout of ['', 'Chassis Power is one\n', 'Get Chassis Power Status failed: Node busy\n'])
      expect(() => parsePowerStatus(stdout)).toThrowError(expect.objectContaining({ code: 'bmc.unreadable-answer' }))
  })
})

describe('user list', () => {
  test('gives every slot, names with blanks, and free slots without a name', () => {
    const stdout = `ID  Name\t     Callin  Link Auth\tIPMI Msg   Channel Priv Limit
1                    true    false      false      Unknown (0x00)
2   Administrator    false   true       true       ADMINISTRATOR
3   (Empty User)     true    false      false      NO ACCESS
4   dc ops           true    false      true       OPERATOR
10  sixteen-letters1 true    false      true       USER
`
    expect(parseUserList(stdout)).toEqual([
      { id: 1, name: '', linkAuth: false, ipmiMessaging: false, privilege: 'Unknown (0x00)' },
      { id: 2, name: 'Administrator', linkAuth: true, ipmiMessaging: true, privilege: 'ADMINISTRATOR' },
      { id: 3, name: '', linkAuth: false, ipmiMessaging: false, privilege: 'NO ACCESS' },
      { id: 4, name: 'dc ops', linkAuth: false, ipmiMessaging: true, privilege: 'OPERATOR' },
      { id: 10, name: 'sixteen-letters1', linkAuth: false, ipmiMessaging: true, privilege: 'USER' },
    ])
    expect(() => parseUserList('')).toThrowError(expect.objectContaining({ code: 'bmc.unreadable-answer' }))
  })
})
