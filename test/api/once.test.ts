/** Writes with an Idempotency-Key happen at most once. */
import { expect, test } from 'vitest'
import { createOnce } from '#edge-node/desk/api/once.ts'
import { ActedShape, CasePageShape, OpenedShape } from '#edge-node/desk/api/shapes.ts'
import { LIMITS } from '#protocol/limits.ts'
import { success } from '#protocol/result.ts'
import { ITEM, openPlace, PASSWORD, type Place } from '#test/api/place.ts'
import { COUNTED, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'

const headers = (key: string) => ({ 'idempotency-key': key })
const open = (place: Place, token: string, key: string) =>
  place.call('POST', '/cases', { token, body: { item: ITEM }, headers: headers(key) })
const count = async (place: Place, token: string) =>
  (await read(await place.call('GET', '/cases', { token }), CasePageShape)).rows.length

async function actorOf(place: Place) {
  const signedIn = await place.accounts.signIn('wang.fang', PASSWORD)
  if (!signedIn.ok) throw new Error(signedIn.problem.message)
  return signedIn.value.actor
}

test('A35 asking again with the same key writes once and answers the same, also after a restart', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const first = await read(await open(place, token, 'k1'), OpenedShape)
  expect(await read(await open(place, token, 'k1'), OpenedShape)).toEqual(first)
  const restarted = await place.restart()
  expect(await read(await open(restarted, token, 'k1'), OpenedShape)).toEqual(first)
  expect(await count(restarted, token)).toBe(1)
  await read(await open(restarted, token, 'k2'), OpenedShape)
  expect(await count(restarted, token)).toBe(2)
})

test('A35 an act with a key is written once', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const note = () =>
    place.call('POST', `/cases/${id}/acts/noted`, { token, body: { fields: { text: '来电' } }, headers: headers('n1') })
  const first = await read(await note(), ActedShape)
  expect(await read(await note(), ActedShape)).toEqual(first)
  expect((await readCase(place, token, id)).state.story.filter(({ kind }) => kind === 'noted').length).toBe(1)
})

test('A35 a key belongs to one person', async () => {
  const place = await openPlace()
  const [clerk, chief] = [await tokenOf(place), await tokenOf(place, 'zhou.chief')]
  const first = await read(await open(place, clerk, 'k1'), OpenedShape)
  expect(await read(await open(place, chief, 'k1'), OpenedShape)).not.toEqual(first)
})

test('A36 a key used for another request is refused', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  await read(await open(place, token, 'k1'), OpenedShape)
  const path = `/cases/${id}/acts/noted`
  const other = await place.call('POST', path, { token, body: { fields: { text: 'x' } }, headers: headers('k1') })
  expect(await refusal(other, 409)).toMatchObject({ code: 'key-reused' })
})

test('A36 a refused write frees its key', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const accept = () => place.call('POST', `/cases/${id}/acts/accepted`, { token, body: {}, headers: headers('k1') })
  await refusal(await accept(), 409)
  await read(await place.call('POST', `/cases/${id}/acts/received`, { token, body: COUNTED }), ActedShape)
  await read(await accept(), ActedShape)
})

test('A36 a request still running is told so', async () => {
  const place = await openPlace()
  const once = createOnce(place.office)
  const actor = await actorOf(place)
  const [started, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const running = once({ actor, key: 'k', request: 'r' }, async () => {
    started.resolve()
    await released.promise
    return success({ id: '1' })
  })
  await started.promise
  const second = await once({ actor, key: 'k', request: 'r' }, async () => success({ id: '2' }))
  expect(second).toMatchObject({ problem: { code: 'answer-pending' } })
  released.resolve()
  expect(await running).toEqual(success({ id: '1' }))
})

test('A36 a write whose mark cannot be stored is not begun', async () => {
  const place = await openPlace()
  const actor = await actorOf(place)
  let begun = false
  place.faults.full = true
  const refused = await createOnce(place.office)({ actor, key: 'k', request: 'r' }, async () => {
    begun = true
    return success({ id: '1' })
  })
  expect(refused).toMatchObject({ problem: { code: 'storage-full' } })
  expect(begun).toBe(false)
})

test('A36 a write interrupted before its answer was kept is never repeated', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const actor = await actorOf(place)
  const request = JSON.stringify(['opened', ITEM])
  const interrupted = createOnce(place.office)({ actor, key: 'k', request }, async () => {
    await place.office.openCase(actor, ITEM)
    throw new Error('power cut')
  })
  await expect(interrupted).rejects.toThrow('power cut')
  const restarted = await place.restart()
  expect(await refusal(await open(restarted, token, 'k'), 409)).toMatchObject({ code: 'outcome-unknown' })
  expect(await count(restarted, token)).toBe(1)
})

test('A37 kept answers end after a day and are bounded', async () => {
  const place = await openPlace()
  const actor = await actorOf(place)
  let writes = 0
  const ask = (once: ReturnType<typeof createOnce>, key: string) =>
    once({ actor, key, request: 'r' }, async () => success({ id: String(++writes) }))
  await ask(createOnce(place.office), 'k')
  place.pass(LIMITS.keptAnswerHours * 60 - 1)
  expect(await ask(createOnce(place.office), 'k')).toEqual(success({ id: '1' }))
  place.pass(1)
  expect(await ask(createOnce(place.office), 'k')).toEqual(success({ id: '2' }))
  const time = place.office.now()
  const keys = Array.from({ length: LIMITS.keptAnswers + 5 }, (_, index) => `key${index}`)
  await Promise.all(keys.map((key) => place.office.setLocal('kept-answers', key, { request: '', time, answer: {} })))
  await ask(createOnce(place.office), 'other')
  expect((await place.office.localAll('kept-answers')).length).toBeLessThanOrEqual(LIMITS.keptAnswers + 1)
})
