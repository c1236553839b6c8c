/** Sign-ins by the address they come from: nobody on another computer locks, fills or slows what belongs to somebody else. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { lockOf, noteGood } from '#edge-node/commands/account/attempts.ts'
import { passwordRecord, SAMPLE_PASSWORD } from '#edge-node/commands/account/passwords.ts'
import { createLines } from '#edge-node/commands/account/sign-in-line.ts'
import { createApi } from '#edge-node/desk/api/api.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { success } from '#protocol/result.ts'
import { openPlace, PASSWORD, type Place } from '#test/api/place.ts'
import { connect, openCounty, publish, until, VILLAGE } from '#test/engine/county.ts'
import { withLimits } from '#test/hostile/other-limits.ts'

const CLERK = 'wang.fang' as PersonId
const [COUNTER, STRANGER] = ['10.0.0.7', '10.0.0.66']
const WRONG = 'Wrong-pass 1'

const codeOf = async (place: Place, caller: string, { name = CLERK as string, password = PASSWORD } = {}) => {
  const result = await place.accounts.signIn(name, password, caller)
  return result.ok ? 'signed-in' : result.problem.code
}

const guess = async (place: Place, caller: string, times: number, name: string = CLERK) => {
  for (let round = 0; round < times; round++) await codeOf(place, caller, { name, password: WRONG })
}

test('A81 more sign-ins at once from one address than may wait are asked to come again, those of another are not', async () => {
  const place = await openPlace()
  const junk = Array.from({ length: LIMITS.signInsWaiting + 20 }, (_, at) =>
    codeOf(place, STRANGER, { name: `x${at % 3}`, password: WRONG }),
  )
  expect(await codeOf(place, COUNTER)).toBe('signed-in')
  const codes = await Promise.all(junk)
  expect(codes.filter((code) => code === 'sign-in-busy')).toHaveLength(20)
})

test('A81 sign-ins of one address are checked one after the other, and another address does not wait for them', async () => {
  const place = await openPlace()
  const order: string[] = []
  const noted = async (caller: string, name: string) => {
    await place.accounts.signIn(name, WRONG, caller)
    order.push(name)
  }
  await Promise.all([...['a', 'b', 'c', 'd'].map((name) => noted(STRANGER, name)), noted(COUNTER, 'quiet')])
  expect(order.filter((name) => name !== 'quiet')).toEqual(['a', 'b', 'c', 'd'])
  expect(order.indexOf('quiet')).toBeLessThan(3)
})

/** Sign-ins under way and how many of them are decided. */
function manyAt(place: Place, addresses: readonly string[], options: { name?: string; password?: string }) {
  let decided = 0
  const all = Promise.all(
    addresses.map(async (address) => {
      const code = await codeOf(place, address, options)
      decided += 1
      return code
    }),
  )
  return { all, decided: () => decided }
}

const addressesIn = (network: string, count: number) => Array.from({ length: count }, (_, at) => `${network}.${at + 1}`)

test('A103 where somebody has signed in before, strangers at many addresses hold up nobody, after a restart as well', async () => {
  const before = await openPlace()
  expect(await codeOf(before, COUNTER)).toBe('signed-in')
  const place = await before.restart()
  const strangers = manyAt(place, addressesIn('10.2.0', 30), { name: 'nobody', password: WRONG })
  expect(await codeOf(place, COUNTER)).toBe('signed-in')
  expect(strangers.decided()).toBeLessThanOrEqual(2 * LIMITS.signInsChecked)
  expect(new Set(await strangers.all)).toEqual(new Set(['sign-in-wrong']))
})

test('A103 strangers do not wait for all who are known: both lines have their turns', async () => {
  const place = await openPlace()
  const desks = addressesIn('10.3.0', LIMITS.familiarCallers)
  for (const desk of desks) expect(await codeOf(place, desk)).toBe('signed-in')
  const known = manyAt(place, Array(3).fill(desks).flat(), {})
  expect(await codeOf(place, '10.4.0.1')).toBe('signed-in')
  expect(known.decided()).toBeLessThanOrEqual(3 * LIMITS.signInsChecked)
  expect(new Set(await known.all)).toEqual(new Set(['signed-in']))
})

