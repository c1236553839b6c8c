/** Who gets in, and what is answered to those who do not. */
import { expect, test } from 'vitest'
import { CSRF_HEADER, signInCookie } from '#edge-node/commands/account/accounts.ts'
import { DoneShape, HealthShape, StationsShape } from '#edge-node/desk/api/shapes.ts'
import { documentOf, pathsOf } from '#test/api/document.ts'
import { ITEM, openPlace, PASSWORD, TOWNSHIP } from '#test/api/place.ts'
import { read, refusal, tokenOf } from '#test/api/reading.ts'

test('A20 without a sign-in only sign-in, health, the document and the explanation of deadlines answer', async () => {
  const place = await openPlace()
  const answered: string[] = []
  for (const { method, path } of pathsOf(await documentOf(place))) {
    const body = method === 'GET' ? undefined : {}
    const response = await place.call(method, path.replaceAll(/\{\w+\}/g, 'x'), { body })
    if (response.status === 401) expect(await refusal(response, 401)).toMatchObject({ code: 'sign-in-needed' })
    else answered.push(path)
  }
  expect(answered.toSorted()).toEqual(['/deadlines/explain', '/health', '/openapi.json', '/sign-in'])
  expect((await place.call('GET', '/no/such/path')).status).toBe(401)
})

test('A20 a bearer token signs in until it is signed out', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const stations = await read(await place.call('GET', '/stations', { token }), StationsShape)
  expect(stations.served).toContain(TOWNSHIP)
  await read(await place.call('POST', '/sign-out', { token }), DoneShape)
  await refusal(await place.call('GET', '/stations', { token }), 401)
})

test('A20 a wrong password, a lock and a closed account have their own status', async () => {
  const place = await openPlace()
  const signIn = (name: string, password: string) => place.call('POST', '/sign-in', { body: { name, password } })
  expect(await refusal(await signIn('wang.fang', 'Wrong-pass 1'), 401)).toMatchObject({ code: 'sign-in-wrong' })
  for (let round = 0; round < 5; round++) await signIn('zhou.chief', 'Wrong-pass 1')
  expect(await refusal(await signIn('zhou.chief', PASSWORD), 429)).toMatchObject({ code: 'sign-in-locked' })
  expect(await refusal(await signIn('chen.county', PASSWORD), 403)).toMatchObject({ code: 'other-station' })
})

test('A21 the cookie signs in only with its CSRF header', async () => {
  const place = await openPlace()
  const signedIn = await place.accounts.signIn('wang.fang', PASSWORD)
  const other = await place.accounts.signIn('wang.fang', PASSWORD)
  if (!signedIn.ok || !other.ok) throw new Error('not signed in')
  const cookie = `${signInCookie(false)}=${signedIn.value.token}`
  const get = (headers: Record<string, string>) => place.call('GET', '/stations', { headers })
  await refusal(await get({ cookie }), 401)
  await refusal(await get({ cookie, [CSRF_HEADER]: '' }), 401)
  await refusal(await get({ cookie, [CSRF_HEADER]: other.value.csrf }), 401)
  await read(await get({ cookie, [CSRF_HEADER]: signedIn.value.csrf }), StationsShape)
})

test('A34 health needs no sign-in and tells nothing about people', async () => {
  const place = await openPlace()
  const good = await place.call('GET', '/health')
  expect(await read(good, HealthShape)).toMatchObject({ writable: true })
  const token = await tokenOf(place)
  place.faults.full = true
  await place.call('POST', '/cases', { token, body: { item: ITEM } })
  const bad = await read(await place.call('GET', '/health'), HealthShape, 503)
  expect(bad.writable).toBe(false)
  expect(bad.problem).toContain('磁盘')
})

test('A20 answers are not kept by anything in between', async () => {
  const place = await openPlace()
  const response = await place.call('GET', '/stations', { token: await tokenOf(place) })
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect((await place.call('GET', '/stations')).headers.get('cache-control')).toBe('no-store')
})
