/** The two ends of a join over real sockets; what stands behind the parent's door is the test's own register. */
import { readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { type Certificate, ownCertificate } from '#edge-node/certificate.ts'
import { createDoor, type DoorOptions } from '#edge-node/door.ts'
import { identityOf, loadKeys, readEnrolment } from '#edge-node/identity.ts'
import { joinParent } from '#edge-node/join.ts'
import { createParent } from '#edge-node/parent.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import type { KeyPair } from '#protocol/engine/ports/host.ts'
import type { StationCode } from '#protocol/ids.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Enrolled, JoinRequest } from '#protocol/transport/enrolment.ts'
import { codeText, keyFingerprint } from '#protocol/transport/enrolment-code.ts'
import { generateKeys, nodeHost, nodeIdOf, sha256 } from '#protocol/transport/node-host.ts'
import { CertificateChanged, call } from '#protocol/transport/pinned.ts'
import { temporaryFolder } from './folder.ts'

interface ParentOptions {
  readonly keys?: KeyPair
  readonly certificate?: Certificate | null
  /** What the hello claims, when it differs. */
  readonly claimed?: string | null
  readonly enrol?: (request: JoinRequest) => Promise<Result<Enrolled>>
  readonly now?: () => number
  readonly recognise?: DoorOptions['recognise']
  readonly after?: (milliseconds: number, callback: () => void) => () => void
  /** Told when a request to join has come in whole. */
  readonly heard?: () => void
}

function enrolledBy(keys: KeyPair, request: JoinRequest): Enrolled {
  const parent = { node: nodeIdOf(keys.publicKey), publicKey: toHex(keys.publicKey) }
  return {
    node: nodeIdOf(Buffer.from(request.publicKey, 'hex')),
    name: request.name,
    lease: 2,
    root: parent,
    parent: { ...parent, name: '安县政务服务中心' },
    stations: [{ id: '510724100' as StationCode, name: '安昌镇便民服务中心', tier: 'township' }],
  }
}

/** A door over the test's own register; `requests` takes what it was asked to enrol. */
function doorOf(options: ParentOptions, requests: JoinRequest[] = []) {
  const keys = options.keys ?? generateKeys()
  const node = nodeIdOf(keys.publicKey)
  const root = { node, publicKey: toHex(keys.publicKey) }
  return createDoor({
    identity: identityOf(keys, { node, lease: 1, root, county: '', parent: null }),
    cryptography: nodeHost.cryptography,
    certificate: () => (options.claimed === undefined ? (options.certificate?.fingerprint ?? null) : options.claimed),
    now: options.now ?? (() => 0),
    after: options.after ?? nodeHost.after,
    placementOf: async () => undefined,
    recognise: options.recognise ?? (async () => success('known')),
    relays: false,
    enrol: async (request) => {
      requests.push(request)
      return options.enrol ? options.enrol(request) : success(enrolledBy(keys, request))
    },
  })
}

async function startParent(options: ParentOptions = {}) {
  const keys = options.keys ?? generateKeys()
  const certificate = options.certificate ?? null
  const requests: JoinRequest[] = []
  const door = doorOf({ ...options, keys }, requests)
  const fetch = async (request: Request) => {
    if (request.method === 'POST') {
      await request.clone().text()
      options.heard?.()
    }
    return door.fetch(request)
  }
  const server: Server = createNodeServer(fetch, certificate)
  const listening = await listen(server, '127.0.0.1', 0, certificate !== null)
  if (!listening.ok) throw new Error(listening.problem.message)
  onTestFinished(() => listening.value.close())
  return { keys, address: listening.value.address, requests, code: codeText(sha256, 'ABCD2345', keys.publicKey) }
}

const join = (folder: string, parent: string, code: string) =>
  joinParent({ folder, parent, code, name: '安昌镇便民服务中心' })

test('E3 E8 a join over TLS proves the parent, sends the secret and keeps the pins', async () => {
  const certificate = await ownCertificate(temporaryFolder())
  const parent = await startParent({ certificate })
  const folder = temporaryFolder()
  const joined = await join(folder, parent.address, parent.code)
  expect(joined).toMatchObject({ ok: true, value: { lease: 2 } })
  expect(parent.requests.map(({ secret }) => secret)).toEqual(['ABCD2345'])
  const keys = loadKeys(folder)
  const kept = keys.ok ? readEnrolment(folder, keys.value) : keys
  expect(kept).toMatchObject({
    ok: true,
    value: { lease: 2, parent: { address: `${parent.address}/`, certificate: certificate.fingerprint } },
  })
})

test('E3 an impostor with another key never hears the secret', async () => {
  const genuine = await startParent()
  const impostor = await startParent()
  const folder = temporaryFolder()
  const joined = await join(folder, impostor.address, genuine.code)
  expect(joined).toMatchObject({ ok: false, problem: { code: 'parent-not-genuine' } })
  expect([genuine.requests, impostor.requests]).toEqual([[], []])
  expect(readdirSync(folder)).toEqual(['node-key.pem'])
})

test('E3 a machine in the middle that passes on the genuine hello under its own certificate is refused', async () => {
  const keys = generateKeys()
  const genuine = await ownCertificate(temporaryFolder())
  const middle = await startParent({
    keys,
    certificate: await ownCertificate(temporaryFolder()),
    claimed: genuine.fingerprint,
  })
  const joined = await join(temporaryFolder(), middle.address, middle.code)
  expect(joined).toMatchObject({ ok: false, problem: { code: 'parent-not-genuine' } })
  expect(middle.requests).toEqual([])
})

test('E5 an answer under another key does not count', async () => {
  const stranger = generateKeys()
  const keys = generateKeys()
  // The door signs with `keys`; the register speaks of another parent.
  const parent = await startParent({ keys, enrol: async (request) => success(enrolledBy(stranger, request)) })
  const folder = temporaryFolder()
  const joined = await join(folder, parent.address, parent.code)
  expect(joined).toMatchObject({ ok: false, problem: { code: 'answer-not-ours' } })
  expect(readdirSync(folder)).toEqual(['node-key.pem'])
})

test('E4 E8 the words of a refusal reach the person, and nothing is kept', async () => {
  const enrol = async () => fail('code-expired', '这个入网码已过期', '没有登记新节点', '请要一个新的入网码')
  const parent = await startParent({ enrol })
  const folder = temporaryFolder()
  const joined = await join(folder, parent.address, parent.code)
  expect(joined).toEqual(await enrol())
  expect(readdirSync(folder)).toEqual(['node-key.pem'])
})

test('E9 joining again says where the machine already belongs and sends nothing', async () => {
  const parent = await startParent()
  const folder = temporaryFolder()
  await join(folder, parent.address, parent.code)
  const again = await join(folder, parent.address, parent.code)
  expect(again).toMatchObject({
    ok: false,
    problem: { code: 'already-joined', message: expect.stringContaining('安县政务服务中心') },
  })
  expect(parent.requests).toHaveLength(1)
})

test('E9 addresses that cannot work are told apart', async () => {
  const { code, address } = await startParent()
  const codeOf = async (parent: string) => {
    const result = await join(temporaryFolder(), parent, code)
    return result.ok ? 'joined' : result.problem.code
  }
  expect(await codeOf('县中心')).toBe('address-malformed')
  expect(await codeOf('ftp://127.0.0.1')).toBe('address-malformed')
  expect(await codeOf('http://10.0.0.1:8443')).toBe('address-not-encrypted')
  expect(await codeOf('http://127.0.0.1:1')).toBe('parent-unreachable')
  expect(await codeOf(address.replace('http', 'https'))).toBe('address-scheme')
})

test('E9 a machine that runs something else is no node', async () => {
  const server = createNodeServer(() => new Response('<h1>it works</h1>'), null)
  const listening = await listen(server, '127.0.0.1', 0, false)
  if (!listening.ok) throw new Error(listening.problem.message)
  onTestFinished(() => listening.value.close())
  const joined = await join(
    temporaryFolder(),
    listening.value.address,
    codeText(sha256, 'ABCD2345', new Uint8Array(32)),
  )
  expect(joined).toMatchObject({ ok: false, problem: { code: 'not-a-node' } })
})

/** A refusal as it goes over the network. */
const problemIn = (refusal: Result<never>) => (refusal.ok ? undefined : JSON.parse(JSON.stringify(refusal.problem)))

const wrongCode = async () => fail('code-unknown', '没有这个入网码', '没有登记新节点', '请核对入网码')

/** Requests to join as they come over the network, from so many machines at once. */
const askAll = (parent: Awaited<ReturnType<typeof startParent>>, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const joined = await join(temporaryFolder(), parent.address, parent.code)
      return joined.ok ? 'joined' : joined.problem.code
    }),
  )

