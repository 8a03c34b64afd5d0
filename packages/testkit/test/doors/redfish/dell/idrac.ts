import { startNetwork } from '../../../bmc-network.ts'

/** A Dell server whose iDRAC is asked as `root`. Lab time is stepped. */
export async function startIdrac(model = 'dell-r650') {
  const lab = await startNetwork([{ hostname: 'srv001', model }], 'stepped')
  const { name, password } = lab.machine.bmc.users[0]!
  const headers = { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
  const client = () => lab.ilo(lab.machine.bmc.network.address)
  return Object.assign(lab, {
    headers,
    password,
    client,
    get: async (path: string) => (await client().call('GET', path, { headers })).body,
    ask: (path: string) => client().call('GET', path, { headers }),
    send: (method: string, path: string, body: unknown) => client().call(method, path, { headers, body }),
    async boot() {
      if (lab.machine.power === 'off') lab.machine.powerOn()
      else lab.machine.reboot()
      await lab.clock.advance(1_200_000)
    },
  })
}

/** Ids of the entries of an error, in their order. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into foreign JSON
export function messageIds(answer: { readonly body: any }): string[] {
  const entries: { MessageId: string }[] = answer.body?.error?.['@Message.ExtendedInfo'] ?? []
  return entries.map(({ MessageId }) => MessageId)
}