test('A103 the places of those who are known are their own', async () => {
  withLimits({ signInsWaitingInAll: 10 })
  const place = await openPlace()
  expect(await codeOf(place, COUNTER)).toBe('signed-in')
  const strangers = manyAt(place, addressesIn('10.2.0', 12), { name: 'nobody', password: WRONG })
  expect(await codeOf(place, COUNTER)).toBe('signed-in')
  expect((await strangers.all).filter((code) => code === 'sign-in-busy')).toHaveLength(2)
})

test('A103 where the line is full, the newest of the address that has most gives way to a newcomer', async () => {
  withLimits({ signInsWaitingInAll: 10 })
  const place = await openPlace()
  const few = manyAt(place, addressesIn('10.2.0', 4), { name: 'nobody', password: WRONG })
  const told: string[] = []
  const most = Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) => {
      if ((await codeOf(place, STRANGER, { name, password: WRONG })) === 'sign-in-busy') told.push(name)
    }),
  )
  const late = manyAt(place, addressesIn('10.4.0', 2), {})
  expect([new Set(await late.all), new Set(await few.all)]).toEqual([
    new Set(['signed-in']),
    new Set(['sign-in-wrong']),
  ])
  await most
  expect(told).toEqual(['f', 'e'])
})

test('A103 nobody gives way to who has as much, and who gave way may come again', async () => {
  withLimits({ signInsWaitingInAll: 6 })
  const place = await openPlace()
  const both = addressesIn('10.2.0', 2)
  const six = manyAt(place, [...both, ...both, ...both], { name: 'nobody', password: WRONG })
  expect(await codeOf(place, both[0] as string)).toBe('sign-in-busy')
  expect(new Set(await six.all)).toEqual(new Set(['sign-in-wrong']))
  expect(await codeOf(place, both[0] as string)).toBe('signed-in')
})

test('A81 an address that becomes known while one of its sign-ins is checked has no second one checked beside it', async () => {
  let isKnown = false
  const inLine = createLines(async () => isKnown)
  const begun: string[] = []
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const signIn = (caller: string, name: string, until = Promise.resolve()) =>
    inLine(caller, async () => {
      begun.push(name)
      await until
      return success(name)
    })
  const first = signIn(STRANGER, 'first', ended)
  await expect.poll(() => begun).toEqual(['first'])
  isKnown = true
  const second = signIn(STRANGER, 'second')
  await signIn(COUNTER, 'other')
  expect(begun).toEqual(['first', 'other'])
  end()
  expect([await first, await second]).toEqual([success('first'), success('second')])
})

test('A82 a stranger on another computer locks a name there and nowhere else', async () => {
  const place = await openPlace()
  for (let round = 0; round < 3; round++) {
    await guess(place, STRANGER, LIMITS.passwordAttempts)
    expect([await codeOf(place, STRANGER), await codeOf(place, COUNTER)]).toEqual(['sign-in-locked', 'signed-in'])
    place.pass(LIMITS.lockMinutes)
  }
  await guess(place, COUNTER, LIMITS.passwordAttempts)
  expect(await codeOf(place, COUNTER)).toBe('sign-in-locked')
})

test('A82 wrong passwords from very many addresses lock a name, except where somebody has signed in under it', async () => {
  const place = await openPlace()
  expect(await codeOf(place, COUNTER)).toBe('signed-in')
  const spread = async (name: string) => {
    for (let count = 0; count < LIMITS.accountAttempts; count++) await guess(place, `10.0.1.${count % 25}`, 1, name)
  }
  await spread(CLERK)
  await spread('nobody')
  const restarted = await place.restart()
  expect([await codeOf(restarted, '10.0.2.1'), await codeOf(restarted, COUNTER)]).toEqual([
    'sign-in-locked',
    'signed-in',
  ])
  expect(await codeOf(restarted, '10.0.2.1', { name: 'nobody' })).toBe('sign-in-locked') // it tells nothing of a name
  restarted.pass(LIMITS.lockMinutes)
  expect(await codeOf(restarted, '10.0.2.1')).toBe('signed-in')
})

