/** A case that four departments join in (联办), one of them switched off while the others answer. */
import { expect } from 'vitest'
import type { Day } from '#protocol/casework/time/days.ts'
import { type Application, apply, bringAll, materialsOf } from './application.ts'
import {
  ANCHANG,
  type County,
  HALL,
  HUAGAI,
  LAND,
  refusal,
  untilCase,
  untilConnected,
  untilEqual,
} from './casework-county.ts'
import { arrived } from './day.ts'
import { clockOf, expectExplained } from './deadlines.ts'

/** 农村宅基地用地审批, led by the township; the hall's agriculture window has a part of its own in it. */
const ITEM = 'SL0007'
const PART = 'SL0095'
const GRANT = { result: 'granted', opinion: '四部门意见一致,准予' }

export interface JointCase extends Application {
  /** The notices to each department. */
  readonly notices: Readonly<Record<'agriculture' | 'housing' | 'neighbour' | 'land', string>>
}

/** The township asks four departments, of which the land hall is switched off. */
export async function askDepartments({ people, machines, clock }: County): Promise<JointCase> {
  expect(await machines.land.stop()).toBe(0)
  const joint = await apply(people['anchang.clerk'], ITEM, 2)
  const { id } = joint
  await people['anchang.clerk'].act(id, 'received', materialsOf(joint))
  await people['anchang.clerk'].act(id, 'accepted', {})
  const ask = (to: string, department: string, content: string, more: object = {}) =>
    people['anchang.handler'].act(id, 'invited', { to, department, due: clock.day(5), content, ...more })
  const notices = {
    agriculture: await ask(HALL, 'NY', '宅基地资格和面积', { item: PART }),
    housing: await ask(HALL, 'ZJ', '建房图样'),
    neighbour: await ask(HUAGAI, 'XZ', '相邻村界'),
    land: await ask(LAND, 'ZR', '用地是否符合规划'),
  }
  const longer = { days: 15, reasons: '四部门会审', approver: 'chief' }
  const asked = await people['anchang.handler'].act(id, 'extended', longer)
  // The township has no chief: the county's signs, on another machine.
  await untilCase(people.chief, id, ({ asideOpen }) => expect(asideOpen).toBe(1))
  await people.chief.act(id, 'countersigned', { fact: asked })
  return { ...joint, notices }
}

/** Three departments read and answer; the lead may not decide without the fourth. */
export async function answerAllButOne({ people, clock }: County, { id, notices }: JointCase): Promise<void> {
  const lead = people['anchang.handler']
  for (const [api, fact] of [
    [people.handler, notices.agriculture],
    [people.handler, notices.housing],
    [people['huagai.handler'], notices.neighbour],
  ] as const) {
    await untilCase(api, id, ({ invitations }) => expect(invitations).toHaveLength(4))
    await api.act(id, 'acknowledged', { fact })
    const bare = await refusal(api, id, 'opined', { fact, opinion: 'disagree' })
    expect(bare).toMatchObject({ status: 400, field: 'reasons' })
    await api.act(id, 'opined', { fact, opinion: 'agree' })
  }
  const { state } = await untilEqual([lead, people.clerk, people['huagai.clerk']], id, ({ invitations }) =>
    expect(invitations.map(({ opinion }) => opinion?.opinion)).toEqual(['agree', 'agree', 'agree', undefined]),
  )
  const today = clock.today()
  expect(state).toMatchObject({ holder: ANCHANG, kinds: ['promised', 'joint'] })
  expect(state.invitations.map(({ read }) => read)).toEqual([today, today, today, null])
  expect(clockOf(state, 'T2s').limit).toBe(45 + 15)
  await expectExplained(lead, clockOf(state, 'T2s'), today)
  const early = await refusal(lead, id, 'decided', GRANT)
  expect(early).toMatchObject({
    status: 409,
    code: 'co-departments-answered',
    message: expect.stringContaining('还有协办部门没有反馈意见'),
    next: expect.stringMatching(/./),
  })
}

/** The agriculture window handles its part as a case of its own. */
export async function handlePart({ people }: County, joint: JointCase): Promise<void> {
  const lead = people['anchang.clerk']
  const { subCases } = await lead.view(joint.id)
  expect(subCases).toMatchObject([{ item: PART, master: joint.id, offeredTo: HALL, applicant: joint.applicant }])
  const part = String(subCases[0]?.id)
  await arrived(people.clerk, [part])
  await people.clerk.act(part, 'taken', materialsOf(joint))
  await bringAll(people.clerk, part)
  await people.clerk.act(part, 'accepted', {})
  await people.handler.act(part, 'decided', { result: 'granted', opinion: '符合条件' })
  await people.clerk.act(part, 'closed', {})
  await untilEqual([lead, people.clerk], part, (seen) => expect([seen.stage, seen.master]).toEqual(['60', joint.id]))
  expect((await lead.view(joint.id)).subCases).toMatchObject([{ id: part, stage: '60', holder: HALL }])
}

/** The land hall is back and hears what it was asked meanwhile. */
export async function hearWhatWasAsked({ people, machines }: County, { id }: JointCase): Promise<void> {
  await machines.land.start()
  await untilCase(people['land.handler'], id, ({ invitations }) => expect(invitations).toHaveLength(4))
}

/** It answers while the county is stopped; nobody hears it. */
export async function answerLast({ people }: County, { id, notices }: JointCase): Promise<void> {
  const land = people['land.handler']
  await land.act(id, 'acknowledged', { fact: notices.land })
  await land.act(id, 'opined', { fact: notices.land, opinion: 'agree', reasons: '符合村庄规划' })
  expect((await land.view(id)).safety).toBe('here')
  const early = await refusal(people['anchang.handler'], id, 'decided', GRANT)
  expect(early).toMatchObject({ status: 409, code: 'co-departments-answered' })
}

/** The county is back: the answer arrives, and the lead decides. */
export async function decideTogether({ people, clock }: County, { id }: JointCase, asked: Day): Promise<void> {
  const [lead, land] = [people['anchang.handler'], people['land.handler']]
  const { state } = await untilEqual([lead, land, people.clerk], id, ({ invitations }) =>
    expect(invitations.every(({ opinion }) => opinion !== null)).toBe(true),
  )
  expect(state.invitations.map(({ read }) => read)).toEqual([asked, asked, asked, clock.today()])
  await untilConnected(lead)
  await lead.act(id, 'decided', GRANT)
  await people['anchang.clerk'].act(id, 'closed', {})
  const nodes = [lead, people['huagai.clerk'], land, people.clerk]
  const end = await untilEqual(nodes, id, ({ stage }) => expect(stage).toBe('60'))
  expect(end.state).toMatchObject({ result: 'granted', asideOpen: 0 })
  await expect.poll(async () => (await land.view(id)).safety, { timeout: 60_000 }).toBe('root')
}
