/** The way of a licence that has everything: village, supplement, special procedure, extension, discretion, fee, file. */
import { expect } from 'vitest'
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { untilTrue } from '#test/programs/process.ts'
import type { Api } from './api.ts'
import { type Application, apply, materialsOf } from './application.ts'
import { ANCHANG, type County, HALL, HONGYAN, refusal, untilCase, untilEqual } from './casework-county.ts'
import { arrived } from './day.ts'
import { clockOf, expectExplained, explain } from './deadlines.ts'

const ITEM = 'SL0048'
const MISSING = ['水资源论证报告', '与第三者利害关系的说明'] as const
const DECISION = '取水(安县)字〔2026〕第1号'

/** What the new edition changes: the village takes applications in and hands licences out, and there is a fee. */
const CONTENT: Partial<Item> = {
  tiers: ['village', 'township', 'county'],
  villageMode: 'agent',
  villageDelivery: true,
  fees: [
    {
      id: 'water',
      name: '水资源费',
      standard: '地下水每立方米0.1元,按核定水量计收',
      basis: '《取水许可和水资源费征收管理条例》第二十八条',
      range: { from: 1_000, to: 50_000_000 },
    },
  ],
}

/** Publishes the edition at the county and waits until it is in force at the village. */
async function publishEdition(administrator: Api, village: Api, from: Day): Promise<void> {
  const change = { type: 'delegated', basis: '安府办〔2026〕7号' }
  await administrator.done('POST', '/items', { id: ITEM, change, from, content: CONTENT })
  await untilTrue(async () => {
    const { items } = await village.done('GET', '/catalogue')
    expect(items).toContainEqual(expect.objectContaining({ id: ITEM, edition: 2 }))
  }, 200)
}

/** The nodes that hold the case. */
const nodesOf = ({ people }: County) => [people.hongyan, people['anchang.clerk'], people.clerk]

/** Captured at the village under the edition just published, signed for at the township, received at the hall. */
export async function bringToTheHall(county: County): Promise<Application> {
  const { people, clock } = county
  await publishEdition(people.admin, people.hongyan, clock.today())
  const licence = await apply(people.hongyan, ITEM, 1)
  const { id } = licence
  const materials = materialsOf(licence)
  await people.hongyan.act(id, 'captured', { ...materials, authorisation: '委托书一份', free: true })
  await people.hongyan.act(id, 'offered', { to: ANCHANG, ...materials })
  await arrived(people['anchang.clerk'], [id])
  await people['anchang.clerk'].act(id, 'taken', materials)
  await people['anchang.clerk'].act(id, 'offered', { to: HALL, ...materials })
  await arrived(people.clerk, [id])
  await people.clerk.act(id, 'taken', materials)
  await people.clerk.act(id, 'received', materials)
  const { state, item } = await untilEqual(nodesOf(county), id, (seen) => expect(seen.stage).toBe('20'))
  expect(state).toMatchObject({ holder: HALL, home: HONGYAN, itemVersion: 2 })
  expect(item).toMatchObject({ edition: 2, change: { type: 'delegated' } })
  await expectExplained(people.hongyan, clockOf(state, 'T1'), clock.today())
  return licence
}

/** The hall asks for two things; one comes by way of the village, which holds nothing and accepts nothing. */
export async function supplementThroughTheVillage({ people, clock }: County, { id }: Application): Promise<void> {
  await people.clerk.act(id, 'notified', { missing: [...MISSING], days: 15, consequence: '期满不补的,视为撤回申请' })
  await untilCase(people.hongyan, id, ({ stage }) => expect(stage).toBe('25'))
  await people.hongyan.act(id, 'supplied', { items: [MISSING[0]], materials: 1 })
  const own = await refusal(people.hongyan, id, 'supplemented', { items: [...MISSING] })
  expect(own).toMatchObject({ status: 403, code: 'not-holder' })
  const { state } = await untilCase(people.clerk, id, ({ supplies }) => expect(supplies).toHaveLength(1))
  const supplies = [{ items: [MISSING[0]], day: clock.today() }]
  expect(state).toMatchObject({ holder: HALL, stage: '25', epoch: 3, supplies })
  const half = await refusal(people.clerk, id, 'supplemented', { items: [MISSING[0]] })
  expect(half).toMatchObject({ status: 409, code: 'all-supplied' })
  await people.clerk.act(id, 'supplemented', { items: [MISSING[1]] })
  const accepted = await untilCase(people.hongyan, id, ({ stage }) => expect(stage).toBe('30'))
  expect(accepted.state).toMatchObject({ holder: HALL, days: { supplemented: clock.today() } })
}

/** Accepted, assigned, and standing still while experts review it. */
export async function suspend(county: County, { id }: Application): Promise<void> {
  const { people, clock } = county
  const before = await untilEqual(nodesOf(county), id, ({ stage }) => expect(stage).toBe('30'))
  for (const name of ['T2p', 'T2s'] as const)
    await expectExplained(people.hongyan, clockOf(before.state, name), clock.today())
  await people.clerk.act(id, 'assigned', { to: 'handler' })
  const review = { procedure: 'expert-review', days: 20, approver: 'chief' }
  const unknown = await refusal(people.handler, id, 'suspended', { ...review, procedure: 'public-notice' })
  expect(unknown).toMatchObject({ status: 409, code: 'procedure-allowed' })
  const ghost = await refusal(people.handler, id, 'suspended', { ...review, approver: 'ghost' })
  expect(ghost).toMatchObject({ code: 'second-unknown', field: 'approver' })
  const asked = await people.handler.act(id, 'suspended', review)
  await untilEqual(nodesOf(county), id, ({ stage, asideOpen }) => expect([stage, asideOpen]).toEqual(['40', 1]))
  const own = await refusal(people.handler, id, 'countersigned', { fact: asked })
  expect(own).toMatchObject({ status: 409, code: 'not-second' })
  await people.chief.act(id, 'countersigned', { fact: asked })
  const { state } = await untilEqual(nodesOf(county), id, ({ stage }) => expect(stage).toBe('45'))
  expectStanding(state)
}

