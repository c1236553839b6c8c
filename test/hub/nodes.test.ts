/** Which node a transfer waits at. */
import { expect, test } from 'vitest'
import { nodesOf, signingNode } from '#hub/register/nodes.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import type { NodeId, StationCode } from '#protocol/ids.ts'

const HALL = '510724' as StationCode
const TOWN = '510724103' as StationCode
const FAR = '510724104' as StationCode

const node = (name: string, parent: string | null, stations: readonly StationCode[], revoked = false): NodeRecord => ({
  type: 'node',
  id: name.repeat(32) as NodeId,
  version: 1,
  name,
  publicKey: '',
  stations,
  parent: parent === null ? null : (parent.repeat(32) as NodeId),
  lease: 1,
  revoked: revoked ? { time: 0, reason: '丢失' } : null,
})

test('P36 a transfer waits at the node below the root that serves the station, else at the root; a revoked one serves none', () => {
  const nodes = [node('a', null, [HALL, TOWN]), node('b', 'a', [TOWN, FAR], true), node('c', 'a', [TOWN])]
  const directory = { nodes: () => nodes }
  expect(signingNode(directory, TOWN)?.name).toBe('c')
  expect(signingNode(directory, HALL)?.name).toBe('a')
  expect(signingNode(directory, FAR)).toBeUndefined()
  expect(nodesOf(directory, TOWN).map(({ name }) => name)).toEqual(['a', 'c'])
})
