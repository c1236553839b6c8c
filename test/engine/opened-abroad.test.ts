/** A station to which a case was once offered, and which opens it again in its own stream: real engines, real links. */
import { expect, test } from 'vitest'
import { streamOf } from '#protocol/ids.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { publish, until } from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { agent, EAST_VILLAGE, link, place, sees, stateAt } from './wide-county.ts'

test('C2 whoever was once offered a case takes it by no opening in a stream of its own', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(EAST_VILLAGE)
  await publish(root, [raw.record(east.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the east knows it', () => east.engine.office.directory.node(raw.node) !== undefined)
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST_VILLAGE, materials: 1 }))
  await sees(east, id, ({ offer }) => offer?.to === EAST_VILLAGE)
  value(await office.act(agent, id, 'retracted', { reason: '移交有误' }))
  await sees(east, id, ({ offer }) => offer === null)
  const before = await stateAt(root, id)
  await raw.link(east)
  const fields = { number: 'n', item: 'SL0001', itemVersion: 1 }
  const opening = { document: id, time: 1, payload: factPayload({ kind: 'opened', previous: null, fields }) }
  raw.send(frameOf((await raw.write(streamOf(EAST_VILLAGE), [draft(EAST_VILLAGE, opening)])) as Packable[]))
  await raw.stored()
  await until('the county has it', async () => (await stateAt(root, id))?.story.length === 5)
  expect(await stateAt(root, id)).toMatchObject({ holder: before?.holder, home: before?.home, stage: '10', forks: [] })
})
