/** Writing directory records: by the root about everything, by a station about itself. */
import { fieldProblems } from '#protocol/casework/catalogue/field-problems.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import type { DirectoryRecord, NodeRecord, Person, StationRecord } from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import { isDocumentId, type StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import { streamOfRecord } from '../directory/directory.ts'
import type { DirectoryView } from '../directory/directory-view.ts'
import { documentOf, readDirectoryRecord } from '../directory/record-reading.ts'
import { isOfItsStation, isStationRecord, largeness } from '../directory/station-records.ts'
import type { Actor } from '../office.ts'
import { newDraft } from '../writing/draft.ts'
import { append } from '../writing/placing.ts'
import type { Staging } from '../writing/staging.ts'
import { appendAudit } from './audit-log.ts'
import { auditOfRecords } from './audit-records.ts'
import { heldAtRevocation } from './revoking.ts'
import { isEndUnseen, staffBeside, strangerProblem, unpublishedStaff } from './staff-writing.ts'

const encoder = new TextEncoder()
/** A directory record beside the other parts of its entry. */
const RECORD_BYTES = LIMITS.writtenBytes - 1_024
const KEPT = '没有改动任何内容。'

/** What keeps a record from being written; undefined when it may. */
function recordProblem({ core }: Staging, given: DirectoryRecord): Result<never> | undefined {
  const document = documentOf(given)
  // As long as it can become: a record that passes here is never found too long when it is placed.
  const json = JSON.stringify({ ...given, version: Number.MAX_SAFE_INTEGER })
  if (!isDocumentId(document) || encoder.encode(json).length > RECORD_BYTES) {
    return fail('record-too-large', '这条目录资料过大或编号不合规。', KEPT, '请缩短内容后重试。')
  }
  const large = largeness(json, document)
  if (large !== undefined) return fail('record-too-large', `${large}。`, KEPT, '请缩短内容后重试。')
  const record = readDirectoryRecord(json, document)
  if (record === undefined)
    return fail('record-malformed', '这条目录资料不完整或格式不对。', KEPT, '请逐栏核对后重试。')
  return record.type === 'item' ? boundsProblem(record, core.directory.editions(record.id)) : undefined
}

/**
 * Values of an item beyond the bounds of their fields. What an edition of it says already may stand again, whatever bounds
 * it was published under: otherwise an item could neither be changed nor cancelled once a bound has become narrower.
 */
function boundsProblem(item: Item, editions: readonly Item[]): Result<never> | undefined {
  const isSaid = (field: string) => editions.some((edition) => textAt(edition, field) === textAt(item, field))
  const problems = fieldProblems(ITEM_FIELDS, { ...item }).filter(({ field }) => !isSaid(field))
  if (problems.length === 0) return undefined
  const words = problems.slice(0, LIMITS.namedProblems).map(({ message }) => message)
  const message = `事项 ${item.id.slice(0, 40)} 有 ${problems.length} 处超出规定:${words.join(';')}。`
  return fail('record-beyond-bounds', message, KEPT, '请逐栏改正后重试。')
}

/** The value at a path such as `promised.days`, as text. */
const textAt = (item: Item, path: string): string =>
  JSON.stringify(
    path.split('.').reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], item),
  )

/**
 * What only the root itself knows at the moment of the commit: how much of a revoked node's logs it holds, what was above
 * a station that moves, and what somebody else has ended since the given record was read: nothing opens that again but
 * the program itself, for whoever may start it (E21).
 */
async function completed(staging: Staging, given: DirectoryRecord, actor: Actor | null): Promise<DirectoryRecord> {
  const { directory } = staging.core
  if (given.type === 'person' && actor)
    return { ...given, disabled: given.disabled || isEndUnseen(directory.person(given.id), given) }
  if (given.type === 'letter' && actor && !given.revoked)
    return { ...given, revoked: directory.letters().find(({ id }) => id === given.id)?.revoked ?? null }
  if (given.type === 'node') return completedNode(staging, withFormerStations(given, directory.node(given.id)))
  const known = given.type === 'station' ? directory.station(given.id) : undefined
  if (given.type !== 'station' || !known?.parent) return given
  const former = [...(known.formerParents ?? []), ...(known.parent === given.parent ? [] : [known.parent])]
  return former.length === 0 ? given : { ...given, formerParents: [...new Set(former)] }
}

async function completedNode(staging: Staging, given: NodeRecord): Promise<NodeRecord> {
  const known = staging.core.directory.node(given.id)?.revoked
  if (!given.revoked) return known ? { ...given, revoked: known } : given
  if (given.revoked.held === null) return given
  const { held, carried } = known?.held ? known : await heldAtRevocation(staging, given.id)
  return { ...given, revoked: { ...given.revoked, held, ...(carried ? { carried } : {}) } }
}

/** What a node wrote for a station that it serves no more it still has to deliver. */
function withFormerStations(given: NodeRecord, known: NodeRecord | undefined): NodeRecord {
  const before = [...(known?.formerStations ?? []), ...(known?.stations ?? [])]
  const former = new Set(before.filter((station) => !given.stations.includes(station)))
  const { formerStations: _said, ...record } = given
  return former.size === 0 ? record : { ...record, formerStations: [...former] }
}

const NO_DAY_OF_SERVICE = fail(
  'day-in-doubt',
  '现在不知道今天是哪一天:任职、停用从哪一天起,全县都按这一天认定,不能写。',
  KEPT,
  '电脑时间不对的请校正;在“同步与安全”页确认今天的日期以后再改。',
)