test('E10 wrong codes beyond the limit of a minute are refused before the register is asked, also when they come at once', async () => {
  const beyond = LIMITS.enrolmentAttemptsPerMinute + 5 // more than are decided, so that whoever is decided last wakes several
  let came = 0
  const all = Promise.withResolvers<void>()
  const enrol = async () => {
    await all.promise
    return wrongCode()
  }
  const heard = () => {
    came += 1
    if (came === LIMITS.enrolmentAttemptsPerMinute + beyond) setImmediate(all.resolve) // each has reached the door by then
  }
  const parent = await startParent({ enrol, heard })
  const codes = await askAll(parent, LIMITS.enrolmentAttemptsPerMinute + beyond)
  expect(codes.filter((code) => code === 'code-unknown')).toHaveLength(LIMITS.enrolmentAttemptsPerMinute)
  expect(codes.filter((code) => code === 'too-many-attempts')).toHaveLength(beyond)
  expect(parent.requests).toHaveLength(LIMITS.enrolmentAttemptsPerMinute)
  expect(await askAll(parent, 1)).toEqual(['too-many-attempts'])
})

test('E10 codes that come at once are all decided where those before them were right', async () => {
  const count = LIMITS.enrolmentAttemptsPerMinute * 3
  let came = 0
  const all = Promise.withResolvers<void>()
  const keys = generateKeys()
  const enrol = async (request: JoinRequest) => {
    await all.promise
    return success(enrolledBy(keys, request))
  }
  const heard = () => {
    came += 1
    if (came === count) setImmediate(all.resolve)
  }
  const parent = await startParent({ keys, enrol, heard })
  const codes = await askAll(parent, count)
  expect([...new Set(codes)]).toEqual(['joined'])
  expect(parent.requests).toHaveLength(count)
})

