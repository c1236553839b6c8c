/** The office over a running core: reads from storage and memory, writes through the queue. */
import { type DocumentId, type LogKey, logParts } from '#protocol/ids.ts'
import { failure, success } from '#protocol/result.ts'
import { type CaseFile, stateOf } from '../cases/case-file.ts'
import { type Core, readLocal } from '../core.ts'
import type { Reports } from '../links/reports.ts'
import { signaturesOf } from '../logs/signatures.ts'
import { type Actor, type Office, type SyncStatus, UNKNOWN_CASE } from '../office.ts'
import { registerOf, todayOf } from '../register.ts'
import { beginStaging, fileOf, setLocal } from '../writing/staging.ts'
import { inWords, storageProblem, type WriteQueue } from '../writing/write-queue.ts'
import { viewCase } from './case-view.ts'
import { act, editSection, openCase } from './case-writing.ts'
import { invite, writeWhole } from './joint.ts'
import { keepRecord, publish } from './record-writing.ts'
import { casesAbove, entriesAbove, safetyOf } from './safety.ts'

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
    today: () => todayOf(core),
    register: () => registerOf(core),
    random: (bytes) => host.random(bytes),
    openCase: (actor, item, options) => inWords(queue.write((staging) => openCase(staging, actor, item, options))),
    edit: (actor, id, section, change) =>
      inWords(queue.write((staging) => editSection(staging, actor, id, section, change))),
    act: (actor, id, kind, fields, expects) =>
      inWords(
        kind === 'invited'
          ? writeWhole(queue, (staging) => invite(staging, actor, id, fields, expects))
          : queue.write((staging) => act(staging, actor, id, kind, fields, expects)),
      ),
    view: (actor, id) => inWords(view(core, actor, id)),
    state: (id) => inWords(state(core, id)),
    find: (query) => storage.cases(query),
    byNumber: (number) => storage.caseByNumber(number),
    countByStage: (holders) => storage.countByStage(holders),
    signaturesOf: (id) => signaturesOf(core, id),
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
    keepRecord: (actor, record) => inWords(queue.write((staging) => keepRecord(staging, actor, record))),
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
  const folded = stateOf(await readFile(core, id), registerOf(core))
  return folded ? success(folded) : failure(UNKNOWN_CASE)
}

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
    calendarVersion: core.directory.calendarVersion(),
    calendarUntil: core.directory.calendar().coverage?.until ?? null,
    refolding: core.refolding,
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
