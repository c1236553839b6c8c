/** Strangers at the doors of a running hub: during each attack and after it people sign in, nodes link, and new ones join. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { LIMITS } from '#protocol/limits.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import {
  type Aim,
  type Attack,
  askingConnections,
  joinFlood,
  keptConnections,
  pipelinedConnections,
  signInFlood,
  signInsFromEverywhere,
  silentConnections,
  silentLinks,
  spraying,
  withheldBodies,
} from '#test/hostile/attacks.ts'
import { ask } from '#test/programs/calls.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Administrator, administratorAt } from './administrator.ts'
import { enrol, openHall, type Place, TOWNSHIP } from './county.ts'
import { createMachine, killMachines } from './machine.ts'

const STRANGER = '127.0.0.66'
let folder: string
let hub: Place
let township: Place
let administrator: Administrator
let aim: Aim

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'strangers-'))
  const hall = await openHall(folder)
  hub = hall.hub
  township = await hall.open('township', hub, { station: TOWNSHIP, person: 'anchang.clerk' })
  administrator = await administratorAt(hub.machine)
  aim = { address: hub.machine.address, from: STRANGER }
}, 240_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

/** A person signs in at the hall, a township's program that was killed links again, both at addresses of their own. */
async function countyWorks(): Promise<void> {
  const body = JSON.stringify({ name: 'clerk', password: SAMPLE_PASSWORD })
  const headers = { 'content-type': 'application/json' }
  const signedIn = await ask(`${hub.machine.address}/api/sign-in`, {
    method: 'POST',
    headers,
    body,
    localAddress: '127.0.0.7',
  })
  expect([signedIn.status, signedIn.text.slice(0, 200)]).toEqual([200, expect.stringContaining('token')])
  await township.machine.kill()
  await township.machine.start()
  await untilTrue(async () => expect((await township.api.sync()).parent?.connected).toBe(true))
}

/** How long a page may take that somebody else asks for, on a machine that is busy with the attack and the tests as well. */
const PAGE_MILLISECONDS = 5_000

/** Runs an attack: the county works while it is at its height, and after it; five pages of somebody else come in time. */
async function against(attack: Attack, height: () => void): Promise<void> {
  await untilTrue(height)
  const began = monotonic()
  for (let pages = 0; pages < 5; pages++) await ask(`${hub.machine.address}/sign-in`, { localAddress: '127.0.0.8' })
  expect(monotonic() - began).toBeLessThan(5 * PAGE_MILLISECONDS)
  await countyWorks()
  await attack.end()
  await countyWorks()
}

describe('E57 the county works on', { timeout: 240_000 }, () => {
  test('E57 under six hundred silent links', async () => {
    const attack = silentLinks(aim, 600)
    await against(attack, () => expect(attack.answers().get(0) ?? 0).toBeGreaterThan(600 - LIMITS.unprovedLinks))
  })

  const more = LIMITS.connectionsOfCaller + 200
  test.each([
    ['silent connections', () => silentConnections(aim, more)],
    ['connections that keep the body of a request back', () => silentConnections(aim, more, true)],
    ['connections that ask for a page every three seconds', () => keptConnections(aim, LIMITS.connections)],
  ])('E57 E60 under %s', async (_, begin) => {
    const attack = begin()
    await against(attack, () => expect(attack.answers().get(0) ?? 0).toBeGreaterThan(200))
  })

  test('E57 E66 under connections that each ask for the document of the API as soon as they have it', async () => {
    const attack = askingConnections(aim, LIMITS.connectionsOfCaller - 50, '/api/openapi.json')
    await against(attack, () => expect(attack.answers().get(200) ?? 0).toBeGreaterThan(1_000))
  })

  test.each(['/api/openapi.json', '/sign-in'])(
    'E57 E61 under connections that each ask for %s a thousand times at once',
    async (path) => {
      const attack = pipelinedConnections(aim, 40, path)
      await against(attack, () => expect(attack.answers().get(0) ?? 0).toBeGreaterThan(100))
    },
  )

  const fields = (count: number) => ({
    path: '/sign-in',
    type: 'application/x-www-form-urlencoded',
    body: Array(count).fill('a').join('&'),
  })
  const parts = (count: number) => ({
    path: '/sign-in',
    type: 'multipart/form-data; boundary=x',
    body: `${'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(count)}--x--`,
  })
  const json = { path: '/api/sign-in', type: 'application/json', body: `{"name":"${'\\n'.repeat(100_000)}"}` }
  test.each([
    ['as many fields as may be', fields(LIMITS.postedFields)],
    ['more fields', fields(100_000)],
    ['as many parts as may be', parts(LIMITS.postedParts)],
    ['more parts', parts(4_000)],
    ['JSON', json],
    ['what is shown at the door', { path: '/join/known', type: 'application/json', body: '[]'.repeat(250_000) }],
  ])('E57 E67 under bodies that all end in one moment: %s', async (_, post) => {
    const attack = withheldBodies(aim, LIMITS.connectionsOfCaller - 50, post)
    await against(attack, () => expect(attack.answers().get(0) ?? 0).toBeGreaterThan(1_000))
  })

  test('E57 A103 under wrong passwords from a hundred addresses, where somebody has signed in before', async () => {
    const attack = signInsFromEverywhere(aim.address, 100)
    await against(attack, () => expect(attack.answers().get(401) ?? 0).toBeGreaterThan(20))
  })

  test('E57 under junk sign-ins; the name that was tried opens elsewhere', async () => {
    const attack = signInFlood(aim, 'admin')
    await against(attack, () => expect(attack.answers().get(429) ?? 0).toBeGreaterThan(100))
    await administratorAt(hub.machine)
  })

  test('E57 A85 under spraying, of which the page of the sync and the log speak', async () => {
    const attack = spraying({ ...aim, from: '127.0.0.67' })
    await against(attack, () => expect(attack.answers().get(401) ?? 0).toBeGreaterThanOrEqual(LIMITS.sprayedNames))
    const { findings } = await hub.api.sync()
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'sign-ins', message: expect.stringContaining('127.0.0.67') }),
    )
    expect(hub.machine.text()).toContain('one address tries many user names')
  })

  test('E57 E50 under a flood at the door for new nodes, through which a new one joins', async () => {
    const attack = joinFlood(aim)
    await untilTrue(() => expect(attack.answers().get(429) ?? 0).toBeGreaterThan(50))
    const computer = await createMachine('edge-node', folder, 'huagai')
    const api = await enrol(administrator, hub, computer, { station: '510724101', person: 'huagai.clerk' })
    expect((await api.sync()).parent?.connected).toBe(true)
    await against(attack, () => undefined)
  })

  test('E52 E53 a name of a stranger opens no page, and a page in a browser gets no link', async () => {
    const { address } = hub.machine
    const rebound = await ask(`${address}/sign-in`, { headers: { host: 'evil.example' } })
    expect([rebound.status, rebound.text]).toEqual([421, expect.stringContaining('evil.example')])
    const upgrade = (headers: Record<string, string>) =>
      ask(`${address}/link`, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          ...headers,
        },
      }).then(
        ({ status }) => status,
        () => 0,
      )
    expect(await upgrade({ origin: 'http://evil.example' })).toBe(403)
    const byName = await ask(`${address}/join/hello?nonce=${'0'.repeat(32)}`, { headers: { host: 'hall.example' } })
    expect(byName.status).toBe(200)
  })
})
