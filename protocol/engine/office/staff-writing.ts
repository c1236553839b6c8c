/** The public records of people (人员公示): written by the root beside their accounts, and asked before somebody signs. */
import type { Person, Staff } from '#protocol/casework/directory.ts'
import { signingOf } from '#protocol/casework/folding/day-of.ts'
import { isEnabled } from '#protocol/casework/rules/level.ts'
import { saysTheSame, staffAfter, staffOfHistory } from '#protocol/casework/rules/service.ts'
import { civilDay, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { type DocumentId, logParts } from '#protocol/ids.ts'
import { fail, type Result } from '#protocol/result.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import { documentOf, readDirectoryRecord } from '../directory/record-reading.ts'
import type { Actor } from '../office.ts'
import { isDayUnknown, publishedAt } from '../writing/clock-mark.ts'
import { recordsInPieces } from '../writing/record-pieces.ts'
import type { Staging } from '../writing/staging.ts'

/** The level whose programs judge by such records; those before would see other cases than ours. */
const STAFF_LEVEL = 2

/** Whether this node publishes such records: the root does, once every node in use judges by them. */
export function mayKeepStaff({ core, directory }: Staging): boolean {
  const staged = directory.get('level/rules' as DocumentId)?.version ?? 0
  return core.isRoot && isEnabled({ level: () => Math.max(staged, core.directory.level()) }, STAFF_LEVEL)
}

/** A record as of today, and whether it can be written: where nobody can say what day it is (S157), only if it is the same on every day. */
function asOfToday(core: Core, on: (today: Day) => Staff | undefined) {
  const today = core.clock.today()
  const staff = on(today)
  const isOfToday = () => JSON.stringify(staff) !== JSON.stringify(on(plusDays(today, 1)))
  return staff && { staff, isUndated: isDayUnknown(core) && isOfToday() }
}

/** The public record that goes with an account as it is written, and whether it is without a day that it needs; undefined when it says nothing new. */
export const staffBeside = (staging: Staging, person: Person) =>
  mayKeepStaff(staging) ? asOfToday(staging.core, (today) => newStaff(staging, person, today)) : undefined

function newStaff({ core, directory }: Staging, person: Person, today: Day): Staff | undefined {
  const document = `staff/${person.id}` as DocumentId
  const staged = readDirectoryRecord(directory.get(document)?.json ?? '', document)
  const account = core.directory.person(person.id)
  const published = staged?.type === 'staff' ? staged : core.directory.staff(person.id)
  // Its service began before anything was published: a move ends it today.
  const known = published ?? staffOfHistory(account ? [{ person: account, day: today }] : [], today)
  const staff = staffAfter(known, person, today)
  return published && saysTheSame(published, staff) ? undefined : staff
}

/** Whether an account is closed and what is written of it was made of an earlier record: only who saw the end takes it back. */
export const isEndUnseen = (known: Person | undefined, { version }: Person): boolean =>
  known?.disabled === true && known.version !== version

/**
 * Public records of all people who have an account and none: of an older program, or of before the county's nodes could
 * judge. Those that need a day wait until somebody can say it.
 */
export async function unpublishedStaff(staging: Staging): Promise<readonly Staff[]> {
  const { core } = staging
  if (!mayKeepStaff(staging)) return []
  const { directory } = core
  const lacking = directory.people().filter(({ id }) => directory.staff(id) === undefined)
  const histories = await accountsEver(core, lacking)
  return lacking.flatMap((person) => {
    const history = (today: Day) => histories.get(documentOf(person)) ?? [{ person, day: today }]
    const made = asOfToday(core, (today) => staffOfHistory(history(today), today))
    return made && !made.isUndated ? [made.staff] : []
  })
}

type Account = { readonly person: Person; readonly day: Day }

/** Every version of some accounts that the root wrote, with the day; the lowest version first. */
async function accountsEver(
  core: Core,
  people: readonly Person[],
): Promise<ReadonlyMap<DocumentId, readonly Account[]>> {
  const found = new Map<DocumentId, Account[]>()
  for await (const piece of recordsInPieces(core.storage, people.map(documentOf))) {
    for (const { log, document, payload, time } of piece.map(storedEntry)) {
      const record = readDirectoryRecord(new TextDecoder().decode(payload), document)
      if (record?.type !== 'person' || !core.directory.authority.isRoot(logParts(log).node)) continue
      found.set(document, [...(found.get(document) ?? []), { person: record, day: civilDay(time) }])
    }
  }
  for (const accounts of found.values()) accounts.sort((left, right) => left.person.version - right.person.version)
  return found
}

/** Why nobody would count what somebody signs today; undefined when it counts. */
export function strangerProblem(core: Core, { person, station }: Actor, kept: string): Result<never> | undefined {
  const { directory, clock } = core
  const signing = signingOf({ time: clock.now(), clockOffset: clock.offset(), published: publishedAt(core) })
  if (directory.authority.standing(person, station, signing) !== 'foreign') return undefined
  return fail(
    'foreign-person',
    '按县中心公布的任职资料,您今天不在该站点任职,也没有受委托;办了也不生效。',
    kept,
    '请核对电脑上的日期,联网同步后重试;任职资料有误的,请县中心更正。',
  )
}
