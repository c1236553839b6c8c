/** Writing directory records: by the root about everything, by a station about itself. */
import type { DirectoryRecord, StationRecord } from '#protocol/casework/directory.ts'
import { isDocumentId, type StationCode } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import { isStationRecord, streamOfRecord } from '../directory/directory.ts'
import { documentOf, readDirectoryRecord } from '../directory/record-reading.ts'
import { CONTENT_BYTES } from '../logs/staged-logs.ts'
import type { Actor } from '../office.ts'
import { newDraft } from '../writing/draft.ts'
import { append } from '../writing/placing.ts'
import type { Staging } from '../writing/staging.ts'

const encoder = new TextEncoder()
/** A directory record beside the other parts of its entry. */
const RECORD_BYTES = CONTENT_BYTES - 1_024
const KEPT = '没有改动任何内容。'

/** What keeps a record from being written; undefined when it may. */
function recordProblem(given: DirectoryRecord): Result<never> | undefined {
  const document = documentOf(given)
  const json = JSON.stringify({ ...given, version: 1 })
  if (!isDocumentId(document) || encoder.encode(json).length > RECORD_BYTES) {
    return fail('record-too-large', '这条目录资料过大或编号不合规。', KEPT, '请缩短内容后重试。')
  }
  if (readDirectoryRecord(json, document)) return undefined
  return fail('record-malformed', '这条目录资料不完整或格式不对。', KEPT, '请逐栏核对后重试。')
}

/** Writes a record with a version above every earlier one. */
function write(staging: Staging, given: DirectoryRecord, actor: Actor | null): void {
  const { core } = staging
  const document = documentOf(given)
  const known = staging.directory.get(document) ?? core.directory.row(document)
  // The clock only lifts the number, so that a node restored from a backup does not repeat a version.
  const version = Math.max((known?.version ?? 0) + 1, core.clock.now())
  const payload = encoder.encode(JSON.stringify({ ...given, version }))
  const station = actor?.station ?? rootStation(core)
  const draft = newDraft(core, { kind: KIND.directory, document, person: actor?.person ?? '', station, payload })
  append(staging, streamOfRecord(given), [draft])
}

const rootStation = (core: Core): StationCode =>
  core.directory.node(core.identity.node)?.stations[0] ?? ('000000' as StationCode)

/** Root only: writes directory records, all of them or none. */
export async function publish(
  staging: Staging,
  actor: Actor | null,
  records: readonly DirectoryRecord[],
): Promise<Result<void>> {
  if (!staging.core.isRoot) {
    return fail('not-root', '目录资料只能在县中心修改。', KEPT, '请联系县中心管理员。')
  }
  for (const given of records) {
    const problem = recordProblem(given)
    if (problem) return problem
  }
  for (const given of records) write(staging, given, actor)
  return success(undefined)
}

/** Writes what a station says of itself; nobody else has to be asked, so it works without a network. */
export async function keepRecord(staging: Staging, actor: Actor, record: StationRecord): Promise<Result<void>> {
  const { directory, identity, isRoot } = staging.core
  const isOurs = directory.authority.serves(identity.node, record.station)
  if (!isStationRecord(record) || !(isOurs || isRoot)) {
    return fail('foreign-station', '本机不代表该站点,不能登记它的记录。', KEPT, '请到该站点的电脑上登记。')
  }
  const problem = recordProblem(record)
  if (problem) return problem
  write(staging, record, actor)
  return success(undefined)
}
