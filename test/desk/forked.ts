/** A case that two stations signed for: offered to a window of the hall, which signs offline, taken back, and signed for in the east. */
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { createHubPages } from '#hub/pages/pages.ts'
import { createRegistry } from '#hub/registry.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { DocumentId, PersonId, StationCode } from '#protocol/ids.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { person as actor, COUNTY, type Node, publish, TOWNSHIP, until, VILLAGE } from '#test/engine/county.ts'
import { cut, EAST, LANDS, link, place, sees, stateAt } from '#test/engine/wide-county.ts'
import { enter, PASSWORD } from './place.ts'

// By this file: loaded before the desk they would keep its shapes from being described.
export { person } from '#test/engine/county.ts'
export { EAST, EAST_VILLAGE, LANDS, sees } from '#test/engine/wide-county.ts'

/** Sign-in names by role. */
const PEOPLE: readonly (readonly [string, string, StationCode, readonly Role[]])[] = [
  ['agent', '李成', VILLAGE, ['agent']],
  ['clerk', '王芳', TOWNSHIP, ['clerk']],
  ['east', '何丽', EAST, ['clerk', 'handler']],
  ['lands', '韩冰', LANDS, ['clerk', 'handler']],
  ['coordinator', '刘洋', COUNTY, ['coordinator']],
]

const roles = new Map(PEOPLE.map(([id, , station, held]) => [id, actor(station, held, id)]))
export const as = (id: string) => roles.get(id) ?? actor(COUNTY, [], id)

function deskOf(node: Node) {
  const { office } = node.engine
  const accounts = createAccounts(office)
  const registry = createRegistry({ office, accounts, cryptography: nodeHost.cryptography, root: node.identity.node })
  const hubPages = node.identity.parent === null ? createHubPages(registry) : undefined
  return createDesk({ office, accounts, title: '安县政务服务网', secure: true, hubPages, onFault: () => {} })
}

/** A case captured in the village, offered to the window in the hall. */
async function offered({ village, lands }: Awaited<ReturnType<typeof place>>, applicant: string): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(as('agent'), 'SL0001'))
  value(await office.edit(as('agent'), id, 'application', { set: { applicant, phone: '13800001111' } }))
  value(await office.act(as('agent'), id, 'captured', { applicant, materials: 1 }))
  value(await office.act(as('agent'), id, 'offered', { to: LANDS, materials: 1 }))
  await sees(lands, id, ({ offer }) => offer?.to === LANDS)
  return id
}

/** The county whose case is stopped, with the desks of its nodes. */
export async function forkedCounty(applicant = '罗大成') {
  const county = await place()
  const { root, township, village, east, lands } = county
  const password = await passwordRecord(root.engine.office, PASSWORD)
  const people = PEOPLE.map(
    ([id, name, station, held]): Person => ({
      ...{ type: 'person', id: id as PersonId, version: 1, name, station, roles: held, password, disabled: false },
    }),
  )
  await publish(root, people)
  const linked = await link([township, root], [village, township], [east, root])
  const away = await link([lands, root])
  const nodes = { agent: village, clerk: township, east, lands, coordinator: root }
  const known = () =>
    Object.entries(nodes).every(([id, { engine }]) => engine.office.directory.person(id as PersonId) !== undefined)
  await until('everybody is known', known)
  const id = await offered(county, applicant)
  await cut(away)
  value(await lands.engine.office.act(as('lands'), id, 'taken', { materials: 1 }))
  const { office } = village.engine
  value(await office.act(as('agent'), id, 'retracted', { reason: '窗口没有人' }))
  value(await office.act(as('agent'), id, 'offered', { to: EAST, materials: 1 }))
  await sees(east, id, ({ offer }) => offer?.to === EAST)
  value(await east.engine.office.act(as('east'), id, 'taken', { materials: 1 }))
  await sees(root, id, ({ holder }) => holder === EAST)
  const back = await link([lands, root])
  for (const node of [root, village, east, lands]) await sees(node, id, ({ forks }) => forks.length > 0)
  const close = async () => {
    await cut([...linked, ...back])
    await Promise.all([root, township, village, east, county.eastVillage, lands].map(({ engine }) => engine.stop()))
  }
  const visitor = (name: keyof typeof nodes) => enter(deskOf(nodes[name]), name)
  const number = (await stateAt(root, id))?.number ?? ''
  const offer = (name: string) => offered(county, name)
  return { ...county, nodes, id, number, visitor, offer, close }
}