test('E10 a request at the door that is longer than any is refused before it is read', async () => {
  const door = doorOf({})
  const ask = async (path: string, length: number) => {
    const body = `{"secret":"${'x'.repeat(length)}"}`
    const headers = { 'content-length': String(body.length) }
    return (await door.request(path, { method: 'POST', body, headers }, { incoming: { socket: {} } })).status
  }
  expect([await ask('/join', LIMITS.enrolmentBytes), await ask('/join', LIMITS.enrolmentBytes / 2)]).toEqual([413, 400])
  const known = [await ask('/join/known', LIMITS.placementBytes), await ask('/join/known', LIMITS.placementBytes / 2)]
  expect(known).toEqual([413, 400])
})

test('E10 questions of strangers wait beyond what a minute is answered, and are refused beyond what they would wait', async () => {
  let now = 1_000_000
  const waits: number[] = []
  const after = (milliseconds: number, callback: () => void) => {
    waits.push(milliseconds)
    setImmediate(callback)
    return () => {}
  }
  const door = doorOf({ now: () => now, after })
  const ask = async (path: string) => (await door.request(path)).status
  const hello = () => ask(`/join/hello?nonce=${'0'.repeat(32)}`)
  const placement = () => ask(`/join/placement?node=${'a'.repeat(32)}`)
  for (let count = 0; count < LIMITS.doorQuestionsPerMinute; count++) await (count % 2 ? hello() : placement())
  expect(waits).toEqual([])
  expect([await hello(), await placement()]).toEqual([200, 404])
  expect(waits).toEqual([100, 200])
  while (waits.length < LIMITS.doorWaitMilliseconds / 100) await hello()
  expect([await hello(), await placement()]).toEqual([429, 429])
  now += 100
  expect([await hello(), await hello()]).toEqual([200, 429])
  now -= 3_600_000 // a clock that is set back keeps nobody out
  expect(await hello()).toBe(200)
})