test('A82 a name that is locked everywhere opens at the last addresses where somebody has signed in under it, not at earlier ones', async () => {
  const { office } = await openPlace()
  const trialAt = (at: number) => ({ name: CLERK, caller: `10.0.3.${at}`, credential: 'of now' })
  for (let at = 0; at <= LIMITS.familiarCallers; at++) await noteGood(office, trialAt(at))
  const full = { count: LIMITS.passwordAttempts, last: office.now(), credential: 'of now' }
  const strangers = LIMITS.accountAttempts / LIMITS.passwordAttempts
  for (let at = 0; at < strangers; at++) await office.setLocal('sign-in-attempts', `${CLERK} 10.0.1.${at}`, full)
  const locked: number[] = []
  for (let at = 0; at <= LIMITS.familiarCallers; at++) if (await lockOf(office, trialAt(at))) locked.push(at)
  expect(locked).toEqual([0])
})

test('A6 A82 an account’s rows are bounded, and a name’s many addresses leave the locks of others alone', async () => {
  const place = await openPlace()
  await guess(place, STRANGER, LIMITS.passwordAttempts, 'zhou.chief')
  const rows = () => place.office.localAll('sign-in-attempts')
  const many = Array.from({ length: 3 * LIMITS.accountAttempts }, (_, at) => `${CLERK} 10.0.1.${at}`)
  const before = { count: 5, last: place.office.now(), credential: 'of the password before' }
  await Promise.all(many.map((key) => place.office.setLocal('sign-in-attempts', key, before)))
  await guess(place, COUNTER, 1)
  expect((await rows()).length).toBeLessThanOrEqual(LIMITS.accountAttempts + 2)
  expect(await codeOf(place, STRANGER, { name: 'zhou.chief' })).toBe('sign-in-locked')
})

test('A83 a new password lifts every lock of its account at once, and of no other', async () => {
  const place = await openPlace()
  await guess(place, COUNTER, LIMITS.passwordAttempts)
  await guess(place, COUNTER, LIMITS.passwordAttempts, 'zhou.chief')
  expect(await codeOf(place, COUNTER)).toBe('sign-in-locked')
  await place.setPerson({ id: CLERK, password: await place.accounts.passwordRecord('Xin-mi-ma 9') })
  expect(await codeOf(place, COUNTER, { password: 'Xin-mi-ma 9' })).toBe('signed-in')
  expect(await codeOf(place, COUNTER, { name: 'zhou.chief' })).toBe('sign-in-locked')
})

test('A83 A84 at a village that is cut off the words say where a new password comes from; with it the lock is gone', async () => {
  const { root, township, village } = await openCounty()
  const { office } = root.engine
  const agent: Person = {
    type: 'person',
    id: 'agent' as PersonId,
    version: 1,
    name: '李成',
    station: VILLAGE,
    roles: ['agent'],
    password: await passwordRecord(office, PASSWORD),
    disabled: false,
  }
  await publish(root, [agent])
  const above = connect(township, root)
  const { directory } = township.engine.office
  await until('the township knows the village', () => directory.node(village.identity.node) !== undefined)
  const below = connect(village, township)
  const here = () => village.engine.office.directory.person(agent.id)
  await until('the village knows its agent', () => here() !== undefined)
  const accounts = createAccounts(village.engine.office)
  const said = async (name: string) => {
    const result = await accounts.signIn(name, 'Xin-mi-ma 9', COUNTER)
    return result.ok ? 'signed-in' : result.problem.next
  }
  expect(await said('agent')).not.toContain('联网同步后')
  below.cut()
  await until('the village is cut off', async () => !(await village.engine.office.status()).parent?.connected)
  await publish(root, [{ ...agent, version: 2, password: await passwordRecord(office, 'Xin-mi-ma 9') }])
  const hint = '密码如刚在县中心改过,本机联网同步后才认新密码'
  const [known, unknown] = [await said('agent'), await said('nobody')]
  expect([known, unknown.replace('4', '3')]).toEqual([expect.stringContaining(hint), known])
  for (let round = 0; round < LIMITS.passwordAttempts; round++) await said('agent')
  expect(await said('agent')).toMatch(new RegExp(`重设密码.*${hint}`))
  const before = here()?.password.hash
  const again = connect(village, township)
  await until('the new password is here', () => here()?.password.hash !== before)
  expect(await said('agent')).toBe('signed-in')
  for (const link of [again, above]) link.cut()
  await Promise.all([again.ended, above.ended])
  for (const node of [village, township, root]) await node.engine.stop()
})

