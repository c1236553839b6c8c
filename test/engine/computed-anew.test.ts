/** What is computed and was lost: a rebuild that is owed and an index that was made anew are told, and nothing is said to be sent meanwhile. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { NO_CHANGE, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, nodeRecord, openNode, person, publish, STATIONS, TOWNSHIP } from './county.ts'
import { cut, heldTownship } from './held-listing.ts'

const handler = person(COUNTY, ['handler', 'clerk', 'chief'])

test('S125 as long as a rebuild is owed nothing is said to be sent, and the health says why, also while others write', async () => {
  const held = await heldTownship()
  const { root, township, upwards, storage } = held
  held.release()
  upwards.cut()
  await upwards.ended
  const { id } = value(await township.engine.office.openCase(person(TOWNSHIP, ['clerk']), 'SL0001'))
  await township.engine.stop()
  await storage.commit({
    ...NO_CHANGE,
    unopened: [id], // as a migration that makes all rows anew leaves them
    local: [{ space: 'engine', key: 'rebuilding', value: 'true' }],
  })
  const disk = cut(storage)
  disk.beforeCommit = () => 'full'
  const { engine } = await openNode({
    ...{ station: TOWNSHIP, lease: 2, parent: root, root, storage: disk, keys: township.identity.keys, incarnation: 1 },
  })
  const owed = { casesOnlyHere: 1, casesNotAtRoot: 1, health: { problem: '本机磁盘已满' } }
  expect(await engine.office.status()).toMatchObject({ ...owed, health: { ...owed.health, writable: false } })
  disk.beforeCommit = undefined
  const other = value(await engine.office.openCase(person(TOWNSHIP, ['clerk']), 'SL0001'))
  expect(other.id).not.toBe(id)
  const status = await engine.office.status()
  expect(status.health).toMatchObject({ writable: true, problem: '本机磁盘已满' })
  expect(status.casesOnlyHere).toBeGreaterThanOrEqual(2)
  await engine.rebuild()
  expect(await engine.office.status()).toMatchObject({ casesOnlyHere: 2, health: { problem: '' } })
  await engine.stop()
})

test('D60 that the index of a search was made anew stands in the health, behind what is graver, and people write', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  disk.isRemade = true
  value(await root.engine.office.openCase(handler, 'SL0001'))
  const health = async () => (await root.engine.office.status()).health
  expect(await health()).toMatchObject({ writable: true, problem: expect.stringContaining('已从清单重新生成') })
  disk.damage = new StorageFailure('damaged', '损坏')
  expect((await health()).problem).toBe('数据库文件损坏')
  await root.engine.stop()
})
