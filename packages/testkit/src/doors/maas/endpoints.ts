import * as account from './account.ts'
import { queryEvents } from './events.ts'
import { abort, commission, testMachine } from './commission.ts'
import { all, one } from './fields.ts'
import { createMachine, deleteMachine, updateMachine } from './machine-edit.ts'
import { isRegistered, listMachines, mayList, readRecord } from './machine-list.ts'
import * as ownership from './ownership.ts'
import { queryPowerState } from './power.ts'
import { powerOff, powerOn } from './power-ops.ts'
import { interfaceRecord } from './record.ts'
import { forbidden, json, notFound } from './reply.ts'
import { enterRescue, exitRescue } from './rescue.ts'
import { listResults, readResult } from './results.ts'
import { ALL_SCRIPTS, scriptRecord } from './scripts.ts'
import { STATUS } from './status.ts'
import * as tags from './tags.ts'
import { VERSION } from './version.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

/** One request, parsed and authenticated. */
export interface Request {
  readonly user: Account
  readonly query: Fields
  readonly form: Fields
  /** Values of the `{…}` in the endpoint's path. */
  readonly params: Readonly<Record<string, string>>
}

/** One operation of an endpoint. */
export interface Operation {
  /** Whether it changes anything; GET is not enough to tell, query_power_state updates the record and still is a read. */
  readonly mutating: boolean
  /** Served without credentials. */
  readonly anonymous?: boolean
  /**
   * Recorded for POST and PUT of machines and for commission; which others read a JSON body, and which only the form,
   * is assumed.
   */
  readonly acceptsJson?: boolean
  readonly serve: (region: Region, request: Request) => Reply | Promise<Reply>
}

/** A path of the API: its methods in the order of its Allow header, its operations by `METHOD` or `METHOD?op=name`. */
export interface Endpoint {
  readonly path: string
  readonly allow: string
  /** The whole collection has an anonymous handler, so that absent credentials are a 400, not a 401. */
  readonly anonymousHandler?: boolean
  readonly operations: Readonly<Record<string, Operation>>
}

type OnNode = (region: Region, node: MaasNode, request: Request) => Reply | Promise<Reply>

const read = (serve: Operation['serve']): Operation => ({ mutating: false, serve })
const write = (serve: Operation['serve'], extra: Partial<Operation> = {}): Operation => ({
  mutating: true,
  serve,
  ...extra,
})
const onNode = (serve: OnNode, what: 'Machine' | 'Node' = 'Machine'): Operation['serve'] => {
  return (region, request) => {
    const node = region.nodes.get(request.params['id'] ?? '')
    if (!node) return notFound(what)
    return mayList(request.user, node) ? serve(region, node, request) : forbidden()
  }
}
const readNode = (serve: OnNode, what?: 'Machine' | 'Node'): Operation => read(onNode(serve, what))
const writeNode = (serve: OnNode, extra: Partial<Operation> = {}): Operation => write(onNode(serve), extra)

const powerParameters: OnNode = (_region, node, { user }) => (user.admin ? json(node.powerParameters) : forbidden())
const annotate = writeNode((region, node, { user, form }) => ownership.annotate(region, node, user, form))

