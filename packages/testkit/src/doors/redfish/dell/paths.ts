/** Where an iDRAC9 keeps things (captured tree of an XR8620t). */
export const SYSTEM = '/redfish/v1/Systems/System.Embedded.1'
export const MANAGER = '/redfish/v1/Managers/iDRAC.Embedded.1'
export const BIOS = `${SYSTEM}/Bios`
export const JOBS = `${MANAGER}/Oem/Dell/Jobs`
export const ACCOUNTS = '/redfish/v1/AccountService/Accounts'
export const ATTRIBUTES = `${MANAGER}/Oem/Dell/DellAttributes/iDRAC.Embedded.1`

export const link = (path: string) => ({ '@odata.id': path })

/** A collection of links, with the count that an iDRAC puts beside every list. */
export function collection(type: string, name: string, path: string, members: readonly string[]): unknown {
  return {
    '@odata.context': `/redfish/v1/$metadata#${type}Collection.${type}Collection`,
    '@odata.id': path,
    '@odata.type': `#${type}Collection.${type}Collection`,
    Name: name,
    Members: members.map(link),
    'Members@odata.count': members.length,
  }
}
