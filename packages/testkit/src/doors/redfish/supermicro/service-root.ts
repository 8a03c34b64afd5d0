import type { Machine } from '../../../world/machine.ts'
import { tagged } from './body.ts'

/**
 * `/redfish/v1/`, open to everybody. X11 is the old form without a vendor, X12 and X13 the new one with `Product: null` and the
 * serial number (bodies recorded by bmclib, firmware 1.9.0 and 1.14.0). Which links an X11 gives beside these is assumed.
 */
export function serviceRoot({ model, bmc, serial }: Machine): unknown {
  const link = (path: string) => ({ '@odata.id': `/redfish/v1/${path}` })
  const common = {
    UUID: bmc.uuid,
    Systems: link('Systems'),
    Managers: link('Managers'),
    SessionService: link('SessionService'),
    AccountService: link('AccountService'),
    Registries: link('Registries'),
    Links: { Sessions: link('SessionService/Sessions') },
  }
  const head = { '@odata.id': '/redfish/v1/', Id: 'ServiceRoot', Name: 'Root Service' }
  if (model.biosFamily === 'X11')
    return tagged({ '@odata.type': '#ServiceRoot.v1_5_2.ServiceRoot', ...head, RedfishVersion: '1.9.0', ...common })
  return tagged({
    '@odata.type': '#ServiceRoot.v1_14_0.ServiceRoot',
    ...head,
    RedfishVersion: '1.14.0',
    ...common,
    Vendor: 'Supermicro',
    Product: null,
    ServiceIdentification: serial,
    ProtocolFeaturesSupported: {
      FilterQuery: true,
      SelectQuery: true,
      ExcerptQuery: false,
      OnlyMemberQuery: false,
      DeepOperations: { DeepPATCH: false, DeepPOST: false, MaxLevels: 1 },
      ExpandQuery: { Links: true, NoLinks: true, ExpandAll: true, Levels: true, MaxLevels: 2 },
    },
    Oem: { Supermicro: { DumpService: link('Oem/Supermicro/DumpService') } },
  })
}