test('E10 E47 a record that is shown: genuine 200, forged 403, unreadable 400, a flood 429, and neither flood stops the other', async () => {
  const after = (_milliseconds: number, callback: () => void) => {
    setImmediate(callback)
    return () => {}
  }
  const forged = () => fail('record-not-genuine', '这不是县中心签名的节点登记', '没有改动', '请核对上级地址')
  const shown: string[] = []
  const recognise: DoorOptions['recognise'] = async (carried) => {
    shown.push(toHex(carried))
    return toHex(carried) === 'abcd' ? success('recognised') : forged()
  }
  const newDoor = () => {
    const door = doorOf({ now: () => 1_000_000, after, recognise })
    const show = async (body: string) => {
      const answer = await door.request('/join/known', { method: 'POST', body })
      return { status: answer.status, body: (await answer.json()) as { problem?: { code: string } } }
    }
    const ask = async () => (await door.request(`/join/placement?node=${'a'.repeat(32)}`)).status
    return { show, ask }
  }
  const record = (hex: string) => JSON.stringify({ node: hex })
  const most = LIMITS.doorQuestionsPerMinute * (1 + LIMITS.doorWaitMilliseconds / 60_000)

  const { show, ask } = newDoor()
  expect(await show(record('abcd'))).toEqual({ status: 200, body: {} })
  expect(await show(record('abce'))).toEqual({ status: 403, body: { problem: problemIn(forged()) } })
  expect(shown).toEqual(['abcd', 'abce'])
  // A question is counted before it is read.
  const unreadable = ['', 'x', '{}', record('县'), '[]']
  for (const body of unreadable) {
    const answer = await show(body)
    expect([answer.status, answer.body.problem?.code]).toEqual([400, 'request-unreadable'])
  }
  for (let count = 2 + unreadable.length; count < most; count++) await show(record('abce'))
  expect(await show(record('abcd'))).toMatchObject({ status: 429, body: { problem: { code: 'too-many-questions' } } })
  expect(shown).toHaveLength(most - unreadable.length)
  expect(await ask()).toBe(404)

  const other = newDoor()
  for (let count = 0; count < most; count++) await other.ask()
  expect([await other.ask(), (await other.show(record('abcd'))).status]).toEqual([429, 200])
})

test('E28 good codes are not counted: all points of a county can join in the same minute', async () => {
  let wrong = LIMITS.enrolmentAttemptsPerMinute - 1
  const keys = generateKeys()
  const enrol = async (request: JoinRequest) => {
    await new Promise((resolve) => setImmediate(resolve))
    return wrong-- > 0 ? wrongCode() : success(enrolledBy(keys, request))
  }
  const parent = await startParent({ keys, enrol })
  await askAll(parent, wrong)
  const points = 55
  expect(await askAll(parent, points)).toEqual(Array(points).fill('joined'))
})

test('T10 a pinned call sends nothing to a machine with another certificate', async () => {
  const parent = await startParent({ certificate: await ownCertificate(temporaryFolder()) })
  const pinned = call({
    address: new URL('/join', parent.address),
    body: '{"secret":"ABCD2345"}',
    pin: '00'.repeat(32),
    maximumBytes: 10_000,
    milliseconds: 5_000,
  })
  await expect(pinned).rejects.toThrow(CertificateChanged)
  expect(parent.requests).toEqual([])
})

test('E14 a new certificate counts under the parent’s pinned key, and only under it', async () => {
  const first = await startParent({ certificate: await ownCertificate(temporaryFolder()) })
  const folder = temporaryFolder()
  await join(folder, first.address, first.code)
  const keys = loadKeys(folder)
  const enrolment = keys.ok ? readEnrolment(folder, keys.value) : keys
  if (!keys.ok || !enrolment.ok || !enrolment.value?.parent) throw new Error('not joined')

  const certificate = await ownCertificate(temporaryFolder())
  const renewed = await startParent({ keys: first.keys, certificate })
  const impostor = await startParent({ certificate: await ownCertificate(temporaryFolder()) })
  const known = (address: string) => {
    const parent = { ...(enrolment.value?.parent ?? expect.fail('joined')), address }
    const cryptography = nodeHost.cryptography
    const options = { folder, keys: keys.value, enrolment: { ...enrolment.value, parent } as never, cryptography }
    return createParent({ ...options, told: () => [] })
  }
  const proved = async (parent: ReturnType<typeof known>) => {
    const { address } = parent.current()
    parent.certificateChanged(address)
    return parent.at(address)
  }
  expect(await proved(known(impostor.address))).toMatchObject({ ok: false, problem: { code: 'parent-not-genuine' } })
  const parent = known(renewed.address)
  const again = await proved(parent)
  expect(again).toMatchObject({ ok: true, value: { certificate: certificate.fingerprint } })
  if (again.ok) expect(parent.reached(again.value)).toMatchObject({ ok: true })
  expect(parent.current().certificate).toBe(certificate.fingerprint)
  const kept = readEnrolment(folder, keys.value)
  expect(kept).toMatchObject({ ok: true, value: { parent: { certificate: certificate.fingerprint } } })
})

test('E1 the code names the parent whose key it was made for', async () => {
  const parent = await startParent()
  expect(parent.code.replaceAll('-', '').slice(8, 18)).toBe(keyFingerprint(sha256, parent.keys.publicKey))
})