test('A85 many names from one address are slowed more and more, told on the page and in the log, and nobody else waits', async () => {
  const place = await openPlace()
  const warnings: object[] = []
  const accounts = createAccounts(place.office, { warned: (about) => warnings.push(about) })
  const said = async (name: string, caller = STRANGER, password = WRONG) => {
    const result = await accounts.signIn(name, password, caller)
    return result.ok ? 'signed-in' : result.problem.code
  }
  for (let at = 0; at < LIMITS.sprayedNames; at++) expect(await said(`name${at}`)).toBe('sign-in-wrong')
  const findings = async () => (await place.office.status()).findings
  const told = { kind: 'sign-ins', message: expect.stringContaining(`${STRANGER} 在 10 分钟内用多个用户名试登录`) }
  expect([await findings(), warnings]).toMatchObject([[told], [{ address: STRANGER }]])
  const waits: number[] = []
  for (let round = 0; round < 7; round++) {
    let seconds = 0
    for (; (await said(`more${round}`)) === 'sign-in-slowed'; seconds++) place.pass(1 / 60)
    waits.push(seconds)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30])
  expect(await said('wang.fang', COUNTER, PASSWORD)).toBe('signed-in')
  place.pass(1)
  expect(await said('wang.fang', STRANGER, PASSWORD)).toBe('signed-in') // a colleague at that address gets in, too
  expect([(await findings()).length, warnings.length]).toEqual([1, 1])
  await said(`last`)
  place.pass(-60)
  expect(await said('wang.fang', STRANGER, PASSWORD)).toBe('signed-in') // a clock that is set back slows nobody
})

test('A85 one person who mistypes, and names far apart in time, are no spray', async () => {
  const place = await openPlace()
  for (let round = 0; round < 3; round++) {
    await guess(place, COUNTER, LIMITS.passwordAttempts)
    for (let at = 0; at < LIMITS.sprayedNames - 2; at++) await guess(place, COUNTER, 1, `name${at}`)
    place.pass(LIMITS.lockMinutes)
  }
  expect([await codeOf(place, COUNTER), (await place.office.status()).findings]).toEqual(['signed-in', []])
})

test('A86 the published password of the sample opens nothing where other machines can ask', async () => {
  const place = await openPlace()
  await place.setPerson({ id: CLERK, password: await place.accounts.passwordRecord(SAMPLE_PASSWORD) })
  const onNetwork = createAccounts(place.office, { isPublic: true })
  const refused = await onNetwork.signIn(CLERK, SAMPLE_PASSWORD, COUNTER)
  expect(refused).toMatchObject({ problem: { code: 'sample-password', next: expect.stringContaining('设新密码') } })
  expect(await onNetwork.signIn(CLERK, WRONG, COUNTER)).toMatchObject({ problem: { code: 'sign-in-wrong' } })
  expect(await onNetwork.signIn('zhou.chief', PASSWORD, COUNTER)).toMatchObject({ ok: true })
  expect(await place.accounts.signIn(CLERK, SAMPLE_PASSWORD, COUNTER)).toMatchObject({ ok: true })
})

test('A82 page and API count by the address of the socket, whatever a header says', async () => {
  const place = await openPlace()
  const { office, accounts } = place
  const api = createApi({ office, accounts })
  const desk = createDesk({ office, accounts, title: '安县', secure: false })
  const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } })
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': COUNTER }
  const post = async (caller: string, password: string) => {
    const body = JSON.stringify({ name: CLERK, password })
    return (await api.request('/sign-in', { method: 'POST', headers, body }, from(caller))).status
  }
  for (let round = 0; round < LIMITS.passwordAttempts; round++) await post(STRANGER, WRONG)
  expect([await post(STRANGER, PASSWORD), await post(COUNTER, PASSWORD)]).toEqual([429, 200])
  const atDesk = async (caller: string) => {
    const form = await desk.request('/sign-in', {}, from(caller))
    const csrf = /name="csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
    const cookie = form.headers.getSetCookie().map((line) => line.split(';')[0])
    const answer = await desk.request(
      '/sign-in',
      {
        method: 'POST',
        body: new URLSearchParams({ csrf, name: CLERK, password: PASSWORD }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookie.join('; ') },
      },
      from(caller),
    )
    return answer.status
  }
  expect([await atDesk(STRANGER), await atDesk(COUNTER)]).toEqual([401, 303])
})