/** Everything the simulated MAAS serves below `/MAAS/api/2.0/`. What is not here is no endpoint, or no operation of it. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    path: 'version',
    allow: 'GET',
    operations: { GET: { mutating: false, anonymous: true, serve: () => ({ ...json(VERSION), kind: 'public' }) } },
  },
  {
    path: 'users',
    allow: 'POST, GET',
    operations: {
      GET: read((region) => account.listUsers(region)),
      'GET?op=whoami': read((_region, { user }) => account.whoami(user)),
    },
  },
  {
    path: 'users/{name}',
    allow: 'DELETE, GET',
    operations: { GET: read((region, { params }) => account.readUser(region, params['name'] ?? '')) },
  },
  {
    path: 'account/prefs/sshkeys',
    allow: 'POST, GET',
    operations: {
      GET: read((region, { user }) => account.listSshKeys(region.users.get(user.name) ?? user)),
      POST: write((region, { user, form }) => account.addSshKey(region, user, form)),
    },
  },
  {
    path: 'account/prefs/sshkeys/{key}',
    allow: 'DELETE, GET',
    operations: {
      DELETE: write((region, { user, params }) => account.deleteSshKey(region, user, params['key'] ?? '')),
    },
  },
  { path: 'zones', allow: 'POST, GET', operations: { GET: read((region) => json(region.site.zones)) } },
  { path: 'resourcepools', allow: 'POST, GET', operations: { GET: read((region) => json(region.site.pools)) } },
  { path: 'domains', allow: 'POST, GET', operations: { GET: read((region) => json([region.site.domain])) } },
  { path: 'subnets', allow: 'POST, GET', operations: { GET: read((region) => json([region.site.subnet])) } },
  {
    path: 'tags',
    allow: 'POST, GET',
    operations: {
      GET: read((region) => tags.listTags(region)),
      POST: write((region, { user, form }) => tags.createTag(region, user, form), { acceptsJson: true }),
    },
  },
  {
    path: 'tags/{name}',
    allow: 'DELETE, PUT, POST, GET',
    operations: {
      GET: read((region, { params }) => tags.readTag(region, params['name'] ?? '')),
      'GET?op=machines': read((region, { user, params }) => tags.taggedMachines(region, user, params['name'] ?? '')),
      'GET?op=nodes': read((region, { user, params }) => tags.taggedMachines(region, user, params['name'] ?? '')),
      PUT: write((region, { user, params, form }) => tags.updateTag(region, user, params['name'] ?? '', form), {
        acceptsJson: true,
      }),
      DELETE: write((region, { user, params }) => tags.deleteTag(region, user, params['name'] ?? '')),
      'POST?op=update_nodes': write((region, { user, params, form }) =>
        tags.updateNodes(region, user, params['name'] ?? '', form),
      ),
    },
  },
  {
    path: 'machines',
    allow: 'POST, GET',
    anonymousHandler: true,
    operations: {
      GET: read((region, { user, query }) => listMachines(region, user, query)),
      'GET?op=is_registered': {
        mutating: false,
        anonymous: true,
        serve: (region, { query }) => isRegistered(region, query),
      },
      'GET?op=list_allocated': read((region, { user }) => listAllocated(region, user)),
      'GET?op=power_parameters': read(bulkPowerParameters),
      POST: write((region, { user, form }) => createMachine(region, user.name === '' ? null : user, form), {
        anonymous: true,
        acceptsJson: true,
      }),
      'POST?op=allocate': write((region, { user, form }) => ownership.allocate(region, user, form)),
    },
  },
  {
    path: 'machines/{id}',
    allow: 'DELETE, PUT, POST, GET',
    operations: {
      GET: readNode((region, node) => json(readRecord(region, node))),
      'GET?op=query_power_state': readNode((region, node) => queryPowerState(region, node)),
      'GET?op=power_parameters': readNode(powerParameters),
      PUT: writeNode((region, node, { user, form }) => updateMachine(region, node, user, form), { acceptsJson: true }),
      DELETE: writeNode((region, node, { user }) => deleteMachine(region, node, user)),
      'POST?op=commission': writeNode((region, node, { user, form }) => commission(region, node, user, form), {
        acceptsJson: true,
      }),
      'POST?op=test': writeNode((region, node, { user, form }) => testMachine(region, node, user, form), {
        acceptsJson: true,
      }),
      'POST?op=abort': writeNode((region, node, { user }) => abort(region, node, user)),
      'POST?op=rescue_mode': writeNode((region, node, { user }) => enterRescue(region, node, user)),
      'POST?op=exit_rescue_mode': writeNode((region, node, { user }) => exitRescue(region, node, user)),
      'POST?op=power_on': writeNode((region, node, { user }) => powerOn(region, node, user)),
      'POST?op=power_off': writeNode((region, node, { user }) => powerOff(region, node, user)),
      'POST?op=set_workload_annotations': annotate,
      'POST?op=set_owner_data': annotate,
      'POST?op=mark_broken': writeNode((region, node, { user }) => ownership.markBroken(region, node, user)),
      'POST?op=mark_fixed': writeNode((region, node, { user }) => ownership.markFixed(region, node, user)),
      'POST?op=lock': writeNode((region, node, { user }) => ownership.lock(region, node, user)),
      'POST?op=unlock': writeNode((region, node, { user }) => ownership.unlock(region, node, user)),
      'POST?op=release': writeNode((region, node, { user }) => ownership.release(region, node, user)),
      'POST?op=deploy': writeNode((_region, node) => ownership.deploy(node)),
    },
  },
  {
    path: 'nodes/{id}',
    allow: 'DELETE, PUT, POST, GET',
    operations: { GET: readNode((region, node) => json(readRecord(region, node)), 'Node') },
  },
  {
    path: 'nodes/{id}/interfaces',
    allow: 'POST, GET',
    operations: {
      GET: readNode(
        (region, node) => json(node.interfaces.map((nic) => interfaceRecord(node.systemId, nic, region.site))),
        'Node',
      ),
    },
  },
  {
    path: 'nodes/{id}/results',
    allow: 'GET',
    operations: { GET: readNode((_region, node, { query }) => listResults(node, query), 'Node') },
  },
  {
    path: 'nodes/{id}/results/{result}',
    allow: 'DELETE, PUT, GET',
    operations: {
      GET: readNode((_region, node, { query, params }) => readResult(node, params['result'] ?? '', query), 'Node'),
      'GET?op=download': readNode(
        (_region, node, { query, params }) => readResult(node, params['result'] ?? '', query),
        'Node',
      ),
    },
  },
  {
    path: 'events',
    allow: 'GET',
    operations: { 'GET?op=query': read((region, { query }) => queryEvents(region, query)) },
  },
  {
    path: 'scripts',
    allow: 'POST, GET',
    operations: {
      GET: read((_region, { query }) => {
        const type = one(query, 'type')
        return json(ALL_SCRIPTS.filter((script) => type === undefined || script.type === type).map(scriptRecord))
      }),
    },
  },
]

function listAllocated(region: Region, user: Account): Reply {
  const mine = [...region.nodes.values()].filter((node) => node.owner === user.name && node.status === STATUS.allocated)
  return json(mine.map((node) => readRecord(region, node)))
}

/** GET `machines/?op=power_parameters`: by system_id; unknown ids are left out. */
function bulkPowerParameters(region: Region, { user, query }: Request): Reply {
  if (!user.admin) return forbidden('This method is reserved for admin users.')
  const ids = all(query, 'id')
  const nodes = [...region.nodes.values()].filter((node) => ids.length === 0 || ids.includes(node.systemId))
  return json(Object.fromEntries(nodes.map((node) => [node.systemId, node.powerParameters])))
}
