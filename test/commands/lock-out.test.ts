/** Wrong passwords: counted per name, durable, bounded. */
import { expect, test } from 'vitest'
import { countWrong } from '#edge-node/commands/account/attempts.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { openPlace, PASSWORD, type Place } from '#test/api/place.ts'

const CLERK = 'wang.fang' as PersonId
const SPACE = 'sign-in-attempts'
const HERE = '10.0.0.7'

async function guess(place: Place, times: number) {
  for (let round = 0; round < times; round++) await place.accounts.signIn(CLERK, 'Wrong-pass 1')
}
const codeOf = async (place: Place, password = PASSWORD) => {
  const result = await place.accounts.signIn(CLERK, password)
  return result.ok ? 'signed-in' : result.problem.code
}

test('A3 the fifth wrong password locks the name for 15 minutes, over a restart, and says how long', async () => {
  const place = await openPlace()
  await guess(place, LIMITS.passwordAttempts - 1)
  expect(await codeOf(place, 'Wrong-pass 1')).toBe('sign-in-locked')
  const restarted = await place.restart()
  restarted.pass(LIMITS.lockMinutes - 3)
  const locked = await restarted.accounts.signIn(CLERK, PASSWORD)
  expect(locked).toMatchObject({ problem: { code: 'sign-in-locked', message: expect.stringContaining('还剩 3 分钟') } })
  restarted.pass(3)
  expect(await codeOf(restarted)).toBe('signed-in')
})

test('A3 unknown names lock in the same way', async () => {
  const place = await openPlace()
  for (let round = 0; round < LIMITS.passwordAttempts; round++) await place.accounts.signIn('nobody', PASSWORD)
  expect(await place.accounts.signIn('nobody', PASSWORD)).toMatchObject({ problem: { code: 'sign-in-locked' } })
})

test('A4 a good sign-in resets the count', async () => {
  const place = await openPlace()
  await guess(place, LIMITS.passwordAttempts - 1)
  expect(await codeOf(place)).toBe('signed-in')
  await guess(place, LIMITS.passwordAttempts - 1)
  expect(await codeOf(place)).toBe('signed-in')
  expect(await place.office.localAll(SPACE)).toEqual([])
})

test('A5 wrong passwords further apart than the window are not counted together', async () => {
  const place = await openPlace()
  for (let round = 0; round < LIMITS.passwordAttempts + 1; round++) {
    expect(await codeOf(place, 'Wrong-pass 1')).toBe('sign-in-wrong')
    place.pass(LIMITS.attemptWindowMinutes)
  }
  expect(await codeOf(place)).toBe('signed-in')
})

test('A6 names nobody has are bounded and leave the locks of accounts alone', async () => {
  const place = await openPlace()
  await guess(place, LIMITS.passwordAttempts)
  const last = place.office.now()
  const names = Array.from({ length: LIMITS.strangerNames + 20 }, (_, index) => `stranger${index}`)
  await Promise.all(
    names.map((name) => place.office.setLocal(SPACE, `${name} ${HERE}`, { count: 9, last, credential: '' })),
  )
  await countWrong(place.office, { name: 'one.more' as PersonId, caller: HERE, credential: '' })
  expect((await place.office.localAll(SPACE)).length).toBeLessThanOrEqual(LIMITS.strangerNames + 1)
  expect(await codeOf(place)).toBe('sign-in-locked')
})

test('A7 guesses that arrive together are counted one by one', async () => {
  const place = await openPlace()
  const guesses = Array.from({ length: LIMITS.passwordAttempts + 3 }, () =>
    place.accounts.signIn(CLERK, 'Wrong-pass 1'),
  )
  const codes = (await Promise.all(guesses)).map((result) => (result.ok ? 'signed-in' : result.problem.code))
  expect(codes.filter((code) => code === 'sign-in-wrong').length).toBe(LIMITS.passwordAttempts - 1)
  expect(await codeOf(place)).toBe('sign-in-locked')
})

test('A16 a clock put back does not keep a name locked', async () => {
  const place = await openPlace()
  await guess(place, LIMITS.passwordAttempts)
  place.pass(-LIMITS.lockMinutes)
  expect(await codeOf(place)).toBe('signed-in')
})

test('A17 beyond a bounded number at once, sign-ins are asked to wait', async () => {
  const place = await openPlace()
  const tries = Array.from({ length: LIMITS.signInsWaiting + 1 }, () => place.accounts.signIn(CLERK, 'Wrong-pass 1'))
  const last = await tries.at(-1)
  expect(last).toMatchObject({ problem: { code: 'sign-in-busy' } })
  await Promise.all(tries)
})

test('A101 a good sign-in tells how many wrong passwords there were since the last one, from wherever and however long ago', async () => {
  const place = await openPlace()
  const wrongBefore = async (from: Place = place) => {
    const result = await from.accounts.signIn(CLERK, PASSWORD)
    return result.ok ? result.value.wrongBefore : result.problem.code
  }
  expect(await wrongBefore()).toBe(0)
  await guess(place, 2)
  await place.accounts.signIn(CLERK, 'Wrong-pass 1', HERE)
  await place.accounts.signIn('zhou.chief', 'Wrong-pass 1', HERE)
  const restarted = await place.restart()
  restarted.pass(3 * 24 * 60)
  expect(await wrongBefore(restarted)).toBe(3)
  expect(await wrongBefore(restarted)).toBe(0)
  await guess(restarted, LIMITS.passwordAttempts)
  expect(await wrongBefore(restarted)).toBe('sign-in-locked')
  restarted.pass(LIMITS.lockMinutes)
  expect(await wrongBefore(restarted)).toBe(LIMITS.passwordAttempts)
})

test('A101 what strangers type as a name leaves no count behind', async () => {
  const place = await openPlace()
  for (const name of ['nobody', '__proto__', 'x y']) await place.accounts.signIn(name, 'Wrong-pass 1')
  expect(await place.office.localAll('sign-in-wrong')).toEqual([])
})
