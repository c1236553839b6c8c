/** Two versions of one log: nothing is cut before the height at which they part is exact and proved (DESIGN.md section 5). */
import { expect, test } from 'vitest'
import type { DocumentId } from '#protocol/ids.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { callUntil, type Node, person, TOWNSHIP, until } from './county.ts'
import { copyOf, cutAll, place, restart } from './restoring.ts'

const clerk = person(TOWNSHIP, ['clerk'])

/** What a section holds, as the page of a case shows it. */
const sections = async (node: Node, id: DocumentId) => {
  const shown = value(await node.engine.office.view(clerk, id)).sections
  return Object.fromEntries(shown.map(({ name, value: held }) => [name, held]))
}

const atCounty = (node: Node, id: DocumentId) =>
  until('at the county', async () => (await node.engine.office.safetyOf([id])).get(id) === 'root')

test('S93 a township put back to its image writes one case: what both sides share is not written again', async () => {
  const { root, township, links, diskOf } = await place()
  const { office } = township.engine
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  value(await office.edit(clerk, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.edit(clerk, id, 'office-note', { text: '已电话核实。' }))
  const image = copyOf(diskOf(TOWNSHIP))
  value(await office.edit(clerk, id, 'application', { set: { phone: '13900002222' } }))
  for (let count = 0; count < 39; count++) value(await office.openCase(clerk, 'SL0001'))
  await atCounty(township, id)
  await cutAll(links)
  await township.engine.stop()
  const held = (await root.storage.recordsOf([id])).get(id)?.length

  const back = await restart(township, image, root, root, 2)
  const unrelated = value(await back.engine.office.openCase(clerk, 'SL0001'))
  await callUntil(back, root, 'the case of the copy is at the county', async () => {
    const safety = await back.engine.office.safetyOf([id, unrelated.id])
    return safety.get(id) === 'root' && safety.get(unrelated.id) === 'root'
  })
  await until('all cases are there', async () => (await root.engine.office.find({ limit: 50 })).rows.length === 41)
  for (const node of [back, root]) {
    const shown = await sections(node, id)
    expect(shown.application).toEqual({ applicant: '王芳', phone: '13900002222' })
    expect(shown['office-note']).toBe('已电话核实。')
    expect((await node.storage.recordsOf([id])).get(id)).toHaveLength(held as number)
  }
})
