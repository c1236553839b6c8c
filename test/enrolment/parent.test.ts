/** Finding the parent again: several addresses, another key, another certificate, the root's record, over real sockets. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownCertificate } from '#edge-node/certificate.ts'
import { createParent } from '#edge-node/parent.ts'
import { movedWords, moveTo } from '#edge-node/parent-move.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { generateKeys, keysToPem } from '#protocol/transport/node-host.ts'
import { type County, type Node, nodeRecord, openCounty, openNode, publish, TOWNSHIP } from '#test/engine/county.ts'
import { temporaryFolder } from './folder.ts'

import { below, NOBODY, name, openDoor, recordOf } from './parent-doors.ts'

const codeOf = (result: { ok: boolean; problem?: { code: string } }) => (result.ok ? 'ok' : result.problem?.code)

test('E34 the addresses of a parent are tried with the last good one first, each once, and none that may not be used', () => {
  const stub = { identity: { node: 'a'.repeat(32), keys: generateKeys() } } as unknown as Node
  const village = {
    identity: { ...stub.identity, root: { node: 'b'.repeat(32), publicKey: new Uint8Array(32) }, lease: 2 },
  }
  const county = { village } as unknown as County
  const told = ['https://10.0.0.2:8443', 'http://10.0.0.3:8443', 'ftp://10.0.0.4', 'https://10.0.0.1:8443/']
  const { parent } = below(county, stub, { address: 'https://10.0.0.1:8443/', addresses: ['https://10.0.0.5/'] }, told)
  expect(parent.addresses()).toEqual(['https://10.0.0.1:8443/', 'https://10.0.0.2:8443/', 'https://10.0.0.5/'])
})

test('E34 where another key answers the parent is refused in words, and what was reached last is kept', async () => {
  const county = await openCounty()
  const impostor = await openDoor(county.root)
  const genuine = await openDoor(county.township)
  const { parent, kept } = below(county, county.township, {}, [impostor.address, genuine.address])
  expect(await parent.at(impostor.address)).toMatchObject({ ok: false, problem: { code: 'parent-not-genuine' } })
  expect(parent.problemAt(impostor.address)?.message).toContain('不是本机的上级“安昌镇”')
  expect(impostor.asked).toEqual(['/join/hello'])
  const reached = await parent.at(genuine.address)
  if (!reached.ok) throw new Error(reached.problem.message)
  expect(parent.reached(reached.value)).toMatchObject({ ok: true })
  expect(kept()).toMatchObject({ address: genuine.address })
  expect(parent.addresses()[0]).toBe(genuine.address)
})

test('E35 at a new address another certificate counts once the pinned key vouches for it over that very connection', async () => {
  const county = await openCounty()
  const certificate = await ownCertificate(temporaryFolder())
  const moved = await openDoor(county.township, { certificate })
  const { parent } = below(county, county.township, { certificate: 'ab'.repeat(32) })
  expect(await parent.at(moved.address)).toMatchObject({ ok: true, value: { certificate: certificate.fingerprint } })
  // Somebody between passes on the genuine words under a certificate of his own.
  const own = await ownCertificate(temporaryFolder())
  const between = await openDoor(county.township, { certificate: own, claimed: certificate.fingerprint })
  expect(codeOf(await parent.at(between.address))).toBe('parent-not-genuine')
  expect(between.asked).toEqual(['/join/hello'])
})

test('E35 a certificate that was proved is asked for again only when the parent shows another one', async () => {
  const county = await openCounty()
  const certificate = await ownCertificate(temporaryFolder())
  const door = await openDoor(county.township, { certificate })
  const { parent } = below(county, county.township, { address: door.address, certificate: certificate.fingerprint })
  expect(await parent.at(door.address)).toMatchObject({ ok: true })
  expect(door.asked).toEqual([])
  parent.certificateChanged(door.address)
  expect(await parent.at(door.address)).toMatchObject({ ok: true, value: { certificate: certificate.fingerprint } })
  expect(door.asked).toEqual(['/join/hello'])
})

test('E36 by hand the parent is taken at another address, because it proves its key', async () => {
  const county = await openCounty()
  const door = await openDoor(county.township)
  const { mover, kept } = below(county, county.township, {})
  const moved = await moveTo(mover, door.address)
  expect(moved).toMatchObject({ ok: true, value: { is: 'address' } })
  expect(kept()).toMatchObject({ node: county.township.identity.node, address: door.address })
  expect(door.asked).toEqual(['/join/hello'])
})

test('E37 another node there is taken when the root names it the parent, even while nobody has registered its address', async () => {
  const county = await openCounty()
  const door = await openDoor(county.root)
  const { mover, kept } = below(county, county.township, {})
  await name(county, county.root, [])
  expect(await moveTo(mover, door.address)).toMatchObject({ ok: true, value: { is: 'named' } })
  const { root } = county
  expect(kept()).toMatchObject({
    node: root.identity.node,
    publicKey: toHex(root.identity.keys.publicKey),
    address: door.address,
    version: recordOf(root, county.village).version,
  })
})

test('E37 a record as long as an entry may be is handed over and taken: a revoked node still has something to deliver', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const door = await openDoor(root)
  const { mover, kept } = below(county, township, {})
  await name(county, root, [door.address])
  const revoked = { time: 1, reason: '电脑被盗,'.repeat(800) }
  await publish(root, [{ ...recordOf(root, village), revoked }])
  expect(await moveTo(mover, door.address)).toMatchObject({ ok: true, value: { is: 'named' } })
  expect(kept()).toMatchObject({ node: root.identity.node })
})

test('E37 whoever is asked may name a third node, and is believed for the root’s signature alone', async () => {
  const county = await openCounty()
  const { root, township } = county
  const door = await openDoor(root)
  const { mover, kept } = below(county, root, {})
  const successor = await openNode({ station: TOWNSHIP, lease: 9, parent: root, root })
  await publish(root, [nodeRecord(successor, root.identity.node)])
  await name(county, successor, ['https://10.0.0.9:8443'])
  expect(await moveTo({ ...mover }, door.address)).toMatchObject({ ok: true, value: { is: 'address' } })
  const from = await openDoor(township, { records: root })
  expect(await moveTo(mover, from.address)).toMatchObject({ ok: true, value: { is: 'named' } })
  expect(kept()).toMatchObject({ node: successor.identity.node, address: 'https://10.0.0.9:8443/', certificate: null })
})

test('E37 without the root’s word nothing changes, and each refusal says what to do', async () => {
  const county = await openCounty()
  const { root, township } = county
  const { mover, kept } = below(county, township, {})
  const pins = () => [kept()?.node, kept()?.publicKey, kept()?.address]
  const before = pins()
  const refused = async (address: string) => {
    const moved = await moveTo(mover, address)
    expect(pins()).toEqual(before)
    if (moved.ok) return expect.fail(`moved: ${moved.value.is}`)
    expect(moved.problem.next).not.toBe('')
    return moved.problem
  }
  // The county has a record, and it names the parent that we have: nobody is an impostor. Or it knows nothing of us.
  const hall = await openDoor(root)
  const known = await moveTo(mover, hall.address)
  expect(pins()).toEqual(before)
  if (!known.ok) return expect.fail(known.problem.message)
  expect(known.value.is).toBe('known')
  expect(movedWords(known.value)).toMatch(/^上级没有改动,已经是县中心登记的.*“节点”页/)
  const stranger = await openNode({ station: TOWNSHIP, lease: 9 })
  const elsewhere = await openDoor(stranger)
  expect(await refused(elsewhere.address)).toMatchObject({
    code: 'parent-not-named',
    next: expect.stringContaining('节点'),
  })
  // Another county names itself our parent, with everything its own root can sign.
  const county2 = await openCounty()
  const asOurs = { ...nodeRecord(county.village, county2.root.identity.node) }
  await publish(county2.root, [asOurs])
  expect(await refused((await openDoor(county2.root)).address)).toMatchObject({ code: 'placement-not-genuine' })
  // The county has changed the parent without saying where it is; whoever answers is not it.
  await name(county, root, [])
  const other = await openDoor(stranger, { records: root })
  expect(await refused(other.address)).toMatchObject({ code: 'parent-without-address' })
  await publish(root, [{ ...recordOf(root, township), revoked: { time: 1, reason: '损坏' } }])
  await publish(root, [{ ...recordOf(root, county.village), parent: township.identity.node }])
  expect(await refused(hall.address)).toMatchObject({ code: 'parent-revoked' })
})

test('E37 an older record of the root does not bring back a former parent', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const { mover, kept } = below(county, township, {})
  const old = await root.engine.office.placementOf(village.identity.node)
  const hall = await openDoor(root)
  await name(county, root, [hall.address])
  expect(await moveTo(mover, hall.address)).toMatchObject({ ok: true })
  const replaying = {
    ...root,
    engine: { ...root.engine, office: { ...root.engine.office, placementOf: async () => old } },
  }
  const again = await openDoor(township, { records: replaying })
  expect(await moveTo(mover, again.address)).toMatchObject({ ok: false, problem: { code: 'placement-older' } })
  expect(kept()).toMatchObject({ node: root.identity.node })
})

test('E38 an address that begins wrongly is told from one where nothing answers', async () => {
  const county = await openCounty()
  const { mover } = below(county, county.township, {})
  const secure = await openDoor(county.township, { certificate: await ownCertificate(temporaryFolder()) })
  const plain = await openDoor(county.township)
  const problemAt = async (address: string) => {
    const moved = await moveTo(mover, address)
    return moved.ok ? expect.fail('moved') : moved.problem
  }
  const asHttp = secure.address.replace('https:', 'http:')
  expect(await problemAt(asHttp)).toMatchObject({
    code: 'address-scheme',
    next: `请改用 ${secure.address.slice(0, -1)}`,
  })
  const asHttps = plain.address.replace('http:', 'https:')
  expect(await problemAt(asHttps)).toMatchObject({
    code: 'address-scheme',
    next: `请改用 ${plain.address.slice(0, -1)}`,
  })
  const silent = await problemAt(NOBODY)
  expect(silent).toMatchObject({
    code: 'parent-unreachable',
    next: expect.stringContaining('确认上级节点的程序已启动'),
  })
  expect(silent.kept).not.toContain('入网码')
  expect(await problemAt('127.0.0.1:8080')).toMatchObject({ code: 'address-malformed' })
  expect(await problemAt('http://10.0.0.1:8443')).toMatchObject({ next: '请改用 https://10.0.0.1:8443' })
  expect(await problemAt(`https://${'a'.repeat(LIMITS.addressCharacters)}.cn`)).toMatchObject({
    code: 'address-malformed',
  })
})

test('E38 a data folder that cannot be written keeps the parent it has, in words', async () => {
  const county = await openCounty()
  const { options, mover, kept } = below(county, county.township, {})
  const unwritable = createParent({ ...options, folder: join(options.folder, 'enrolment.json') })
  const door = await openDoor(county.township)
  const moved = await moveTo({ ...mover, parent: unwritable }, door.address)
  expect(moved).toMatchObject({ ok: false, problem: { code: 'folder-unusable' } })
  expect(unwritable.current().address).toBe(NOBODY)
  expect(kept()).toMatchObject({ address: NOBODY })
  expect(keysToPem(options.keys)).toContain('PRIVATE KEY')
})
