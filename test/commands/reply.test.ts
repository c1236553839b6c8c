/** The upper level's answer as a file: what it becomes, and what is refused. */
import { expect, test } from 'vitest'
import { RepliedShape, ReportPackageShape } from '#edge-node/desk/api/shapes.ts'
import { openPlace, type Place } from '#test/api/place.ts'
import { act, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'
import { ORGAN, type Reported, reportedCase } from './reported.ts'

const replyTo = ({ number }: Pick<Reported, 'number'>) => ({
  format: 'county-reply',
  version: 1,
  number,
  organ: ORGAN,
  result: 'granted',
  reference: '绵卫许〔2026〕12号',
  content: '同意设置',
  decided: '20261120',
})

const send = (place: Place, token: string, id: string, reply: object) =>
  place.call('POST', `/cases/${id}/reply`, { token, body: reply })

test('X15 a reply becomes the upper level’s decision, and relaying it to the applicant is a fact of its own', async () => {
  const place = await openPlace()
  const reported = await reportedCase(place)
  const { id, chief } = reported
  const made = await read(await place.call('GET', `/cases/${id}/report-package`, { token: chief }), ReportPackageShape)
  const reply = { ...replyTo(reported), report: made.report.fact }
  const { hash, already } = await read(await send(place, chief, id, reply), RepliedShape)
  expect(already).toBe(false)
  const { state } = await readCase(place, chief, id)
  expect(state).toMatchObject({ stage: '50', result: 'granted', tip: hash })
  expect(state.report).toMatchObject({ organ: ORGAN, relayed: null })
  expect(state.clocks.find((clock) => clock.id === "T4'")).toMatchObject({ state: 'running', limit: 2 })
  await act(place, chief, id, 'relayed', { fields: { content: '已电话告知准予' } })
  const relayed = await readCase(place, chief, id)
  expect(relayed.state.report?.relayed).toBe('2026-11-20')
  expect(relayed.state.clocks.find((clock) => clock.id === "T4'")?.state).toBe('stopped')
})

test('X15 a refusal and a case sent back are taken in as such', async () => {
  const place = await openPlace()
  for (const [result, stage] of [
    ['refused', '51'],
    ['returned', '42'],
  ] as const) {
    const reported = await reportedCase(place)
    await read(await send(place, reported.chief, reported.id, { ...replyTo(reported), result }), RepliedShape)
    expect((await readCase(place, reported.chief, reported.id)).state.stage).toBe(stage)
  }
})

test('X16 the same reply again writes nothing, also when both arrive at once', async () => {
  const place = await openPlace()
  const reported = await reportedCase(place)
  const { id, chief } = reported
  const both = await Promise.all([send(place, chief, id, replyTo(reported)), send(place, chief, id, replyTo(reported))])
  // Bodies are read in turn (E67): the second may come while the first is written, or find that it is.
  expect([
    [200, 200],
    [200, 409],
  ]).toContainEqual(both.map(({ status }) => status).toSorted())
  const { story } = (await readCase(place, chief, id)).state
  expect(story.filter(({ kind }) => kind === 'replied')).toHaveLength(1)
  const again = await read(await send(place, chief, id, replyTo(reported)), RepliedShape)
  expect(again).toEqual({ hash: story.find(({ kind }) => kind === 'replied')?.hash, already: true })
  expect((await readCase(place, chief, id)).state.story).toEqual(story)
  const other = await refusal(await send(place, chief, id, { ...replyTo(reported), result: 'refused' }), 409)
  expect(other).toMatchObject({ code: 'reply-differs', field: 'result' })
})

test('X17 a reply of an earlier day is back-dated, and its day may be written in any common way', async () => {
  const place = await openPlace()
  const reported = await reportedCase(place)
  place.pass(4 * 24 * 60)
  const chief = await tokenOf(place, 'zhou.chief')
  await read(await send(place, chief, reported.id, { ...replyTo(reported), decided: '2026年11月23日' }), RepliedShape)
  const line = (await readCase(place, chief, reported.id)).state.story.find(({ kind }) => kind === 'replied')
  expect(line).toMatchObject({ day: '2026-11-23', enteredOn: '2026-11-24' })
  expect(line?.fields.occurredWhy).toContain('回复文件')
})

/** What is wrong with a reply, the code and part of the words. */
const WRONG: readonly (readonly [change: object, code: string, words: string])[] = [
  [{ number: '510724-20261120-AAA-0001-0' }, 'reply-other-case', '不是本件'],
  [{ organ: '省卫生健康委员会' }, 'reply-other-organ', ORGAN],
  [{ report: 'a'.repeat(64) }, 'reply-other-report', '最近一次上报'],
  [{ decided: '20261121' }, 'reply-day', '晚于今天'],
  [{ decided: '20261119' }, 'reply-day', '早于上报'],
]

test('X18 a reply that does not fit the case is refused in words and writes nothing', async () => {
  const place = await openPlace()
  const reported = await reportedCase(place)
  const { id, chief } = reported
  const before = await readCase(place, chief, id)
  for (const [change, code, words] of WRONG) {
    const problem = await refusal(await send(place, chief, id, { ...replyTo(reported), ...change }), 409)
    expect(problem.code).toBe(code)
    expect(problem.message).toContain(words)
    expect(problem.next).not.toBe('')
  }
  expect(await readCase(place, chief, id)).toEqual(before)
})

test('X18 a case that waits for no reply takes none', async () => {
  const place = await openPlace()
  const chief = await tokenOf(place, 'zhou.chief')
  const opened = await openFilled(place, chief)
  const problem = await refusal(await send(place, chief, opened.id, replyTo(opened)), 409)
  expect(problem.code).toBe('reply-wrong-stage')
  expect(problem.message).toContain('草稿')
})

test.each([
  [{ format: 'county-report' }, 'format'],
  [{ version: 2 }, 'version'],
  [{ result: 'yes' }, 'result'],
  [{ reference: ' ' }, 'reference'],
  [{ content: '' }, 'content'],
  [{ decided: 'soon' }, 'decided'],
  [{ decided: '20260230' }, 'decided'],
  [{ report: 'x' }, 'report'],
  [{ more: 1 }, undefined],
])('X19 a file that is no reply is refused with its field: %o', async (change, field) => {
  const place = await openPlace()
  const chief = await tokenOf(place, 'zhou.chief')
  const opened = await openFilled(place, chief)
  const problem = await refusal(await send(place, chief, opened.id, { ...replyTo(opened), ...change }), 400)
  expect(problem.field).toBe(field)
})

test('X19 only people who may decide on the case take in a reply', async () => {
  const place = await openPlace()
  const reported = await reportedCase(place)
  const clerk = await refusal(await send(place, reported.clerk, reported.id, replyTo(reported)), 403)
  expect(clerk.message).toContain('承办人')
  const supervisor = await tokenOf(place, 'zhao.super')
  expect(await refusal(await send(place, supervisor, reported.id, replyTo(reported)), 403)).toMatchObject({
    code: 'reads-only',
  })
})
