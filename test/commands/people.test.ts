/** Who stands in for whom, from the records of absences alone. */
import { expect, test } from 'vitest'
import { endAbsence, keepAbsence } from '#edge-node/commands/station/absences.ts'
import { absenceToday, signersElsewhere, standsFor } from '#edge-node/commands/station/people.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { openPlace, TOWNSHIP, VILLAGE } from '#test/api/place.ts'

const WANG = 'wang.fang' as PersonId
const WU = 'wu.handler' as PersonId
const CLERK: Actor = { person: WANG, name: '王芳', station: TOWNSHIP, roles: ['clerk'] }

test('P171 whoever is away is stood in for from the first day to the last, and no longer once back', async () => {
  const place = await openPlace()
  const { office } = place
  const given = { person: WU, from: '2026-11-21', until: '2026-11-24', reason: '培训', where: '', substitute: WANG }
  const kept = await keepAbsence(office, CLERK, given)
  if (!kept.ok) throw new Error(kept.problem[0].message)
  const seen: [away: boolean, covered: boolean][] = []
  for (let day = 20; day <= 25; day++) {
    seen.push([absenceToday(office, WU) !== undefined, standsFor(office, WANG).includes(WU)])
    place.pass(24 * 60)
  }
  expect(seen.map(([away]) => away)).toEqual([false, true, true, true, true, false])
  expect(seen.every(([away, covered]) => away === covered)).toBe(true)
  place.pass(-4 * 24 * 60)
  expect(standsFor(office, WANG)).toEqual([WANG, WU])
  expect((await endAbsence(office, CLERK, kept.value.id)).ok).toBe(true)
  expect(standsFor(office, WANG)).toEqual([WANG])
  expect(absenceToday(office, WU)).toBeUndefined()
})

test('P173 beside an agent the approvers of the station above sign, and nobody else from there', async () => {
  const { office } = await openPlace()
  const agent: Actor = { person: 'li.agent' as PersonId, name: '李成', station: VILLAGE, roles: ['agent'] }
  const { department, above } = signersElsewhere(office.directory, agent)
  expect(department).toEqual([])
  expect(above.map(({ id }) => id)).toEqual(['zhou.chief'])
})
