/** Which level a county begins with, and a new machine whose program knows less than the county has enabled. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { firstStart } from '#hub/first-start.ts'
import { createRegistry } from '#hub/registry.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { openEngine } from '#protocol/engine/open.ts'
import { type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { requestBytes, signHex } from '#protocol/transport/enrolment.ts'
import { readCode } from '#protocol/transport/enrolment-code.ts'
import { generateKeys, nodeHost, nodeIdOf } from '#protocol/transport/node-host.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'

const COUNTY = '510724' as StationCode
const TOWNSHIP = '510724100' as StationCode
const ADMINISTRATOR: Actor = {
  person: 'admin' as PersonId,
  name: '管理员',
  station: COUNTY,
  roles: ['administrator'],
}

async function openHub(isNewCounty: boolean) {
  const keys = generateKeys()
  const root = nodeIdOf(keys.publicKey)
  const identity = { node: root, keys, root: { node: root, publicKey: keys.publicKey }, parent: null, lease: 1 }
  const disk = { storage: new MemoryStorage(), host: testHost, incarnation: 1, rotated: async () => undefined }
  const { office } = value(await openEngine({ ...disk, identity, version: '1' }))
  const accounts = createAccounts(office)
  value(await firstStart({ office, accounts, identity, station: COUNTY, stationName: '安县', isNewCounty }))
  const registry = createRegistry({ office, accounts, cryptography: testHost.cryptography, root })
  return { office, registry, root }
}

test('S142 a new county has the newest level from its first start; a hub that begins again with an empty disk does not say so', async () => {
  expect((await openHub(true)).office.directory.level()).toBe(RULES_LEVEL)
  expect((await openHub(false)).office.directory.level()).toBe(1)
})

test('S143 a machine whose program knows less than the county has enabled is refused in words, and its code stays usable', async () => {
  const { office, registry, root } = await openHub(false)
  const station = { id: TOWNSHIP, name: '安昌镇', parent: COUNTY, tier: 'township' } as const
  value(await registry.createStation(ADMINISTRATOR, station))
  value(await office.publish(null, [{ type: 'level', id: 'rules', version: 3 }]))
  const code = value(await registry.createCode(ADMINISTRATOR, TOWNSHIP, root))
  const { secret } = value(readCode(testHost.cryptography.sha256, code.text))
  const keys = generateKeys()
  const asked = { secret, parent: root, publicKey: toHex(keys.publicKey), name: '新节点' }
  const request = { ...asked, proof: await signHex(nodeHost.cryptography, keys.privateKey, requestBytes(asked)) }
  for (const level of [undefined, 2]) {
    const refused = await registry.enrol({ ...request, ...(level === undefined ? {} : { level }) })
    const message = expect.stringContaining(`只懂 ${level ?? 1}`)
    expect(refused).toMatchObject({ ok: false, problem: { code: 'program-too-old', message } })
  }
  expect(office.directory.nodes()).toHaveLength(1)
  expect((await registry.enrol({ ...request, level: 3 })).ok).toBe(true)
})
