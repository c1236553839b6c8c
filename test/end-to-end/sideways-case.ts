/** A case that one township hands to another: the county carries it there and back. */
import { expect } from 'vitest'
import { apply, materialsOf } from './application.ts'
import { ANCHANG, type County, HUAGAI, refusal, untilCase, untilEqual } from './casework-county.ts'
import { arrived } from './day.ts'

/** Offered while the other township is switched off, taken there with a difference, and given back. */
export async function handOverAndBack({ people, without }: County): Promise<void> {
  const [from, to] = [people['anchang.clerk'], people['huagai.clerk']]
  const moved = await apply(from, 'SL0009', 3)
  const { id, materials } = moved
  await from.act(id, 'received', materialsOf(moved))
  await without('huagai', async () => {
    await from.act(id, 'offered', { to: HUAGAI, materials, note: '生产地址在花荄镇' })
    await untilCase(people.clerk, id, ({ offer }) => expect(offer?.to).toBe(HUAGAI))
  })
  await arrived(to, [id])
  expect(await refusal(from, id, 'accepted', {})).toMatchObject({ status: 409, code: 'wrong-stage' })
  await to.act(id, 'taken', { materials: materials - 1, differences: '少一份平面图' })
  await to.act(id, 'accepted', {})
  const nodes = [from, to, people.clerk]
  await untilEqual(nodes, id, ({ holder, stage }) => expect([holder, stage]).toEqual([HUAGAI, '30']))
  await to.act(id, 'offered', { to: ANCHANG, materials: materials - 1 })
  await arrived(from, [id])
  await from.act(id, 'taken', { materials: materials - 1 })
  const { state } = await untilEqual(nodes, id, ({ epoch }) => expect(epoch).toBe(3))
  expect(state).toMatchObject({ holder: ANCHANG, stage: '30', asideOpen: 0, forks: [] })
}
