/** The exchange and the county's records over real programs and sockets: hub and township, files as they travel. */
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { codeFor, rootOf, startHub, startNode, TOWNSHIP } from '#test/programs/county.ts'
import { until } from '#test/programs/program.ts'

beforeAll(() => buildPrograms(['hub', 'edge-node']), 60_000)

type Body = Readonly<Record<string, unknown>>

/** Calls a program's API as a department system does. */
async function callerOf(address: string, name: string) {
  const send = async (method: string, path: string, body?: object, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
    const answer = await fetch(`${address}/api${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  const { body } = await send('POST', '/sign-in', { name, password: SAMPLE_PASSWORD })
  expect(body.token).toBeTypeOf('string')
  return (method: string, path: string, asked?: object) => send(method, path, asked, body.token as string)
}

const YEAR = { id: '2027', year: 2027, source: '测试用的安排', off: ['2027-01-01/2027-01-03'], work: [], sample: true }

test('A71 X29 the hub publishes over its API, a township refuses to and takes in cases that reach the county', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder()
  const hub = startHub(folder)
  const county = await hub.address()
  const code = await codeFor(county, TOWNSHIP, await rootOf(county))
  const { address: township } = await startNode(join(folder, 'township'), county, code, 'anchang.clerk')
  const [admin, coordinator, clerk] = await Promise.all([
    callerOf(county, 'admin'),
    callerOf(county, 'coordinator'),
    callerOf(township, 'anchang.clerk'),
  ])

  const explained = async () => {
    const answer = await fetch(`${township}/api/deadlines/explain?start=2026-12-28&workingDays=5`)
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  expect((await explained()).status).toBe(422)
  expect(await admin('POST', '/calendars', YEAR)).toMatchObject({ status: 200, body: { done: true } })
  await until(async () => expect(await explained()).toMatchObject({ status: 200, body: { due: '2027-01-05' } }))
  expect(await clerk('POST', '/calendars', { ...YEAR, id: '2028', year: 2028 })).toMatchObject({ status: 403 })

  const row = {
    system: '市监系统',
    reference: 'T-1',
    item: 'SL0002',
    applicant: '王小明',
    state: '20',
    received: '20260105',
  }
  const imported = await clerk('POST', '/exchange/vertical-cases', {
    list: 'stage',
    rows: [row, { ...row, reference: '' }],
  })
  expect(imported).toMatchObject({ status: 200, body: { imported: 1, refused: 1 } })
  const { number } = (imported.body.rows as readonly { number: string }[])[0] ?? { number: '' }
  await until(async () => {
    const arrived = await coordinator('GET', `/cases/${number}`)
    expect(arrived).toMatchObject({ status: 200, body: { state: { number, days: { received: '2026-01-05' } } } })
  })
  await hub.end()
})
