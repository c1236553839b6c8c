/** A village's key in hostile hands: it signs as the administrator, under another station's number, over its parent's link. Real programs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'
import { streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { keysFromPem } from '#protocol/transport/node-host.ts'
import { openWebSocket } from '#protocol/transport/web-socket.ts'
import { ITEM } from '#test/end-to-end/capture.ts'
import { openCounty, type Place, VILLAGES } from '#test/end-to-end/county.ts'
import { killMachines } from '#test/end-to-end/machine.ts'
import { draft, factPayload, frameOf, RawNode } from '#test/engine/raw-node.ts'
import { signIn } from '#test/programs/calls.ts'

const STATION = VILLAGES.hongyan as StationCode
let folder: string

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-hostile-'))
}, 180_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

const open = async ({ api }: Place) => {
  const { id, number } = await api.done('POST', '/cases', { item: ITEM, channel: '1' })
  return { id: String(id), number: String(number) }
}

const untilHeld = ({ api }: Place, ids: readonly string[]) =>
  expect
    .poll(async () => (await api.rows('scope=all')).map(({ id }) => id), { timeout: 60_000 })
    .toEqual(expect.arrayContaining([...ids]))

/** Whoever has the key of a computer that is off, at the door of its parent. */
async function thief(village: Place, parent: Place): Promise<RawNode> {
  const keys = keysFromPem(await readFile(join(village.machine.folder, 'node-key.pem'), 'utf8'))
  if (!keys) throw new Error('no key')
  const raw = new RawNode(STATION, keys)
  await raw.over(await openWebSocket(`${parent.machine.address.replace('http', 'ws')}/link`))
  return raw
}

test('N46 C120 C125 C122 what a village key signs as the administrator is set aside at the county, and a number of another station hides no case', {
  timeout: 240_000,
}, async () => {
  const { hub, township, villages } = await openCounty(folder, ['hongyan'])
  const [theirs, ours] = [await open(villages.hongyan), await open(township)]
  await untilHeld(hub, [theirs.id, ours.id])
  const { tip } = (await hub.api.view(theirs.id)).state
  const { itemVersion } = (await hub.api.view(theirs.id)).state
  expect(await villages.hongyan.machine.stop()).toBe(0)

  const raw = await thief(villages.hongyan, township)
  const forged = draft(STATION).document
  const sign = (person: string, document: string, fact: Fact) =>
    draft(STATION, {
      kind: KIND.fact,
      document: document as typeof forged,
      person: person as PersonId,
      time: Date.parse('2026-11-20T09:00:00+08:00'),
      payload: factPayload(fact),
    })
  const offered: Fact = { kind: 'offered', previous: tip as EntryHash, fields: { to: '510724', materials: 1 } }
  const opened: Fact = { kind: 'opened', previous: null, fields: { number: ours.number, item: ITEM, itemVersion } }
  const lies = [sign('admin', theirs.id, offered), sign('hongyan', forged, opened)]
  const records = await raw.write(streamOf(STATION), lies, { incarnation: 77 })
  for (const record of records) raw.send(frameOf([record]))
  await raw.stored(records.length)
  raw.cut()

  await untilHeld(hub, [forged])
  for (const { api } of [hub, township]) {
    const { state } = await api.view(theirs.id)
    expect(state.offer).toBeNull()
    expect(state.story.find(({ person }) => person === 'admin')?.aside?.reason).toBe('foreign-person')
    const alone = (await api.view(forged)).state
    expect(alone).toMatchObject({ number: '', formerNumbers: [] })
    expect(alone.story[0]?.marks.map(({ mark }) => mark)).toEqual(['foreign-number'])
    expect((await api.rows(`scope=all&text=${encodeURIComponent(ours.number)}`)).map(({ id }) => id)).toEqual([ours.id])
  }
  const person = await signIn(hub.machine.address, 'admin', SAMPLE_PASSWORD)
  const page = await person.get(`/cases/${theirs.id}`)
  expect(page.status).toBe(200)
  expect(page.text).toContain('署名的人当日不在该站点任职')
  expect((await person.get(`/cases/${forged}`)).text).toContain('编号不属于登记站点,不予采用')
  expect((await person.get('/sync')).text).not.toContain('编号重复的办件')

  // The true machine goes on.
  await villages.hongyan.machine.start()
  const later = await open(villages.hongyan)
  await untilHeld(hub, [later.id])
})
