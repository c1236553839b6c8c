/** The office over a running core: reads from storage and memory, writes through the queue. */
import type { DirectoryRecord } from '#protocol/casework/directory.ts'
import { type DocumentId, isDocumentId, type LogKey, logParts, type StationCode } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { fail, failure, type Result, success } from '#protocol/result.ts'
import { type CaseFile, stateOf } from './case-file.ts'
import { viewCase } from './case-view.ts'
import { act, editSection, openCase } from './case-writing.ts'
import { type Core, readLocal } from './core.ts'
import { documentOf, streamOfRecord } from './directory.ts'
import { newDraft } from './draft.ts'
import { type Actor, type Office, type SyncStatus, UNKNOWN_CASE } from './office.ts'
import type { Reports } from './reports.ts'
import { casesAbove, entriesAbove, safetyOf } from './safety.ts'
import { append, beginStaging, CONTENT_BYTES, fileOf, type Staging, setLocal } from './staging.ts'
import { inWords, storageProblem, type WriteQueue } from './write-queue.ts'

/** Opens the office. */
export function openOffice(core: Core, queue: WriteQueue, reports: Reports): Office {
  const { directory, storage, host } = core
  const stations = () =>
    (directory.node(core.identity.node)?.stations ?? []).flatMap((id) => directory.station(id) ?? [])
  return {
    directory,
    get stations() {
      return stations()
    },
    get tier() {
      return stations()[0]?.tier ?? 'village'
    },
    isRoot: core.identity.parent === null,
    now: () => host.now(),
    random: (bytes) => host.random(bytes),
    openCase: (actor, item) => inWords(queue.write((staging) => openCase(staging, actor, item))),
    edit: (actor, id, section, change) =>
      inWords(queue.write((staging) => editSection(staging, actor, id, section, change))),
    act: (actor, id, kind, fields, expects) =>
      inWords(queue.write((staging) => act(staging, actor, id, kind, fields, expects))),
    view: (actor, id) => inWords(view(core, actor, id)),
    state: (id) => inWords(state(core, id)),
    find: (query) => storage.cases(query),
    byNumber: (number) => storage.caseByNumber(number),
    countByStage: (holders) => storage.countByStage(holders),
    safetyOf: (ids) => safetyOf(core, ids),
    status: () => statusOf(core, reports, stations()),
    nodesBelow: async () => reports.nodesBelow(),
    watch(listener) {
      core.listeners.add(listener)
      return () => core.listeners.delete(listener)
    },
    sha256: (bytes) => host.cryptography.sha256(bytes),
    hashPassword: (password, salt) => host.cryptography.hashPassword(password, salt),
    local: async (space, key) => parsed(await readLocal(core, space, key)),
    localAll: async (space) => (await storage.localAll(space)).map(({ key, value }) => ({ key, value: parsed(value) })),
    setLocal: (space, key, value) =>
      inWords(
        queue.write(async (staging) => {
          setLocal(staging, space, key, value)
          return success(undefined)
        }),
      ),
    publish: (actor, records) => inWords(queue.write((staging) => publish(staging, actor, records))),
  }
}

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

/** Reads a case through a staging of its own that is never committed: memory first, then the disk. */
async function view(core: Core, actor: Actor, id: DocumentId): ReturnType<Office['view']> {
  return viewCase(core, await readFile(core, id), actor, id)
}

const readFile = async (core: Core, id: DocumentId): Promise<CaseFile> =>
  core.files.get(id) ?? (await fileOf(beginStaging(core), id))

async function state(core: Core, id: DocumentId): ReturnType<Office['state']> {
  const folded = stateOf(await readFile(core, id), core.directory.authority)
  return folded ? success(folded) : failure(UNKNOWN_CASE)
}

const encoder = new TextEncoder()
/** A directory record beside the other parts of its entry. */
const RECORD_BYTES = CONTENT_BYTES - 1_024

/** Root only: writes directory records, each with a version above every earlier one. */
async function publish(
  staging: Staging,
  actor: Actor | null,
  records: readonly DirectoryRecord[],
): Promise<Result<void>> {
  const { core } = staging
  if (core.identity.parent !== null) {
    return fail('not-root', '目录资料只能在县中心修改。', '没有改动任何内容。', '请联系县中心管理员。')
  }
  for (const given of records) {
    const document = documentOf(given)
    if (!isDocumentId(document) || encoder.encode(JSON.stringify(given)).length > RECORD_BYTES) {
      return fail('record-too-large', '这条目录资料过大或编号不合规。', '没有改动任何内容。', '请缩短内容后重试。')
    }
  }
  for (const given of records) {
    const document = documentOf(given)
    const known = staging.directory.get(document) ?? core.directory.row(document)
    // The clock only lifts the number, so that a root restored from a backup does not repeat a version.
    const version = Math.max((known?.version ?? 0) + 1, core.host.now())
    const payload = encoder.encode(JSON.stringify({ ...given, version }))
    const station = actor?.station ?? rootStation(core)
    const draft = newDraft(core, { kind: KIND.directory, document, person: actor?.person ?? '', station, payload })
    append(staging, streamOfRecord(given), [draft])
  }
  return success(undefined)
}

const rootStation = (core: Core): StationCode =>
  core.directory.node(core.identity.node)?.stations[0] ?? ('000000' as StationCode)

async function statusOf(core: Core, reports: Reports, stations: SyncStatus['stations']): Promise<SyncStatus> {
  const { parent } = core.identity
  const problem = core.problem && storageProblem(core.problem)
  const name = parent ? (core.directory.node(parent.node)?.name ?? parent.name) : ''
  return {
    node: core.identity.node,
    stations,
    isRoot: parent === null,
    parent: parent && { name, connected: reports.parentConnected(), lastContact: reports.parentContact() },
    casesOnlyHere: await casesAbove(core, 'parentHeight'),
    casesNotAtRoot: await casesAbove(core, 'rootHeight'),
    entriesOnlyHere: entriesAbove(core, 'parentHeight'),
    clockOffset: parent === null ? 0 : core.clockOffset,
    catalogueVersion: core.directory.catalogueVersion(),
    calendarVersion: 0,
    health: { writable: !problem, problem: problem?.message ?? '', next: problem?.next ?? '' },
    conservation: await conservationOf(core),
    findings: core.findings,
    refusal: reports.refusal(),
  }
}

/** What this node wrote, and what became of it: written = applied + set aside + quarantined. */
async function conservationOf(core: Core): Promise<SyncStatus['conservation']> {
  const own = (log: LogKey) => logParts(log).node === core.identity.node
  let written = 0
  for (const head of core.heads.values()) if (own(head.key)) written += head.height
  let quarantined = 0
  let setAside = 0
  for (const { log, outcome, count } of await core.storage.receiptCounts()) {
    if (!own(log)) continue
    if (outcome === 'set-aside') setAside += count
    else quarantined += count
  }
  return { written, applied: written - quarantined - setAside, setAside, quarantined }
}
