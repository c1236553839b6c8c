/** A hub whose database is gone for good: it knows its nodes again by its own signature, and gets back what they hold. Real programs and files. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import type { Api } from './api.ts'
import { ITEM } from './capture.ts'
import { openCounty, type Place } from './county.ts'
import { untilAtRoot } from './day.ts'
import { killMachines } from './machine.ts'

let folder: string

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-emptied-'))
}, 180_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

const open = async (api: Api) => String((await api.done('POST', '/cases', { item: ITEM, channel: '1' })).id)

const untilHeld = ({ api }: Place, ids: readonly string[]) =>
  expect
    .poll(async () => (await api.rows('scope=all')).map(({ id }) => id), { timeout: 90_000 })
    .toEqual(expect.arrayContaining([...ids]))

async function loseDatabase({ machine }: Place): Promise<void> {
  for (const name of await readdir(machine.folder))
    if (name.startsWith('county.db')) await rm(join(machine.folder, name))
}

test('N45 D41 E47 a hub that begins empty takes back its nodes and every case that they hold; new ones come as before', {
  timeout: 240_000,
}, async () => {
  const { hub, township, villages } = await openCounty(folder, ['hongyan'])
  const ids = [await open(township.api), await open(villages.hongyan.api)]
  await untilAtRoot(villages.hongyan.api)
  await untilAtRoot(township.api)
  await untilHeld(hub, ids)
  expect(await hub.machine.stop()).toBe(0)
  await loseDatabase(hub)
  // Written while there is no county.
  ids.push(await open(villages.hongyan.api))

  await hub.machine.start(['start-empty'])
  await untilHeld(hub, ids)
  await untilAtRoot(villages.hongyan.api)
  const { findings } = await hub.api.sync()
  expect(findings.filter(({ message }) => message.includes('已重新认可'))).toHaveLength(1)
  ids.push(await open(township.api))
  await untilHeld(hub, ids)

  // An ordinary start later on finds the county as it was.
  expect(await hub.machine.stop()).toBe(0)
  await hub.machine.start()
  await untilHeld(hub, ids)
})
