/** The door for other machines, asked from several addresses: none of them uses up what belongs to another. */
import { expect, test } from 'vitest'
import { createDoor } from '#edge-node/door.ts'
import { identityOf } from '#edge-node/identity.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, success } from '#protocol/result.ts'
import type { JoinRequest } from '#protocol/transport/enrolment.ts'
import { generateKeys, nodeHost, nodeIdOf } from '#protocol/transport/node-host.ts'

/** What a stranger sends: it has the shape of a request to join, and its code is none. */
const WRONG = JSON.stringify({
  secret: 'AAAAAAAA',
  parent: 'a'.repeat(32),
  publicKey: 'b'.repeat(64),
  name: '',
  proof: 'c'.repeat(128),
})

const wrongCode = async () => fail('code-unknown', '没有这个入网码', '没有登记新节点', '请核对入网码')

/** A door asked from several addresses; what waits for its turn has it at once. */
function openDoor({ relays = false } = {}) {
  const keys = generateKeys()
  const node = nodeIdOf(keys.publicKey)
  const root = { node, publicKey: toHex(keys.publicKey) }
  const requests: JoinRequest[] = []
  const door = createDoor({
    identity: identityOf(keys, { node, lease: 1, root, county: '', parent: null }),
    cryptography: nodeHost.cryptography,
    certificate: () => null,
    now: () => Date.UTC(2026, 10, 20, 1),
    after(_milliseconds, callback) {
      setImmediate(callback)
      return () => {}
    },
    placementOf: async () => undefined,
    recognise: async () => success('known'),
    relays,
    enrol: async (request) => {
      requests.push(request)
      return wrongCode()
    },
  })
  const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } })
  const post = (path: string) => async (address: string, body: string) =>
    (await door.request(path, { method: 'POST', body }, from(address))).status
  const get = async (address: string, path: string) => (await door.request(path, {}, from(address))).status
  return { join: post('/join'), show: post('/join/known'), get, requests }
}

test('E50 wrong codes from one address close the door for that address, and what cannot be read is not counted', async () => {
  const { join, requests } = openDoor()
  for (let count = 0; count < 5 * LIMITS.enrolmentAttemptsPerMinute; count++)
    expect(await join('10.0.0.7', '{}')).toBe(400)
  for (let count = 0; count < LIMITS.enrolmentAttemptsPerMinute; count++)
    expect(await join('10.0.0.7', WRONG)).toBe(403)
  expect([await join('10.0.0.7', WRONG), await join('10.0.0.8', WRONG)]).toEqual([429, 403])
  const before = requests.length
  for (let host = 10; host < 40; host++)
    for (let count = 0; count < LIMITS.enrolmentAttemptsPerMinute; count++) await join(`10.0.0.${host}`, WRONG)
  expect(requests.length - before).toBe(LIMITS.enrolmentAttemptsInAllPerMinute - LIMITS.enrolmentAttemptsPerMinute - 1)
})

test('E50 a node that hands requests on lets no stranger use up what its parent grants it', async () => {
  const { join, requests } = openDoor({ relays: true })
  for (let count = 0; count < LIMITS.enrolmentAttemptsPerMinute; count++) await join('10.0.0.7', WRONG)
  expect(requests.length).toBeLessThan(LIMITS.enrolmentAttemptsPerMinute / 3)
  expect(await join('10.0.0.8', WRONG)).toBe(403)
})

test('E50 questions and shown records from one address keep no other from the door', async () => {
  const { get, show } = openDoor()
  const hello = `/join/hello?nonce=${'0'.repeat(32)}`
  const most = LIMITS.doorQuestionsPerMinute * (1 + LIMITS.doorWaitMilliseconds / 60_000)
  for (let count = 0; count < most; count++) await get('10.0.0.7', `/join/placement?node=${'a'.repeat(32)}`)
  for (let count = 0; count < most; count++) await show('10.0.0.7', JSON.stringify({ node: 'abcd' }))
  expect([await get('10.0.0.7', hello), await get('10.0.0.8', hello)]).toEqual([429, 200])
  const shown = JSON.stringify({ node: 'abcd' })
  expect([await show('10.0.0.7', shown), await show('10.0.0.8', shown)]).toEqual([429, 200])
})
