/** Sign-ins: who may, for how long, what ends them. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordMatches, passwordProblem, passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { unheardNode } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { COUNTY, openPlace, PASSWORD, type Place, TOWNSHIP } from '#test/api/place.ts'
import { openCounty, TOWNSHIP as TOWNSHIP_OF_COUNTY } from '#test/engine/county.ts'

const CLERK = 'wang.fang' as PersonId

async function signedIn(place: Place, name = 'wang.fang') {
  const result = await place.accounts.signIn(name, PASSWORD)
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}

test('A1 a person signs in with id and password and acts for the own station', async () => {
  const place = await openPlace()
  const { actor, person, token } = await signedIn(place)
  expect(actor).toEqual({ person: CLERK, name: '王芳', station: TOWNSHIP, roles: ['clerk'] })
  expect(person.id).toBe(CLERK)
  expect((await place.accounts.resume(token))?.actor).toEqual(actor)
  expect(await place.accounts.resume('0'.repeat(64))).toBeUndefined()
  expect(await place.accounts.resume('../../etc')).toBeUndefined()
})

test('A2 an unknown name and a wrong password get the same answer for one hash each', async () => {
  const place = await openPlace()
  const before = place.hashes()
  const wrong = await place.accounts.signIn('wang.fang', 'Wrong-pass 1')
  const afterWrong = place.hashes()
  const unknown = await place.accounts.signIn('nobody.here', 'Wrong-pass 1')
  const afterUnknown = place.hashes()
  const impossible = await place.accounts.signIn('no such name', PASSWORD)
  expect(wrong).toMatchObject({ ok: false, problem: { code: 'sign-in-wrong' } })
  expect(unknown).toEqual(wrong)
  expect(impossible).toMatchObject({ ok: false, problem: { code: 'sign-in-wrong' } })
  expect([afterWrong - before, afterUnknown - afterWrong, place.hashes() - afterUnknown]).toEqual([1, 1, 1])
})

test('A8 a sign-in ends when idle, is renewed by use and survives a restart', async () => {
  const place = await openPlace()
  const { token } = await signedIn(place)
  for (let round = 0; round < 3; round++) {
    place.pass(LIMITS.idleMinutes - 1)
    expect(await place.accounts.resume(token)).toBeDefined()
  }
  const restarted = await place.restart()
  restarted.pass(LIMITS.idleMinutes - 1)
  expect((await restarted.accounts.resume(token))?.actor.person).toBe(CLERK)
  restarted.pass(LIMITS.idleMinutes)
  expect(await restarted.accounts.resume(token)).toBeUndefined()
  expect(await restarted.office.localAll('sign-ins')).toEqual([])
})

test('A9 what a page asks for by itself does not renew', async () => {
  const place = await openPlace()
  const { token } = await signedIn(place)
  place.pass(LIMITS.idleMinutes - 1)
  expect(await place.accounts.resume(token, { renew: false })).toBeDefined()
  place.pass(1)
  expect(await place.accounts.resume(token, { renew: false })).toBeUndefined()
})

test('A10 a changed password, a disabled account or a move ends sign-ins at the next request', async () => {
  const place = await openPlace()
  const changes = [
    { password: await place.accounts.passwordRecord(PASSWORD) },
    { disabled: true },
    { disabled: false, station: COUNTY },
  ]
  for (const change of changes) {
    await place.setPerson({ id: CLERK, disabled: false, station: TOWNSHIP })
    const { token } = await signedIn(place)
    expect(await place.accounts.resume(token)).toBeDefined()
    await place.setPerson({ id: CLERK, ...change })
    expect(await place.accounts.resume(token), JSON.stringify(change)).toBeUndefined()
  }
})

test('A10 changed roles count at the next request', async () => {
  const place = await openPlace()
  const { token } = await signedIn(place)
  await place.setPerson({ id: CLERK, roles: ['supervisor'] })
  expect((await place.accounts.resume(token))?.actor.roles).toEqual(['supervisor'])
})

test('A11 disabled and foreign accounts are named only to who knows the password', async () => {
  const place = await openPlace()
  await place.setPerson({ id: CLERK, disabled: true })
  expect(await place.accounts.signIn(CLERK, PASSWORD)).toMatchObject({ problem: { code: 'account-disabled' } })
  expect(await place.accounts.signIn(CLERK, 'Wrong-pass 1')).toMatchObject({ problem: { code: 'sign-in-wrong' } })
  const foreign = await place.accounts.signIn('chen.county', PASSWORD)
  expect(foreign).toMatchObject({
    problem: { code: 'other-station', message: expect.stringContaining('县政务服务中心') },
  })
  expect(await place.accounts.signIn('chen.county', 'Wrong-pass 1')).toMatchObject({
    problem: { code: 'sign-in-wrong' },
  })
})

test('A12 only the hash of a token is kept and the CSRF value belongs to one token', async () => {
  const place = await openPlace()
  const first = await signedIn(place)
  const second = await signedIn(place)
  expect(first.token).toMatch(/^[0-9a-f]{64}$/)
  const kept = JSON.stringify(await place.office.localAll('sign-ins'))
  for (const secret of [first.token, second.token, first.csrf, second.csrf]) expect(kept).not.toContain(secret)
  expect(new Set([first.token, second.token, first.csrf, second.csrf]).size).toBe(4)
  expect((await place.accounts.resume(first.token))?.csrf).toBe(first.csrf)
})

test('A13 a person has a bounded number of sign-ins; the longest unused ends', async () => {
  const place = await openPlace()
  const tokens: string[] = []
  for (let round = 0; round <= LIMITS.signInsPerPerson; round++) {
    tokens.push((await signedIn(place)).token)
    place.pass(1)
  }
  expect(await place.accounts.resume(tokens[0] as string)).toBeUndefined()
  for (const token of tokens.slice(1)) expect(await place.accounts.resume(token)).toBeDefined()
})

test('A13 a node has a bounded number of sign-ins and sweeps ended ones', async () => {
  const place = await openPlace()
  const seen = place.office.now()
  const others = Array.from({ length: LIMITS.signIns + 5 }, (_, index) => index)
  const keep = (index: number) =>
    place.office.setLocal('sign-ins', `key${index}`, { person: `p${index}`, credential: '', seen: seen + index })
  await Promise.all(others.map(keep))
  const { token } = await signedIn(place)
  const kept = await place.office.localAll('sign-ins')
  expect(kept.length).toBe(LIMITS.signIns)
  expect(kept.some(({ key }) => key === 'key0')).toBe(false)
  expect(await place.accounts.resume(token)).toBeDefined()
  place.pass(LIMITS.idleMinutes + 1)
  await signedIn(place)
  expect((await place.office.localAll('sign-ins')).length).toBe(1)
})

test.each([
  ['Ab1-xyz', false],
  ['abcdefgh', false],
  ['abcd1234', false],
  ['Abcd1234', true],
  ['密码abc123', true],
  ['abcd-123', true],
  ['ABCDEFG!', false],
  [`Aa1${'x'.repeat(200)}`, false],
])('A14 password %s is good: %s', (password, good) => {
  expect(passwordProblem(password) === undefined).toBe(good)
})

test('A14 each record has its own salt and matches only its password', async () => {
  const place = await openPlace()
  const [first, second] = [await place.accounts.passwordRecord(PASSWORD), await place.accounts.passwordRecord(PASSWORD)]
  expect(first.salt).toMatch(/^[0-9a-f]{32}$/)
  expect(first.salt).not.toBe(second.salt)
  expect(first.hash).not.toBe(second.hash)
  expect(await passwordMatches(place.office, PASSWORD, first)).toBe(true)
  expect(await passwordMatches(place.office, `${PASSWORD} `, first)).toBe(false)
})

test('A87 a new password is hashed with more work where its person’s node reads that, and compared at the same cost as any', async () => {
  const place = await openPlace()
  const { accounts, office } = place
  const [strong, old] = [await accounts.passwordRecord(PASSWORD, TOWNSHIP), await accounts.passwordRecord(PASSWORD)]
  expect([strong.cost, old.cost]).toEqual([15, undefined])
  expect((await accounts.passwordRecord(PASSWORD, COUNTY)).cost).toBeUndefined() // no node is known to serve it
  for (const record of [strong, old]) {
    const before = place.hashes()
    expect(await passwordMatches(office, PASSWORD, record)).toBe(true)
    expect(await passwordMatches(office, 'Wrong-pass 1', record)).toBe(false)
    expect(place.hashes() - before).toBe(2)
  }
  await place.setPerson({ id: CLERK, password: strong })
  await signedIn(place)
})

test('A87 at a node whose program is older, or has not been heard of, a new password is one that it reads', async () => {
  const { root, township, village } = await openCounty()
  const costAt = async (version?: string) => {
    const below = version === undefined ? [] : [{ ...unheardNode(township.identity.node), version }]
    const office = new Proxy(root.engine.office, {
      get: (target, name) => (name === 'nodesBelow' ? async () => below : Reflect.get(target, name)),
    })
    return (await passwordRecord(office, PASSWORD, TOWNSHIP_OF_COUNTY)).cost
  }
  expect(await Promise.all(['0.3.0', '0.10.2', '1.0.0'].map(costAt))).toEqual([15, 15, 15])
  const old = ['0.2.9', '', 'test', undefined].map(costAt)
  expect(await Promise.all(old)).toEqual([undefined, undefined, undefined, undefined])
  for (const node of [village, township, root]) await node.engine.stop()
})

test('A15 signing out ends a sign-in at once and no other', async () => {
  const place = await openPlace()
  const [first, second] = [await signedIn(place), await signedIn(place)]
  expect((await place.accounts.signOut(first.token)).ok).toBe(true)
  expect((await place.accounts.signOut('nonsense')).ok).toBe(true)
  expect(await place.accounts.resume(first.token)).toBeUndefined()
  expect(await place.accounts.resume(second.token)).toBeDefined()
})

test('A16 a clock put back does not keep a sign-in open', async () => {
  const place = await openPlace()
  const { token } = await signedIn(place)
  place.pass(-LIMITS.idleMinutes - 1)
  expect(await place.accounts.resume(token)).toBeUndefined()
})

test('A18 a node without accounts of its own station says so and locks nobody out', async () => {
  const { village } = await openCounty()
  const accounts = createAccounts(village.engine.office)
  for (let attempt = 0; attempt <= LIMITS.passwordAttempts; attempt++) {
    expect(await accounts.signIn('wang.fang', PASSWORD)).toMatchObject({
      ok: false,
      problem: { code: 'no-people-yet' },
    })
  }
})
