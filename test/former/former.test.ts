/** A township's disk as the release before this one left it, opened by this program. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { identityOf, loadKeys, readEnrolment } from '#edge-node/identity.ts'
import { openDatabase } from '#edge-node/restored-database.ts'
import { VERSION } from '#edge-node/version.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { RULES_FINGERPRINT } from '#protocol/casework/rules/level.ts'
import { openEngine } from '#protocol/engine/open.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { until } from '#test/engine/county.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { FORMER, unpackCounty } from './former.ts'

/** What no day changes of a case. */
const lasting = ({ number, stage, holder, epoch, offer, applicant, seals, story }: CaseState) => ({
  ...{ number, stage, holder, epoch, seals },
  applicant: applicant.name,
  offeredTo: offer?.to,
  story: story
    .filter(({ kind }) => kind !== 'deemed')
    .map(({ hash, kind, station, aside }) => [hash, kind, station, aside]),
})

test('N50 this program opens a disk of the release before it: cases, rows, records and receipts are as they were', async () => {
  const folder = await temporaryFolder()
  const cases = await unpackCounty(folder)
  const own = join(folder, 'township')
  const keys = value(loadKeys(own))
  const enrolment = value(readEnrolment(own, keys)) ?? expect.fail('it was enrolled')
  const root = enrolment.root.node
  const opening = { hadOne: true, startEmpty: false, enrolled: true, root }
  const { storage, incarnation, rotated } = value(await openDatabase(own, enrolment.node, opening))
  const before = (await storage.load()).directory
  expect(await storage.local('engine', 'reader')).toBe(JSON.stringify(FORMER))

  const identity = identityOf(keys, enrolment)
  const engine = value(await openEngine({ storage, host: testHost, identity, incarnation, rotated, version: VERSION }))
  const { office } = engine
  const reader = JSON.stringify(`${VERSION} ${RULES_FINGERPRINT}`)
  await until('everything is read again', async () => (await storage.local('engine', 'reader')) === reader, 30_000)
  await until('all is judged', async () => (await office.status()).refolding === null, 30_000)
  for (const [name, known] of Object.entries(cases)) {
    const state = value(await office.state(known.id))
    expect(lasting(state), name).toEqual(lasting({ ...known, unread: [] }))
    const [row] = await storage.casesById([known.id])
    expect(row, name).toMatchObject({ number: known.number, stage: state.stage, holder: known.holder, aside: 0 })
  }
  expect((await storage.load()).directory).toEqual(before)
  expect(before.length).toBeGreaterThan(300)
  expect(office.directory.level()).toBe(1)
  expect(await storage.receiptCounts()).toEqual([])
  const { written, applied } = (await office.status()).conservation
  expect([written, applied]).toEqual([9, 9])
  await engine.stop()
  await storage.close()
}, 60_000)
