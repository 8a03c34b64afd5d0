import { STATUS } from './status.ts'
import type { MaasNode } from './node.ts'
import type { PowerParameters } from './power-parameters.ts'
import type { Region } from './region.ts'

/** What is known of a machine when it is entered. */
export interface Enlistment {
  readonly systemId?: string | undefined
  /** MAAS makes a name up where none is given. */
  readonly hostname?: string | undefined
  readonly architecture: string
  readonly macs: readonly string[]
  readonly powerType: 'ipmi' | 'manual'
  readonly powerParameters: PowerParameters
}

const LETTERS = 'abcdefghkmnpqrstwxy346780'
/** Coprime to LETTERS.length ** 6, so that ids neither repeat nor look counted. */
const STRIDE = 60_466_177
const ID_LENGTH = 6

/** A machine in New: nothing is known of its hardware but the MAC addresses. It is not yet among the region's nodes. */
export function newNode(region: Region, enlistment: Enlistment): MaasNode {
  const systemId = enlistment.systemId ?? freeSystemId(region)
  return {
    systemId,
    hostname: enlistment.hostname ?? `node-${systemId}`,
    architecture: enlistment.architecture,
    description: '',
    pool: 'default',
    zone: 'default',
    status: STATUS.new,
    previousStatus: STATUS.new,
    owner: null,
    locked: false,
    statusAction: null,
    statusMessage: null,
    powerState: 'unknown',
    powerSeenAt: region.clock.now(),
    powerType: enlistment.powerType,
    powerParameters: enlistment.powerParameters,
    bmcReached: false,
    powerAction: null,
    powerSerial: 0,
    annotations: {},
    tags: [],
    interfaces: enlistment.macs.map((mac, index) => ({
      id: ++region.ids.nic,
      name: `eth${index}`,
      mac: mac.toLowerCase(),
      linkId: null,
      discovered: null,
      inspected: false,
      connected: true,
    })),
    hardware: null,
    scriptSets: [],
    commissioningSet: null,
    testingSet: null,
    commissioningVerdict: null,
    enableSsh: false,
    skipBmcConfig: false,
    episode: 0,
    heartbeatAt: region.clock.now(),
  }
}

/** Six characters, the same ones in every lab. */
function freeSystemId(region: Region): string {
  for (;;) {
    region.ids.node += 1
    const id = spell((region.ids.node * STRIDE) % LETTERS.length ** ID_LENGTH)
    if (!region.nodes.has(id)) return id
  }
}

function spell(number: number): string {
  let rest = number
  let text = ''
  for (let place = 0; place < ID_LENGTH; place += 1) {
    text += LETTERS[rest % LETTERS.length] ?? ''
    rest = Math.floor(rest / LETTERS.length)
  }
  return text
}
