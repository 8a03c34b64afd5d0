import { apiTest, authTest, blocksValidate, connectionsOpen } from './apps.ts'
import * as chat from './chat.ts'
import * as conversations from './conversations.ts'
import { completeUpload, getUploadUrl } from './files.ts'
import type { ApiMethod } from './method.ts'
import { usergroupsList, usergroupsUsersList, usersConversations, usersInfo, usersList } from './people.ts'
import * as views from './views.ts'

/** Every method of the simulated Web API; any other is `unknown_method`. */
export const METHODS: Readonly<Record<string, ApiMethod>> = {
  'api.test': apiTest,
  'apps.connections.open': connectionsOpen,
  'auth.test': authTest,
  'blocks.validate': blocksValidate,
  'chat.delete': chat.remove,
  'chat.getPermalink': chat.getPermalink,
  'chat.postEphemeral': chat.postEphemeral,
  'chat.postMessage': chat.postMessage,
  'chat.update': chat.update,
  'conversations.history': conversations.history,
  'conversations.info': conversations.info,
  'conversations.join': conversations.join,
  'conversations.list': conversations.list,
  'conversations.members': conversations.members,
  'conversations.open': conversations.open,
  'conversations.replies': conversations.replies,
  'files.completeUploadExternal': completeUpload,
  'files.getUploadURLExternal': getUploadUrl,
  'usergroups.list': usergroupsList,
  'usergroups.users.list': usergroupsUsersList,
  'users.conversations': usersConversations,
  'users.info': usersInfo,
  'users.list': usersList,
  'views.open': views.open,
  'views.publish': views.publish,
  'views.push': views.push,
  'views.update': views.update,
}
