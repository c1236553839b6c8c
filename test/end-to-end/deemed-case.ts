/** An application nobody answered (逾期视为受理): accepted by law until somebody proves that the applicant was told. */
import { expect } from 'vitest'
import type { Day } from '#protocol/casework/time/days.ts'
import { type Application, apply, materialsOf } from './application.ts'
import { ANCHANG, type County, refusal, untilEqual } from './casework-county.ts'
import { arrived } from './day.ts'
import { clockOf, expectExplained, explain } from './deadlines.ts'

/** 林木采伐许可: a licence that villages capture and townships receive. */
const ITEM = 'SL0008'
const LATE = '停电,当天用纸质表登记,恢复后补录'
const NOTICE = { missing: ['林权证明'], days: 60 }

const nodesOf = ({ people }: County) => [people.hongyan, people['anchang.clerk'], people.handler]

/** The village hands the application to the township, where it is left lying. */
export async function leaveLying({ people }: County): Promise<Application> {
  const forgotten = await apply(people.hongyan, ITEM, 7)
  const { id } = forgotten
  const materials = materialsOf(forgotten)
  await people.hongyan.act(id, 'captured', materials)
  await people.hongyan.act(id, 'offered', { to: ANCHANG, ...materials })
  await arrived(people['anchang.clerk'], [id])
  await people['anchang.clerk'].act(id, 'taken', materials)
  return forgotten
}

/** The receipt is entered for the day on which it was; the five days are over. */
export async function receiveBackdated(county: County, forgotten: Application, received: Day): Promise<void> {
  const { people, clock } = county
  const { id } = forgotten
  const clerk = people['anchang.clerk']
  const receipt = { ...materialsOf(forgotten), occurredOn: received }
  const unexplained = await refusal(clerk, id, 'received', receipt)
  expect(unexplained).toMatchObject({ status: 400, field: 'occurredWhy' })
  await clerk.act(id, 'received', { ...receipt, occurredWhy: LATE })
  const { state } = await untilEqual(nodesOf(county), id, ({ stage }) => expect(stage).toBe('30'))
  const { due } = await explain(people.hongyan, received, 5)
  expect(state.days).toMatchObject({ received, deemed: received })
  expect(state.story.at(-1)).toMatchObject({ kind: 'deemed', title: '逾期视为受理', day: due, log: '', person: '' })
  expect(state.story.find(({ kind }) => kind === 'received')).toMatchObject({ day: received, enteredOn: clock.today() })
  await expectExplained(people.hongyan, clockOf(state, 'T2p'), clock.today())
  expect(await refusal(clerk, id, 'notified', NOTICE)).toMatchObject({ status: 409, code: 'deemed' })
}

/** The copy of a notice turns up that was given within the five days. */
export async function proveNotice(county: County, { id }: Application, received: Day): Promise<void> {
  const { people, clock } = county
  const clerk = people['anchang.clerk']
  const within = (await explain(clerk, received, 3)).due
  const late = { ...NOTICE, occurredOn: within, occurredWhy: LATE }
  expect(await refusal(clerk, id, 'notified', late)).toMatchObject({ code: 'second-needed', field: 'proposedTo' })
  const notice = await clerk.act(id, 'notified', { ...late, proposedTo: 'anchang.handler' })
  await people['anchang.handler'].act(id, 'countersigned', { fact: notice })
  const { state } = await untilEqual(nodesOf(county), id, ({ stage }) => expect(stage).toBe('25'))
  expect(state.days).not.toHaveProperty('deemed')
  expect(state.story.map(({ kind }) => kind)).not.toContain('deemed')
  const line = {
    kind: 'notified',
    day: within,
    enteredOn: clock.today(),
    aside: null,
    seconded: { person: 'anchang.handler' },
  }
  expect(state.story.at(-2)).toMatchObject(line)
  expect(state.story.at(-1)).toMatchObject({ kind: 'countersigned', aside: null })
  expect(state.clocks.map((running) => running.id)).not.toContain('T2p')
  expect(clockOf(state, "T1'")).toMatchObject({ start: within, unit: 'calendar', limit: NOTICE.days })
  const { due } = clockOf(state, "T1'")
  for (const api of nodesOf(county)) {
    expect(await api.rows(`scope=all&item=${ITEM}`)).toMatchObject([{ id, stage: '25', due }])
  }
}
