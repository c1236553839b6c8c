/** Which rows a record of the directory makes stale. */
import { expect, test } from 'vitest'
import type { Directory } from '#protocol/engine/directory/directory.ts'
import { scopeOf } from '#protocol/engine/refold/refold-scope.ts'
import { COUNTY, nodeRecord, openCounty, stationRecord, TOWNSHIP, VILLAGE } from './county.ts'

const ALL = { items: null, ended: true }

test('R18 R21 R67 rows are judged anew when a station or a node speaks for others than before, or once did, and not for a new name', async () => {
  const { root, township } = await openCounty()
  const directory = root.engine.office.directory as Directory
  const station = directory.station(TOWNSHIP) ?? expect.fail('no station')
  const node = directory.node(township.identity.node) ?? expect.fail('no node')
  expect(scopeOf({ ...station, name: '新名字', version: 9 }, directory)).toBeUndefined()
  expect(scopeOf({ ...node, name: '新电脑', version: 9 }, directory)).toBeUndefined()
  expect(scopeOf({ ...station, parent: VILLAGE }, directory)).toEqual(ALL)
  expect(scopeOf({ ...station, formerParents: [VILLAGE] }, directory)).toEqual(ALL)
  expect(scopeOf({ ...node, stations: [VILLAGE] }, directory)).toEqual(ALL)
  expect(scopeOf({ ...node, formerStations: [VILLAGE] }, directory)).toEqual(ALL)
  const unknown = stationRecord('510724900' as typeof TOWNSHIP, '新镇', 'township', COUNTY)
  expect(scopeOf(unknown, directory)).toEqual({ items: null, ended: false })
  expect(scopeOf({ ...nodeRecord(root, null), id: 'ab'.repeat(16) as typeof node.id }, directory)?.ended).toBe(false)
})