function expectStanding(state: Parameters<typeof clockOf>[0]): void {
  for (const name of ['T2p', 'T2s', 'T3'] as const)
    expect(clockOf(state, name), name).toMatchObject({ state: 'paused', due: null, used: 0 })
}

/** The experts are done: the last day has moved by the days it took, and one extension moves it again. */
export async function resumeAndExtend(county: County, { id }: Application, since: Day): Promise<void> {
  const { people, clock } = county
  const today = clock.today()
  const review = `${since}/${today}`
  const expectClocks = async (state: Parameters<typeof clockOf>[0]) => {
    for (const name of ['T2p', 'T2s'] as const)
      await expectExplained(people.hongyan, clockOf(state, name), today, review)
  }
  expectStanding((await people.hongyan.view(id)).state)
  await people.handler.act(id, 'resumed', { result: '专家评审通过' })
  const after = await untilEqual(nodesOf(county), id, ({ stage }) => expect(stage).toBe('40'))
  expect((await explain(people.hongyan, since, 20, review)).paused.length).toBeGreaterThan(10)
  await expectClocks(after.state)
  const extension = { days: 5, reasons: '论证报告须修改', approver: 'chief' }
  const asked = await people.handler.act(id, 'extended', extension)
  await people.chief.act(id, 'countersigned', { fact: asked })
  const twice = await refusal(people.handler, id, 'extended', extension)
  expect(twice).toMatchObject({ status: 409, code: 'extended-once' })
  const { state } = await untilEqual(nodesOf(county), id, (seen) => expect(seen.extension?.days).toBe(5))
  expect([clockOf(state, 'T2p').limit, clockOf(state, 'T2s').limit]).toEqual([20 + 5, 45 + 5])
  await expectClocks(state)
}

/** Handled, examined and decided by three people, under one of the tiers the item names. */
export async function decide({ people }: County, { id }: Application): Promise<void> {
  await people.handler.act(id, 'handled', { opinion: '符合用水定额' })
  expect(await refusal(people.handler, id, 'examined', { opinion: '同意' })).toMatchObject({ code: 'another-person' })
  await people.examiner.act(id, 'examined', { opinion: '依据充分' })
  const grant = { result: 'granted', opinion: '准予取水' }
  expect(await refusal(people.chief, id, 'decided', grant)).toMatchObject({ status: 409, code: 'discretion-chosen' })
  await people.chief.act(id, 'decided', { ...grant, tier: 'medium', tierWhy: '年取水三万六千立方米' })
}

/** Nothing is closed before the cashier has confirmed exactly what was charged. */
export async function payAndClose({ people }: County, { id }: Application): Promise<void> {
  const dear = await refusal(people.clerk, id, 'charged', { fee: 'water', amount: 100_000_000 })
  expect(dear).toMatchObject({ status: 409, code: 'fee-standard' })
  const fact = await people.clerk.act(id, 'charged', { fee: 'water', amount: 360_000 })
  const unpaid = await refusal(people.clerk, id, 'closed', { document: DECISION })
  expect(unpaid).toMatchObject({ status: 409, code: 'fees-settled' })
  const short = await refusal(people.cashier, id, 'paid', { fact, receipt: '川财0001', amount: 350_000 })
  expect(short).toMatchObject({ status: 400, field: 'amount' })
  const counter = await refusal(people.clerk, id, 'paid', { fact, receipt: '川财0001', amount: 360_000 })
  expect(counter).toMatchObject({ status: 403, code: 'role' })
  await people.cashier.act(id, 'paid', { fact, receipt: '川财0001', amount: 360_000 })
  await people.clerk.act(id, 'closed', { document: DECISION, validUntil: '2031-10-08' })
}

/** Handed out where it began, and filed at the township with every document. */
export async function deliverAndFile(county: County, { id, applicant }: Application): Promise<void> {
  const { people, clock } = county
  await people.clerk.act(id, 'offered', { to: HONGYAN, materials: 1 })
  await arrived(people.hongyan, [id])
  await people.hongyan.act(id, 'taken', { materials: 1 })
  await people.hongyan.act(id, 'delivered', { recipient: applicant, way: 'direct' })
  await people.hongyan.act(id, 'offered', { to: ANCHANG, materials: 1, note: '卷宗送镇归档' })
  await arrived(people['anchang.clerk'], [id])
  await people['anchang.clerk'].act(id, 'taken', { materials: 1 })
  await people['anchang.clerk'].act(id, 'archived', { volume: '2026-许可-1' })
  const { state } = await untilEqual(nodesOf(county), id, ({ stage }) => expect(stage).toBe('90'))
  const pauses = [{ procedure: 'expert-review', until: clock.today() }]
  expect(state).toMatchObject({ result: 'granted', tier: 'medium', closing: '0', asideOpen: 0, pauses })
  expect(state.fees).toMatchObject([{ amount: 360_000, paid: { receipt: '川财0001' } }])
  expect(state.clocks.filter((running) => running.state !== 'stopped')).toEqual([])
  const { papers, missing } = await people.hongyan.done('GET', `/cases/${id}/papers`)
  expect(missing).toEqual([])
  const codes = (papers as readonly { readonly code: string }[]).map(({ code }) => code)
  expect(codes).toEqual(expect.arrayContaining(['D01', 'D02', 'D04', 'D05', 'D07', 'D08', 'D11', 'D12', 'D13', 'D18']))
}
