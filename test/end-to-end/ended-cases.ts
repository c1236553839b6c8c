/** Cases that end without what was applied for: not accepted, refused, withdrawn. */
import { expect } from 'vitest'
import { type Application, apply, materialsOf } from './application.ts'
import { type County, refusal, untilConnected, untilEqual } from './casework-county.ts'

/** Neither organ nor court: what an applicant cannot act on. */
const VAGUE = '可在六十日内申请行政复议,或在六个月内提起行政诉讼'
/** What the county has published, written where the field is left blank. */
const WRITTEN = expect.stringMatching(/六十日内向安县人民政府申请行政复议.*六个月内向安县人民法院提起行政诉讼/)
const REFUSAL = { result: 'refused', opinion: '不予许可', reasons: '卫生检测不合格' }

const without = (fields: object, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name))

/** 不予受理: with the competent organ, the reasons and remedies that name where to turn. */
export async function rejectOne({ people, clock }: County): Promise<void> {
  const clerk = people['anchang.clerk']
  const wrong = await apply(clerk, 'SL0010', 5)
  const { id } = wrong
  await clerk.act(id, 'received', materialsOf(wrong))
  const telling = {
    outcome: 'not-competent',
    reasons: '由市级机关许可',
    organ: '绵阳市卫生健康委员会',
  }
  for (const wrong of [without(telling, 'reasons'), without(telling, 'organ'), { ...telling, remedies: VAGUE }]) {
    const silent = await refusal(clerk, id, 'rejected', wrong)
    expect(silent, JSON.stringify(wrong)).toMatchObject({ status: 400 })
  }
  await clerk.act(id, 'rejected', telling)
  await clerk.act(id, 'archived', { volume: '2026-1' })
  const { state } = await untilEqual([clerk, people.clerk], id, ({ stage }) => expect(stage).toBe('90'))
  expect(state).toMatchObject({ closing: '1', days: { rejected: clock.today() } })
  expect(state.papers.map(({ code }) => code)).toEqual(['D02', 'D06', 'D22'])
  expect(state.clocks.filter((running) => running.state !== 'stopped')).toEqual([])
}

/** Withdrawn in writing, and only so. */
export async function withdrawOne({ people }: County): Promise<void> {
  const clerk = people['anchang.clerk']
  const withdrawn = await apply(clerk, 'SL0005', 6)
  const { id } = withdrawn
  await clerk.act(id, 'received', materialsOf(withdrawn))
  await clerk.act(id, 'accepted', {})
  const oral = await refusal(clerk, id, 'withdrawn', { written: false, returned: '原件已退' })
  expect(oral).toMatchObject({ status: 409, code: 'written-request' })
  await clerk.act(id, 'withdrawn', { written: true, returned: '身份证、户口簿原件退还本人' })
  const { state } = await untilEqual([clerk, people.clerk], id, ({ stage }) => expect(stage).toBe('83'))
  expect(state.clocks.filter((running) => running.state !== 'stopped')).toEqual([])
  await clerk.act(id, 'archived', {})
}

/** A licence that is going to be refused, accepted at the township. */
export async function acceptOne({ people }: County): Promise<Application> {
  const clerk = people['anchang.clerk']
  const refused = await apply(clerk, 'SL0010', 8)
  await clerk.act(refused.id, 'received', materialsOf(refused))
  await clerk.act(refused.id, 'accepted', {})
  return refused
}

/** Without its parent the township may write a note, but nothing that binds the applicant. */
export async function tryRefusingAlone({ people }: County, { id }: Application): Promise<void> {
  await untilConnected(people['anchang.handler'], false)
  const alone = await refusal(people['anchang.handler'], id, 'decided', REFUSAL)
  expect(alone).toMatchObject({ status: 409, code: 'offline', message: expect.stringContaining('离线') })
  await people['anchang.handler'].act(id, 'noted', { text: '停电,联网后作出决定' })
}

/** 不予许可: with reasons, and remedies that name where to turn. */
export async function refuseOne({ people, clock }: County, { id, applicant }: Application): Promise<void> {
  const [clerk, handler] = [people['anchang.clerk'], people['anchang.handler']]
  const silent = await refusal(handler, id, 'decided', without(REFUSAL, 'reasons'))
  expect(silent).toMatchObject({ status: 400, field: 'reasons' })
  const vague = await refusal(handler, id, 'decided', { ...REFUSAL, remedies: VAGUE })
  expect(vague).toMatchObject({
    status: 400,
    field: 'remedies',
    message: expect.stringContaining('受理行政诉讼的法院'),
  })
  await handler.act(id, 'decided', REFUSAL)
  await clerk.act(id, 'closed', {})
  await clerk.act(id, 'delivered', { recipient: applicant })
  await clerk.act(id, 'archived', {})
  const { state } = await untilEqual([clerk, people.clerk], id, ({ stage }) => expect(stage).toBe('90'))
  expect(state).toMatchObject({ result: 'refused', closing: '6', days: { decided: clock.today() } })
  expect(state.story.find(({ kind }) => kind === 'decided')?.fields).toMatchObject({ remedies: WRITTEN })
  expect(state.papers.map(({ code }) => code)).toEqual(['D02', 'D03', 'D11', 'D12', 'D13', 'D22'])
}
