/** Commands about a case, asked as pages and API ask them: the rule is the same whichever door it came through. */
import { expect, test } from 'vitest'
import { beginCase, editCase, reachCase, reachToWrite, readCase, saveText } from '#edge-node/commands/cases/cases.ts'
import { handIn, saveDraft } from '#edge-node/commands/cases/draft.ts'
import { takeInCases } from '#edge-node/commands/exchange/imports.ts'
import { takeReply } from '#edge-node/commands/exchange/reply.ts'
import { ActedShape, OpenedShape } from '#edge-node/desk/api/shapes.ts'
import { REPLY_FORMAT } from '#protocol/casework/exchange/reply.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Actor, CaseView } from '#protocol/engine/office.ts'
import type { SectionView } from '#protocol/engine/section-view.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Result } from '#protocol/result.ts'
import { COUNTY, ID_NUMBER, ITEM, openPlace, type Place, TOWNSHIP, VILLAGE } from '#test/api/place.ts'
import { act, openFilled, read, readCase as readOver, refusal, tokenOf } from '#test/api/reading.ts'

const at = (person: string, station: Actor['station'], ...roles: Actor['roles']): Actor => ({
  person: person as PersonId,
  name: person,
  station,
  roles,
})
const CLERK = at('wang.fang', TOWNSHIP, 'clerk')
/** A supervisor changes nothing whatever other roles there are. */
const WATCHING = at('zhao.super', TOWNSHIP, 'clerk', 'supervisor')
const ADMINISTRATOR = at('sun.admin', TOWNSHIP, 'administrator')

const codeOf = (result: Result<unknown>): string => (result.ok ? 'done' : result.problem.code)

async function viewOf(place: Place, id: string): Promise<CaseView> {
  const found = await readCase(place.office, CLERK, id)
  if (!found.ok) throw new Error(found.problem.message)
  return found.value
}

test('A25 A29 a case is found by id and by number; unknown and foreign ones are refused in the same words', async () => {
  const place = await openPlace()
  const { id, number } = await openFilled(place, await tokenOf(place))
  const { office } = place
  for (const name of [id, number, number.replaceAll('-', '')]) {
    expect(await reachCase(office, CLERK, name)).toMatchObject({ ok: true, value: { id, number } })
    expect(await readCase(office, CLERK, name)).toMatchObject({ ok: true, value: { state: { id, number } } })
  }
  const agent = at('li.agent', VILLAGE, 'agent')
  const refused = await Promise.all([
    reachCase(office, agent, id),
    readCase(office, agent, number),
    reachToWrite(office, agent, id),
    editCase(office, agent, id, 'application', { set: { phone: '1' } }),
    readCase(office, CLERK, 'f'.repeat(32)),
    reachCase(office, CLERK, 'no such number'),
  ])
  expect(new Set(refused.map((result) => JSON.stringify(result))).size).toBe(1)
  expect(refused[0]).toMatchObject({ problem: { code: 'unknown-case' } })
})

test('A27 P8 what is read of a case is masked for whoever does not handle it', async () => {
  const place = await openPlace()
  const { id } = await openFilled(place, await tokenOf(place))
  expect(JSON.stringify(await readCase(place.office, CLERK, id))).toContain(ID_NUMBER)
  for (const reader of [WATCHING, at('chen.county', COUNTY, 'coordinator')]) {
    const read = await readCase(place.office, reader, id)
    expect(read.ok).toBe(true)
    expect(JSON.stringify(read)).not.toContain(ID_NUMBER)
  }
})

test('A27 what stands in a form under a key that its item does not define is masked, also where it was changed behind the seal', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const [account, later] = ['6222000011112222', '6222000033334444']
  const set = async (value: string) =>
    editCase(place.office, CLERK, id, 'application', {
      set: { secondAccount: value, remark: '丙字第9号', idOverride: '旧证' },
    })
  expect(await set(account)).toMatchObject({ ok: true })
  await read(await act(place, token, id, 'received', { fields: { materials: 1 } }), ActedShape)
  expect(await set(later)).toMatchObject({ ok: true })
  const text = `退款到${account}`
  await read(await act(place, token, id, 'noted', { fields: { text } }), ActedShape)
  const full = JSON.stringify(await readCase(place.office, CLERK, id))
  for (const known of [account, later, '丙字第9号']) expect(full).toContain(known)
  const seen = await readCase(place.office, WATCHING, id)
  const masked = JSON.stringify(seen)
  for (const secret of [account, later]) expect(masked).not.toContain(secret)
  for (const shown of ['****2222', '****4444', '退款到****2222', '旧证', '王小明', '丙字第9号'])
    expect(masked).toContain(shown)
})

test('A97 a case whose form alone holds a number of somebody is written down when it is read, in full or masked, a draft is not', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await read(await place.call('POST', '/cases', { token, body: { item: ITEM } }), OpenedShape)
  const set = { applicant: '王小明', bankAccount: '6222000011112222' }
  expect(await editCase(place.office, CLERK, id, 'application', { set })).toMatchObject({ ok: true })
  const readers = async (event: 'reveal' | 'masked-read') => {
    const [from, until] = ['2026-01-01' as Day, '2099-12-31' as Day]
    const page = await place.office.auditTrail({ from, until, stations: [TOWNSHIP, COUNTY], event })
    return page.ok ? page.value.lines.map(({ person }) => person) : []
  }
  for (const reader of [CLERK, WATCHING]) await readCase(place.office, reader, id)
  expect([await readers('reveal'), await readers('masked-read')]).toEqual([[], []])
  await read(await act(place, token, id, 'received', { fields: { materials: 1 } }), ActedShape)
  await readCase(place.office, WATCHING, id)
  expect([await readers('reveal'), await readers('masked-read')]).toEqual([[], [WATCHING.person]])
  await readCase(place.office, CLERK, id)
  expect([await readers('reveal'), await readers('masked-read')]).toEqual([[CLERK.person], [WATCHING.person]])
})

