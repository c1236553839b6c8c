/** A hub that is put back in place, database and record under their old inodes, in a county with a township: real programs and files. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import type { Api } from './api.ts'
import { ITEM } from './capture.ts'
import { openCounty, type Place } from './county.ts'
import { untilAtRoot, untilSync } from './day.ts'
import { killMachines } from './machine.ts'

const FILES = ['county.db', 'sidecar.json']
const GIVEN_EACH_TIME = 5
let folder: string

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-in-place-'))
}, 180_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

async function open(api: Api): Promise<{ readonly id: string; readonly number: string }> {
  const { id, number } = await api.done('POST', '/cases', { item: ITEM, channel: '1' })
  return { id: String(id), number: String(number) }
}

async function openSome(api: Api): Promise<readonly string[]> {
  const numbers: string[] = []
  for (let count = 0; count < GIVEN_EACH_TIME; count++) numbers.push((await open(api)).number)
  return numbers
}

const held = ({ api }: Place, id: string) =>
  expect.poll(async () => (await api.rows('scope=all')).some((row) => row.id === id), { timeout: 60_000 }).toBe(true)

const filesOf = ({ machine }: Place) => FILES.map((file) => join(machine.folder, file))

/** `cat copy > file`: the content of the morning in the files of today. */
async function putBack(hub: Place, copies: readonly Buffer[]): Promise<void> {
  for (const [place, path] of filesOf(hub).entries()) {
    const { ino } = await stat(path)
    await writeFile(path, copies[place] as Buffer)
    expect((await stat(path)).ino).toBe(ino)
  }
}

test('N40 a hub put back in place gives no number twice, gets back what is below, and says what may be missing', {
  timeout: 180_000,
}, async () => {
  const { hub, township } = await openCounty(folder, [])
  const morning = await open(hub.api)
  const before = await open(township.api)
  await untilAtRoot(township.api)
  expect(await hub.machine.stop()).toBe(0)
  const copies = await Promise.all(filesOf(hub).map((path) => readFile(path)))

  await hub.machine.start()
  const given = [morning.number, before.number, ...(await openSome(hub.api))]
  const later = await open(township.api)
  given.push(later.number)
  await held(hub, later.id)
  await hub.api.act(later.id, 'noted', { text: '县里已知悉' })
  await expect.poll(async () => (await township.api.view(later.id)).state.story.length, { timeout: 60_000 }).toBe(2)
  expect(await township.machine.stop()).toBe(0)

  // Twice on the same day, each time alone: nobody can tell it what it gave before.
  for (let time = 0; time < 2; time++) {
    expect(await hub.machine.stop()).toBe(0)
    await putBack(hub, copies)
    await hub.machine.start()
    expect((await hub.api.rows('scope=all')).map(({ number }) => number).sort()).toEqual(
      [morning.number, before.number].sort(),
    )
    given.push(...(await openSome(hub.api)))
  }
  expect(new Set(given).size).toBe(given.length)
  expect(hub.machine.text()).not.toContain('database and sidecar differ')

  await township.machine.start()
  await held(hub, later.id)
  const { findings } = await untilSync(hub.api, (sync) =>
    expect(sync.findings.map(({ kind }) => kind)).toContain('rolled-back'),
  )
  const rolledBack = findings.filter(({ kind }) => kind === 'rolled-back')
  expect(rolledBack).toHaveLength(1)
  expect(rolledBack[0]?.message).toMatch(/下级持有本机写过、本机已没有的记录。.*已从下级取回 [1-9]\d* 条/)
  expect(rolledBack[0]?.next).toMatch(/大厅自己建的办件.*本机写的记录当时只到 .*纸质凭证/)
  expect(rolledBack[0]?.details).toMatch(/安县政务服务中心.*最后一条写于 /)
  for (const { message, next } of findings) expect(`${message}${next}`).not.toContain('上级')
  expect((await hub.api.view(later.id)).state.story.map(({ kind }) => kind)).toEqual(['opened', 'noted'])
  expect((await hub.api.sync()).sharedNumbers).toEqual([])
  const numbers = (await hub.api.rows('scope=all')).map(({ number }) => number)
  expect(numbers).toHaveLength(GIVEN_EACH_TIME + 3)
  expect(new Set(numbers).size).toBe(numbers.length)
})
