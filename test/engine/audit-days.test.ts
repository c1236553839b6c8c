/** What days cost that somebody made up: the reader of the audit log looks at what there is, and others have their turn. */
import { expect, test } from 'vitest'
import { auditDocument } from '#protocol/casework/audit.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { DocumentId, LogKey, StationCode } from '#protocol/ids.ts'
import { streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { EVER } from './audit-trail.ts'
import { COUNTY, openCountyRoot, publish, STATIONS, TOWNSHIP } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const DAYS = 500
/** A reader that never waits for others asks for thousands of things in a row. */
const MOST_IN_A_ROW = 250

/** A disk that counts what it is asked. */
class CountedStorage extends MemoryStorage {
  asked = 0
  spacesRead = 0
  override async local(space: string, key: string) {
    this.asked += 1
    return super.local(space, key)
  }
  override async localAll(space: string) {
    this.asked += 1
    this.spacesRead += 1
    return super.localAll(space)
  }
  override async placesBehind(document: DocumentId, mark: number) {
    this.asked += 1
    return super.placesBehind(document, mark)
  }
  override async packHolding(log: LogKey, seq: number) {
    this.asked += 1
    return super.packHolding(log, seq)
  }
}

test('A98 days without end cost what lies under them, whatever stations there are, and others have their turn', async () => {
  const disk = new CountedStorage()
  let [before, most] = [0, 0]
  const host: Host = {
    ...testHost,
    after(milliseconds, callback) {
      most = Math.max(most, disk.asked - before)
      before = disk.asked
      return testHost.after(milliseconds, callback)
    },
  }
  const root = await openCountyRoot(disk, host)
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  const payload = new TextEncoder().encode(JSON.stringify({ event: 'sign-in' }))
  const drafts = Array.from({ length: DAYS }, (_, at) => {
    const document = auditDocument(TOWNSHIP, plusDays('2000-01-01' as Day, at))
    return draft(TOWNSHIP, { kind: KIND.audit, document, payload })
  })
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), drafts)))
  await raw.stored()
  ;[disk.asked, before, most] = [0, 0, 0]
  const many = Array.from({ length: 40 }, (_, at) => `${510_724_500 + at}` as StationCode)
  const stations = [...STATIONS.map(({ id }) => id), ...many]
  const page = await root.engine.office.auditTrail({ ...EVER, stations, texts: ['zzzz'] })
  expect(page).toMatchObject({ ok: true, value: { lines: [], next: null } })
  // The days; of each day its stations and the one document that there is; and the one pack in which all lie.
  expect(disk.asked).toBeLessThan(2 * DAYS + 10)
  expect(most).toBeGreaterThan(0)
  expect(Math.max(most, disk.asked - before)).toBeLessThan(MOST_IN_A_ROW)
  ;[disk.asked, before, most] = [0, 0, 0]
  await root.engine.office.auditTrail({ ...EVER, stations: stations.filter((id) => id !== TOWNSHIP) })
  expect(disk.asked).toBeLessThan(DAYS + 10)
  // Days without anything that is asked for count as well.
  expect(Math.max(most, disk.asked - before)).toBeLessThan(MOST_IN_A_ROW)
  // Few stations are looked up: whatever stations a day has, they are not listed.
  for (const few of [1, 4]) {
    ;[disk.spacesRead, disk.asked, before, most] = [0, 0, 0, 0]
    await root.engine.office.auditTrail({ ...EVER, stations: many.slice(0, few) })
    expect(disk.spacesRead).toBe(1)
    expect(Math.max(most, disk.asked - before)).toBeLessThan(MOST_IN_A_ROW)
  }
  const found = await root.engine.office.auditTrail({ ...EVER, stations: [COUNTY, TOWNSHIP] })
  expect(found.ok && found.value.lines.length).toBe(LIMITS.pageRows)
})
