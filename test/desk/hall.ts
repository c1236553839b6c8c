/** A county hall over a township that writes and says whatever it likes, for tests of the desk. */
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { createHubPages } from '#hub/pages/pages.ts'
import { createRegistry } from '#hub/registry.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { Office } from '#protocol/engine/office.ts'
import { type PersonId, streamOf } from '#protocol/ids.ts'
import type { Draft } from '#protocol/log/entry.ts'
import type { NodeReport } from '#protocol/wire/messages.ts'
import { openClock } from '#test/engine/clock-host.ts'
import { COUNTY, nodeRecord, openNode, publish, STATIONS, TOWNSHIP, until } from '#test/engine/county.ts'
import { draft, factPayload, frameOf, RawNode } from '#test/engine/raw-node.ts'
import { PASSWORD } from './place.ts'

// Of the engine's own room: the desk is loaded before it.
export { TOWNSHIP, until }

const [item] = SAMPLE_ITEMS

/** A county hall with people, and a township that writes whatever it likes. */
export async function openHall() {
  const clock = openClock('2026-11-20T09:00+08:00')
  const root = await openNode({ station: COUNTY, lease: 1, host: clock.host })
  const { office } = root.engine
  const raw = new RawNode(TOWNSHIP)
  const password = await passwordRecord(office, PASSWORD)
  const person = (id: string, role: Role): Person => ({
    type: 'person',
    id: id as PersonId,
    version: 1,
    name: id,
    station: COUNTY,
    roles: [role],
    password,
    disabled: false,
  })
  const people = [person('coordinator', 'coordinator'), person('admin', 'administrator')]
  await publish(root, [
    ...STATIONS,
    nodeRecord(root, null),
    raw.record(root.identity.node, 2),
    ...people,
    ...SAMPLE_ITEMS,
  ])
  await raw.link(root)
  let frames = 0
  const write = async (...drafts: readonly Draft[]) => {
    raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), drafts)))
    frames += 1
    await raw.stored(frames)
  }
  const opening = (number: string, given: Partial<Draft>) => {
    const fields = { number, item: item?.id ?? '', itemVersion: item?.edition ?? 1 }
    return draft(TOWNSHIP, { payload: factPayload({ kind: 'opened', previous: null, fields }), ...given })
  }
  const faults: Error[] = []
  const accounts = createAccounts(office)
  const { cryptography } = clock.host
  const registry = createRegistry({ office, accounts, cryptography, root: root.identity.node })
  const deskOver = (shown: Office) =>
    createDesk({
      office: shown,
      accounts,
      title: '安县政务服务网',
      secure: true,
      hubPages: createHubPages(registry),
      onFault: (fault) => faults.push(fault),
    })
  return { root, office, raw, write, opening, deskOver, faults, clock }
}

/** What a node says of itself. */
export const report = (raw: RawNode, given: Partial<NodeReport>): NodeReport => ({
  node: raw.node,
  age: 0,
  connected: false,
  unsentEntries: 0,
  unsentCases: 0,
  version: '',
  clockOffset: null,
  ...given,
})
