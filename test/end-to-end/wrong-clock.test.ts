/** Real programs on computers whose clocks are wrong: what a village says and writes without a line, and what the county makes of it. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { civilDay, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { FRIDAY } from '#test/clock/host.ts'
import { startClock, type WallClock } from '#test/clock/wall-clock.ts'
import { codeFor, connected, rootOf, startHub, startNode, VILLAGE } from '#test/programs/county.ts'
import { ask, type Program, run, signIn, until } from '#test/programs/program.ts'

const AGENT = 'hongyan'
const ITEM = 'SL0002'

beforeAll(() => buildPrograms(['hub', 'edge-node']), 60_000)

/** A county and a village right below it, each on a computer with a clock of its own. */
async function openCounty() {
  const folder = await mkdtemp(join(tmpdir(), 'county-clock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const at = (name: string, clock: WallClock) => ({ DATA_FOLDER: join(folder, name), ...clock.settings() })
  const county = startClock(FRIDAY)
  const hub = startHub(folder, county.settings())
  const address = await hub.address()
  const { port } = new URL(address)
  const code = await codeFor(address, VILLAGE, await rootOf(address))
  const village = await startNode(join(folder, 'village'), address, code, AGENT, county.settings())
  const stop = async (program: Program) => expect(await program.end('SIGTERM')).toBe(0)
  return {
    hub: { program: hub, address },
    village,
    stop,
    startHub: () => startHub(folder, { DESK_PORT: port, ...county.settings() }),
    startVillage: (day: Day) => run('edge-node', at('village', startClock(day))),
  }
}

/** A case captured over the API; its number and id. */
async function capture(address: string): Promise<{ id: string; number: string }> {
  const headers = { 'content-type': 'application/json' }
  const signedIn = await ask(`${address}/api/sign-in`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: AGENT, password: SAMPLE_PASSWORD }),
  })
  const { token } = JSON.parse(signedIn.text) as { token: string }
  const opened = await ask(`${address}/api/cases`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify({ item: ITEM }),
  })
  expect(opened.status, opened.text).toBe(200)
  return JSON.parse(opened.text) as { id: string; number: string }
}

const DAYS = [
  ['2009-01-01', '早于此前记下的时间'],
  ['2026-11-06', '早于此前记下的时间'],
  ['2028-06-01', '离上次对时已有约'],
] as const

test.each(DAYS)(
  'N55 a village that starts on %s without a line says so, goes on with a confirmed day, and the county agrees',
  async (day, words) => {
    const county = await openCounty()
    await county.stop(county.village.program)
    await county.stop(county.hub.program)
    const village = county.startVillage(day as Day)
    const address = await village.address()
    const agent = await signIn(address, AGENT, SAMPLE_PASSWORD)
    for (const path of ['/', '/capture', '/sync']) expect((await agent.get(path)).text).toContain(words)
    expect((await agent.get('/')).text).not.toContain('从未同步')
    const confirmed = await agent.post('/sync', '/sync/day#day', { day: FRIDAY, time: '09:02' })
    expect(confirmed.status).toBe(303)
    const { id, number } = await capture(address)
    expect(number).toContain('261120')
    await county.startHub().address()
    await connected(address, AGENT)
    await until(async () => expect((await agent.get('/')).text).not.toContain('现按确认的时间'))
    const coordinator = await signIn(county.hub.address, 'coordinator', SAMPLE_PASSWORD)
    await until(async () => {
      const page = await coordinator.get(`/cases/${id}`)
      expect(page.status).toBe(200)
      // A time alone: it is of the same day as the county’s.
      expect(page.text).toMatch(/>\d\d:\d\d.写下它的电脑当时时钟[快慢]约/)
    })
  },
  120_000,
)

test('N56 a clock three days slow is known after a restart without a line: numbers and papers bear the day of the county', async () => {
  const county = await openCounty()
  await county.stop(county.village.program)
  const slow = county.startVillage('2026-11-17' as Day)
  const before = await slow.address()
  await connected(before, AGENT)
  const agent = await signIn(before, AGENT, SAMPLE_PASSWORD)
  await until(async () => expect((await agent.get('/')).text).toContain('本机时钟比县中心慢'))
  await county.stop(slow)
  await county.stop(county.hub.program)
  const again = county.startVillage('2026-11-17' as Day)
  const address = await again.address()
  const page = await (await signIn(address, AGENT, SAMPLE_PASSWORD)).get('/')
  expect(page.text).toContain('本机时钟比县中心慢')
  expect(page.text).not.toContain('从未同步')
  const { number } = await capture(address)
  expect(number).toContain('261120')
}, 120_000)

test('E54 a village whose clock is two years ahead makes a certificate of the day that the county told it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'county-clock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const hub = startHub(folder, startClock(FRIDAY).settings())
  const address = await hub.address()
  const ahead = startClock('2028-11-20' as Day).settings()
  const data = join(folder, 'village')
  const code = await codeFor(address, VILLAGE, await rootOf(address))
  const village = await startNode(data, address, code, AGENT, ahead)
  expect(await village.program.end('SIGTERM')).toBe(0)
  await run('edge-node', { DATA_FOLDER: data, DESK_HOST: '0.0.0.0', ...ahead }).address()
  const { validFromDate } = new X509Certificate(readFileSync(join(data, 'certificate.pem')))
  expect(civilDay(validFromDate.getTime())).toBe(plusDays(FRIDAY, -1))
}, 120_000)
