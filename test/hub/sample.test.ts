/** The model county at a real root. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { SAMPLE_PEOPLE } from '#hub/samples/people.ts'
import { publishSample, SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { plusDays } from '#protocol/casework/time/days.ts'
import type { Office } from '#protocol/engine/office.ts'
import { hostWith, testHost } from '#test/clock/host.ts'
import { COUNTY, nodeRecord, openNode, publish, stationRecord } from '#test/engine/county.ts'

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

/** A root with nothing but its hall, whose clock can be put forward. */
async function openRoot() {
  let ahead = 0
  const host = hostWith(() => testHost.now() + ahead)
  const root = await openNode({ station: COUNTY, lease: 1, host })
  await publish(root, [stationRecord(COUNTY, '安县政务服务中心', 'county', null), nodeRecord(root, null)])
  const wait = (days: number) => {
    ahead += days * DAY_MILLISECONDS
  }
  return { office: root.engine.office, wait }
}

/** Publishes the sample; how many commits and records that took. */
async function publishing(office: Office): Promise<readonly number[]> {
  const records: number[] = []
  const counting: Office = {
    ...office,
    publish: (actor, given) => {
      records.push(given.length)
      return office.publish(actor, given)
    },
  }
  const done = await publishSample(counting, createAccounts(office))
  if (!done.ok) throw new Error(done.problem.message)
  return records
}

test('B29 the whole model county is there after two commits, and a second start publishes nothing', async () => {
  const { office } = await openRoot()
  const { directory } = office
  const commits = await publishing(office)
  expect(commits).toHaveLength(2)
  expect(directory.stations()).toHaveLength(55)
  expect(directory.departments()).toHaveLength(35)
  expect(directory.windows()).toHaveLength(44)
  expect(directory.items()).toHaveLength(SAMPLE_ITEMS.length)
  expect(directory.people()).toHaveLength(SAMPLE_PEOPLE.length)
  expect(directory.regions().length).toBe(56)
  expect(directory.rules().version).toBeGreaterThan(0)
  expect(directory.calendar().coverage?.from).toBe('2024-01-01')
  expect(await publishing(office)).toEqual([])
  for (const id of ['admin.none', 'cashier', 'mz.chief']) {
    const session = await createAccounts(office).signIn(id, SAMPLE_PASSWORD)
    expect(session.ok, id).toBe(id !== 'admin.none')
  }
})

test('B29 letters that ran out are given anew, and only those', async () => {
  const { office, wait } = await openRoot()
  await publishing(office)
  const before = office.directory.letters()
  wait(100)
  const [renewed] = await publishing(office)
  const fresh = office.directory.letters().filter(({ id }) => !before.some((letter) => letter.id === id))
  expect(fresh).toHaveLength(renewed ?? 0)
  expect(fresh.length).toBe(72) // two departments at each of the 36 village points
  for (const { from, until } of fresh) expect([from, until]).toEqual([office.today(), plusDays(office.today(), 90)])
})
