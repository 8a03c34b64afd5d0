/** What a BMC lets whom do. Assigning a field changes it at once, for all doors. */
export interface BmcSettings {
  /** What the host may do over KCS, without a password. Supermicro; an iLO and an iDRAC leave it at `Administrator`. */
  kcsPrivilege: 'Administrator' | 'Operator' | 'User' | 'Callback'
  /** The Redfish host interface: a network between host and BMC. */
  hostInterface: boolean
  /** RMCP+ on port 623. Off, it is as silent to IPMI as one that is not there. */
  ipmiOverLan: boolean
  /** Tools on the host have to log in at the iLO. */
  requireHostAuthentication: boolean
  requireLoginForRbsu: boolean
}

/** As delivered, and with IPMI over the network on: MAAS has enlisted it that way. */
export function factorySettings(): BmcSettings {
  return {
    kcsPrivilege: 'Administrator',
    hostInterface: true,
    ipmiOverLan: true,
    requireHostAuthentication: false,
    requireLoginForRbsu: false,
  }
}
