/** The sidecar beside a real database file, while a real engine writes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { followHeads, openDatabase } from '#edge-node/restored-database.ts'
import { readSidecar } from '#protocol/storage/sidecar.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { COUNTY, openNode, publish, STATIONS, until } from '#test/engine/county.ts'

test('E24 the first write after a rest is in the sidecar at once, further ones after the pause', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'county-following-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const keys = generateKeys()
  const opened = await openDatabase(folder, nodeIdOf(keys.publicKey), {
    hadOne: false,
    startEmpty: false,
    enrolled: true,
    root: nodeIdOf(keys.publicKey),
  })
  if (!opened.ok) throw new Error(opened.problem.message)
  const database = opened.value
  const { storage, incarnation, rotated } = database
  const root = await openNode({ station: COUNTY, lease: 1, keys, storage, incarnation, rotated })
  // The pause ends when the test says so: what is in the sidecar before that was written without waiting.
  let endPause = () => {}
  const after = (_milliseconds: number, callback: () => void) => {
    endPause = callback
    return () => {}
  }
  const following = followHeads(root.engine, database, after, (error) => {
    throw error
  })
  const kept = async () => {
    const reading = await readSidecar(join(folder, 'sidecar.json'))
    return reading.state === 'present' ? JSON.stringify(reading.sidecar.ownHeads) : ''
  }
  const heads = () => JSON.stringify(root.engine.ownHeads())

  await publish(root, STATIONS)
  const first = heads()
  await until('the first write is in the sidecar', async () => (await kept()) === first)
  await publish(root, STATIONS)
  expect(await kept()).toBe(first)
  endPause()
  await until('the second write is in the sidecar', async () => (await kept()) === heads())
  expect(heads()).not.toBe(first)
  await publish(root, STATIONS)
  await following.stop()
  expect(await kept()).toBe(heads())
  await root.engine.stop()
  await storage.close()
})
