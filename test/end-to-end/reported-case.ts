/** A case the upper level decides (上报件): the package goes out, the reply comes in, the applicant is told. */
import { expect } from 'vitest'
import { type Application, apply, materialsOf } from './application.ts'
import type { County } from './casework-county.ts'
import { clockOf, expectExplained } from './deadlines.ts'
import { expectProven } from './proof.ts'

const ORGAN = '绵阳市自然资源和规划局'

/** Received, handled and reported up at the hall; the package proves itself. */
export async function reportUp({ people, clock }: County): Promise<Application> {
  const reported = await apply(people.clerk, 'SL0060', 4)
  const { id, number } = reported
  await people.clerk.act(id, 'received', materialsOf(reported))
  await people.clerk.act(id, 'accepted', {})
  await expectExplained(people.clerk, clockOf((await people.clerk.view(id)).state, 'T4'), clock.today())
  await people.clerk.act(id, 'assigned', { to: 'handler' })
  await people.handler.act(id, 'handled', { opinion: '材料齐全,符合规划' })
  expect(await people.handler.ask('GET', `/cases/${id}/report-package`)).toMatchObject({ status: 409 })
  await people.examiner.act(id, 'reported', { organ: ORGAN, ...materialsOf(reported), note: '拟同意,报请审批' })
  const file = await people.examiner.done('GET', `/cases/${id}/report-package`)
  expectProven(file)
  expect(file).toMatchObject({ report: { organ: ORGAN }, case: { number } })
  const { state } = await people.clerk.view(id)
  expect(clockOf(state, 'T4').state).toBe('stopped')
  // The city decides: its days are told, and none of them is the county's.
  for (const name of ['T2p', 'T2s'] as const) expect(clockOf(state, name)).toMatchObject({ state: 'paused', due: null })
  await expectExplained(people.clerk, clockOf(state, 'T43'), clock.today())
  return reported
}

/** The reply file is taken in, whoever else's and however often it comes. */
export async function takeReply({ people, clock }: County, { id, number }: Application): Promise<void> {
  const [today, decided] = [clock.today(), clock.day(-2)]
  const reply = { format: 'county-reply', version: 1, number, organ: ORGAN, result: 'granted' }
  const file = { ...reply, reference: '绵自然资〔2026〕9号', content: '同意转用', decided }
  const post = (body: object) => people.handler.ask('POST', `/cases/${id}/reply`, body)
  const foreign = await post({ ...file, organ: '省自然资源厅' })
  expect(foreign).toMatchObject({ status: 409, body: { code: 'reply-other-organ' } })
  expect(await post(file)).toMatchObject({ status: 200, body: { already: false } })
  expect(await post(file)).toMatchObject({ status: 200, body: { already: true } })
  const { state } = await people.clerk.view(id)
  expect(state).toMatchObject({ stage: '50', result: 'granted', days: { replied: decided }, late: [] })
  // Weeks at the city, and all was decided here on the first day.
  for (const name of ['T2p', 'T2s'] as const)
    expect(clockOf(state, name)).toMatchObject({ state: 'stopped', used: 0, exceeded: false })
  expect(clockOf(state, 'T43')).toMatchObject({ state: 'stopped', stopped: decided })
  expect(state.story.filter(({ kind }) => kind === 'replied')).toMatchObject([{ day: decided, enteredOn: today }])
  await expectExplained(people.clerk, clockOf(state, "T4'"), today)
}

/** The applicant is told, and the case is closed, delivered and filed. */
export async function relayReply({ people, clock }: County, { id, applicant }: Application): Promise<void> {
  await people.clerk.act(id, 'relayed', { content: '电话告知批复结果' })
  await people.clerk.act(id, 'closed', { document: '绵自然资〔2026〕9号' })
  await people.clerk.act(id, 'delivered', { recipient: applicant })
  await people.clerk.act(id, 'archived', {})
  const { state } = await people.clerk.view(id)
  expect(state).toMatchObject({ stage: '90', kinds: ['promised', 'reported'], report: { relayed: clock.today() } })
  expect(state.clocks.filter((running) => running.state !== 'stopped')).toEqual([])
}