test('A28 a supervisor changes nothing whatever else the person is, and who handles no cases fills in none', async () => {
  const place = await openPlace()
  const { id } = await openFilled(place, await tokenOf(place))
  const view = await viewOf(place, id)
  const note = view.sections.find(({ value }) => typeof value === 'string') as SectionView
  const { office } = place
  const draft = { application: { phone: '13900000000' }, materials: {} }
  const reply = {
    number: view.state.number,
    organ: '市局',
    result: 'granted',
    reference: '1号',
    content: '同意',
    decided: '20261120',
    format: REPLY_FORMAT,
  } as const
  const asked = (actor: Actor) =>
    Promise.all([
      editCase(office, actor, id, 'application', { set: { phone: '13900000000' } }),
      saveDraft(office, actor, view, view.item as NonNullable<CaseView['item']>, draft),
      saveText(office, actor, view, note, { text: '改', seen: '' }),
      takeInCases(office, actor, 'epoint', { csv: '' }),
      takeReply(office, actor, id, reply),
    ])
  expect((await asked(WATCHING)).map(codeOf)).toEqual(Array(5).fill('reads-only'))
  expect((await asked(ADMINISTRATOR)).map(codeOf)).toEqual(Array(5).fill('not-authorised'))
  expect(codeOf(await beginCase(office, WATCHING, ITEM))).toBe('reads-only')
  expect(codeOf(await reachToWrite(office, WATCHING, id))).toBe('reads-only')
  expect((await viewOf(place, id)).sections).toEqual(view.sections)
  expect((await office.find({})).rows).toHaveLength(1)
})

test('P16 over the API too, a count that differs at sign-for needs the difference in words', async () => {
  const place = await openPlace()
  const [agent, clerk] = [await tokenOf(place, 'li.agent'), await tokenOf(place)]
  const { id } = await openFilled(place, agent)
  const counted = { fields: { materials: 3, entrusted: ['提交申请材料'], free: true } }
  await read(await act(place, agent, id, 'captured', counted), ActedShape)
  await read(await act(place, agent, id, 'offered', { fields: { to: TOWNSHIP, materials: 3 } }), ActedShape)
  const short = await refusal(await act(place, clerk, id, 'taken', { fields: { materials: 2 } }), 400)
  expect(short).toMatchObject({ field: 'differences', message: '移交单写明 3 份,实收 2 份' })
  expect((await readOver(place, clerk, id)).state.offer).not.toBeNull()
  const told = { fields: { materials: 2, differences: '少一张照片' } }
  await read(await act(place, clerk, id, 'taken', told), ActedShape)
  expect((await readOver(place, clerk, id)).state.holder).toBe(TOWNSHIP)
})

test('P11 a form is handed in whole or not at all, with every field that is wrong and every material nobody counted', async () => {
  const place = await openPlace()
  const opened = await beginCase(place.office, CLERK, ITEM)
  if (!opened.ok) throw new Error(opened.problem.message)
  const { id } = opened.value
  const empty = await viewOf(place, id)
  const item = empty.item as NonNullable<CaseView['item']>
  const draft = { application: { applicant: ' 王小明 ', idNumber: '110105194912310021', phone: '12' }, materials: {} }
  expect((await saveDraft(place.office, CLERK, empty, item, draft)).ok).toBe(true)
  const wrong = await handIn(place.office, CLERK, await viewOf(place, id), item, {})
  const incomplete = wrong.ok || !('incomplete' in wrong.problem) ? [] : wrong.problem.incomplete
  expect(incomplete.map(({ section, id: field }) => `${section}.${field}`)).toEqual([
    'application.idNumber',
    'application.phone',
    'materials.form',
  ])
  expect((await viewOf(place, id)).state.stage).toBe('00')
  const mended = {
    application: { idNumber: ID_NUMBER.toLowerCase(), phone: '' },
    materials: { form: { state: 'both', copies: '' } },
  }
  expect((await saveDraft(place.office, CLERK, await viewOf(place, id), item, mended)).ok).toBe(true)
  expect(await handIn(place.office, CLERK, await viewOf(place, id), item, {})).toEqual({ ok: true, value: 'received' })
  const { state } = await viewOf(place, id)
  expect(state.applicant).toMatchObject({ name: '王小明', idNumber: ID_NUMBER, phone: '' })
  expect(state.story.at(-1)?.fields.materials).toBe(1 + 0 + (item.materials[0]?.copies ?? 0))
})

test('P18 a text that somebody else changed meanwhile is not overwritten, and one that is too long is not saved', async () => {
  const place = await openPlace()
  const { id } = await openFilled(place, await tokenOf(place))
  const save = async (typed: { readonly text: string; readonly seen: string }) => {
    const view = await viewOf(place, id)
    const section = view.sections.find(({ value, writable }) => typeof value === 'string' && writable) as SectionView
    const saved = await saveText(place.office, CLERK, view, section, typed)
    return saved.ok ? 'done' : `${saved.problem.code} ${saved.problem.message}`
  }
  expect(await save({ text: '先打电话', seen: '' })).toBe('done')
  expect(await save({ text: '已经办了', seen: '' })).toMatch(/^text-changed .*“先打电话”/)
  expect(await save({ text: '先打电话', seen: '' }), 'what stands there already').toBe('done')
  expect(await save({ text: '长'.repeat(LIMITS.noteCharacters + 1), seen: '先打电话' })).toMatch(/^text-too-long /)
})