/** Writes a record; before an account what everybody may know of it, so that nobody has the account and not that. */
async function write(staging: Staging, unfinished: DirectoryRecord, actor: Actor | null): Promise<Result<void>> {
  const given = await completed(staging, unfinished, actor)
  const beside = given.type === 'person' ? staffBeside(staging, given) : undefined
  if (beside?.isUndated) return NO_DAY_OF_SERVICE
  const published = beside ? writeVersion(staging, beside.staff, actor) : success(undefined)
  return published.ok ? writeVersion(staging, given, actor) : published
}

/** Writes a record with a version above every earlier one. */
function writeVersion(staging: Staging, given: DirectoryRecord, actor: Actor | null): Result<void> {
  const { core } = staging
  const document = documentOf(given)
  const known = staging.directory.get(document) ?? core.directory.rank(document)
  // The clock only lifts the number, so that a node restored from a backup does not repeat a version. One that shows a
  // time beyond all others would leave nobody a number above.
  const now = core.clock.now()
  const next = Math.max((known?.version ?? 0) + 1, now > LIMITS.recordVersion ? 0 : now)
  const version = given.type === 'level' ? given.version : next
  if (version > LIMITS.recordVersion && !core.isRoot) return SPENT
  const payload = encoder.encode(JSON.stringify({ ...given, version }))
  const station = actor?.station ?? rootStation(core)
  const draft = newDraft(core, { kind: KIND.directory, document, person: actor?.person ?? '', station, payload })
  const appended = append(staging, streamOfRecord(given), [draft])
  return appended.ok ? success(undefined) : appended
}

const SPENT = fail(
  'record-version-spent',
  '这条记录的版本号已经用到头,本站点不能再修改它。',
  KEPT,
  '请县中心更正这条记录,或另外登记一条;正常程序不会这样,请联系管理员检查本站点的电脑。',
)

const rootStation = (core: Core): StationCode =>
  core.directory.node(core.identity.node)?.stations[0] ?? ('000000' as StationCode)

/** Whether records revoke a node: what is held then is read from the disk, so nothing else may be in their group. */
export const areRevocations = (records: readonly DirectoryRecord[]): boolean =>
  records.some((record) => record.type === 'node' && record.revoked)

/** Root only: writes directory records, all of them or none; in a group of its own when they revoke a node. */
export async function publish(
  staging: Staging,
  actor: Actor | null,
  records: readonly DirectoryRecord[],
): Promise<Result<void>> {
  if (!staging.core.isRoot) {
    return fail('not-root', '目录资料只能在县中心修改。', KEPT, '请联系县中心管理员。')
  }
  for (const given of records) {
    const problem = recordProblem(staging, given)
    if (problem) return problem
  }
  for (const given of records) {
    const written = await write(staging, given, actor)
    if (!written.ok) return written
  }
  return auditPublished(staging, actor, records)
}

/** Root only: an account made of what the directory says when it is written, so that what others changed meanwhile stays. */
export async function publishAccount(
  staging: Staging,
  actor: Actor | null,
  made: (directory: DirectoryView) => Result<Person>,
): Promise<Result<void>> {
  const account = made(staging.core.directory)
  return account.ok ? publish(staging, actor, [account.value]) : account
}

/** What a program does by itself at its first start is nobody's doing; that a node joined or a level is enabled is told all the same. */
function auditPublished(staging: Staging, actor: Actor | null, records: readonly DirectoryRecord[]): Result<void> {
  const told = actor === null ? records.filter(({ type }) => type === 'node' || type === 'level') : records
  for (const { event, about } of auditOfRecords(staging.core.directory, told)) {
    const written = appendAudit(staging, actor, event, about)
    if (!written.ok) return written
  }
  return success(undefined)
}

/**
 * Root only: writes down what it holds of nodes that an earlier program revoked without saying so. Nothing more was
 * taken from them since, so it is what it held then.
 */
export async function completeRevocations(staging: Staging): Promise<void> {
  if (!staging.core.isRoot) return
  for (const node of staging.core.directory.nodes()) {
    if (node.revoked && node.revoked.held === undefined) await write(staging, node, null)
  }
}

/** Root only: publishes what everybody may know of people whose accounts an earlier program wrote, as far as it can say what day it is. */
export async function completeStaff(staging: Staging): Promise<Result<void>> {
  for (const staff of await unpublishedStaff(staging)) {
    const written = writeVersion(staging, staff, null)
    if (!written.ok) return written
  }
  return success(undefined)
}

/** Writes what a station says of itself; nobody else has to be asked, so it works without a network. */
export async function keepRecord(staging: Staging, actor: Actor, record: StationRecord): Promise<Result<void>> {
  const { directory, identity, isRoot } = staging.core
  const isOurs = directory.authority.serves(identity.node, record.station)
  if (!isStationRecord(record) || !(isOurs || isRoot)) {
    return fail('foreign-station', '本机不代表该站点,不能登记它的记录。', KEPT, '请到该站点的电脑上登记。')
  }
  if (!isOfItsStation(record))
    return fail('foreign-record', '这条记录的编号不属于该站点,没有登记。', KEPT, '请另外登记一条。')
  const problem = strangerProblem(staging.core, actor, KEPT) ?? recordProblem(staging, record)
  if (problem) return problem
  return write(staging, record, actor)
}
