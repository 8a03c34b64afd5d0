import type { Machine } from '../../../world/machine.ts'

/**
 * `/redfish/v1/`, the one resource that needs no log-in. Fields of HPE's reference; of the links only those that the lab serves.
 * Assumed: `UUID` is the iLO's own.
 */
export function serviceRoot(machine: Machine, now: number): unknown {
  const { model, bmc } = machine
  const hostName = bmc.hostName
  const link = (path: string) => ({ '@odata.id': `/redfish/v1/${path}` })
  return {
    '@odata.context': '/redfish/v1/$metadata#ServiceRoot.ServiceRoot',
    '@odata.id': '/redfish/v1/',
    '@odata.type': '#ServiceRoot.v1_13_0.ServiceRoot',
    Id: 'RootService',
    Name: 'HPE RESTful Root Service',
    RedfishVersion: '1.13.0',
    UUID: bmc.uuid,
    Product: model.product,
    Vendor: 'HPE',
    AccountService: link('AccountService/'),
    Managers: link('Managers/'),
    Registries: link('Registries/'),
    SessionService: link('SessionService/'),
    Systems: link('Systems/'),
    Links: { Sessions: link('SessionService/Sessions/') },
    Oem: {
      Hpe: {
        '@odata.type': '#HpeiLOServiceExt.v2_4_0.HpeiLOServiceExt',
        Manager: [
          {
            DefaultLanguage: 'en',
            FQDN: hostName,
            HostName: hostName,
            Languages: [{ Language: 'en', TranslationName: 'English', Version: bmc.firmwareVersion }],
            ManagerFirmwareVersion: bmc.firmwareVersion,
            ManagerType: model.bmcType,
            Status: { Health: 'OK' },
          },
        ],
        Moniker: {
          PRODABR: 'iLO',
          PRODFAM: 'Integrated Lights-Out',
          PRODGEN: model.bmcType,
          PRODTAG: `HPE ${model.bmcType}`,
          VENDABR: 'HPE',
        },
        Sessions: {
          CertCommonName: hostName,
          CertificateLoginEnabled: false,
          KerberosEnabled: false,
          LDAPEnabled: false,
          LocalLoginEnabled: true,
          LoginFailureDelay: 0,
          LoginHint: {
            Hint: 'POST to /Sessions to login using the following JSON object:',
            HintPOSTData: { Password: 'password', UserName: 'username' },
          },
          SecurityOverride: false,
          ServerName: '',
        },
        System: [{ Status: { Health: 'OK' } }],
        Time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
      },
    },
  }
}
