/** The office over a running core: reads from storage and memory, writes through the queue. */

import { appendAll } from '#protocol/append-all.ts'
import type { DirectoryRecord } from '#protocol/casework/directory.ts'
import { numberWithin } from '#protocol/casework/identity/case-numbers.ts'
import { type DocumentId, isCaseId } from '#protocol/ids.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { recognise } from '../carrying/recognised-nodes.ts'
import { stateOf } from '../cases/case-file.ts'
import { readFile } from '../cases/case-reading.ts'
import { safetyOf } from '../cases/safety.ts'
import type { Core } from '../core.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import { type Actor, type Finding, type Office, UNKNOWN_CASE } from '../office.ts'
import { registerOf } from '../register.ts'
import { isDayUnknown } from '../writing/clock-mark.ts'
import { sharedNumbers } from '../writing/shared-numbers.ts'
import { keepFinding, setLocal } from '../writing/staging.ts'
import { inWords } from '../writing/storage-problem.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import type { AuditLog } from './audit-log.ts'
import { auditTrail } from './audit-trail.ts'
import { viewCase } from './case-view.ts'
import { act, editSection, openCase } from './case-writing.ts'
import { confirmDay } from './confirmed-day.ts'
import { dayRecords } from './day-records.ts'
import { areCasesNotCome, casesNotCome, doubtfulCases } from './doubtful-cases.ts'
import { invite } from './joint.ts'
import { placementOf } from './placements.ts'
import { areRevocations, keepRecord, publish, publishAccount } from './record-writing.ts'
import { revokedFindings } from './revoked-findings.ts'
import { signaturesOf } from './signatures.ts'
import { casesAlone, syncStatus } from './sync-status.ts'

/** Opens the office. */
export function openOffice(core: Core, queue: WriteQueue, auditLog: AuditLog): Office {
  const { directory, storage, host, clock } = core
  const stations = () =>
    (directory.node(core.identity.node)?.stations ?? []).flatMap((id) => directory.station(id) ?? [])
  const words = <Value>(work: Promise<Result<Value>>) => inWords(core, work)
  return {
    directory,
    get stations() {
      return stations()
    },
    get tier() {
      return stations()[0]?.tier ?? 'village'
    },
    isRoot: core.isRoot,
    now: () => clock.now(),
    time: () => clock.time(),
    confirmDay: (actor, day, how = {}) => words(confirmDay(core, queue, actor, day, how)),
    today: () => clock.today(),
    isDayInDoubt: () => isDayUnknown(core),
    register: () => registerOf(core),
    random: (bytes) => host.random(bytes),
    openCase: (actor, item, options) => words(queue.write((staging) => openCase(staging, actor, item, options))),
    edit: (actor, id, section, change) =>
      words(queue.write((staging) => editSection(staging, actor, id, section, change))),
    act: (actor, id, kind, fields, expects, changesSeen) =>
      words(
        queue.write((staging) =>
          kind === 'invited'
            ? invite(staging, actor, id, fields, expects)
            : act(staging, actor, id, kind, fields, expects, changesSeen),
        ),
      ),
    view: (actor, id, asOf) => words(readFile(core, id).then((file) => viewCase(core, file, actor, id, asOf))),
    state: (id) => words(stateNow(core, id)),
    find: (query) => storage.cases(query),
    byNumber: (text) =>
      isCaseId(text) ? storage.casesById([text]) : storage.casesByNumber([numberWithin(text) ?? text]),
    sharedNumbers: () => sharedNumbers(core),
    ...daysToLookAt(core),
    countByStage: (holders) => storage.countByStage(holders),
    signaturesOf: (id) => signaturesOf(core, id),
    safetyOf: (ids) => safetyOf(core, ids),
    casesAlone: () => casesAlone(core),
    status: () => syncStatus(core, stations()),
    nodesBelow: async () => [...core.neighbours.below.values()],
    watch: (listener) => core.news.watch(listener),
    sha256: (bytes) => host.cryptography.sha256(bytes),
    hashPassword: host.cryptography.hashPassword,
    ...localRows(core, queue),
    audit: auditLog.note,
    auditTrail: (query) => words(auditTrail(core, query).then(success)),
    tell: (finding) => core.news.add(finding),
    findingDone: (kept) =>
      words(
        queue.write(
          async (staging) => {
            setLocal(staging, KEPT_FINDINGS, kept, null)
            return success(undefined)
          },
          () => core.news.done(kept),
        ),
      ),
    noteUndrawn: (what) => noteUndrawn(core, what),
    placementOf: (node) => placementOf(core, node),
    recognise: (carried) => words(recognise(core, queue, carried)),
    publish: (actor, records) =>
      words(
        areRevocations(records)
          ? revoke(core, queue, actor, records)
          : queue.write((staging) => publish(staging, actor, records)),
      ),
    publishAccount: (actor, made) => words(queue.write((staging) => publishAccount(staging, actor, made))),
    keepRecord: (actor, record) => words(queue.write((staging) => keepRecord(staging, actor, record))),
  }
}

/** Cases that people look at for the days in them. */
const daysToLookAt = (
  core: Core,
): Pick<Office, 'dayRecords' | 'doubtfulCases' | 'casesNotCome' | 'areCasesNotCome'> => ({
  dayRecords: (query) => dayRecords(core, query),
  doubtfulCases: (node, after) => doubtfulCases(core, node, after),
  casesNotCome: (days, after) => casesNotCome(core, days, after),
  areCasesNotCome: (days) => areCasesNotCome(core, days),
})

/** What this node keeps and nobody else hears of. */
const localRows = (core: Core, queue: WriteQueue): Pick<Office, 'local' | 'localAll' | 'setLocal'> => ({
  local: async (space, key) => parsed(await core.locals.read(space, key)),
  localAll: async (space) =>
    (await core.storage.localAll(space)).map(({ key, value }) => ({ key, value: parsed(value) })),
  setLocal: (space, key, value) =>
    inWords(
      core,
      queue.write(async (staging) => {
        setLocal(staging, space, key, value)
        return success(undefined)
      }),
    ),
})

/** Said once: pages are drawn again with every news, this one among them. */
function noteUndrawn({ news }: Core, what: string): void {
  const message = `${what}有内容无法显示`
  if (news.findings.some((known) => known.message === message)) return
  news.add({ kind: 'bug', message, next: '内容都在,其他部分不受影响。请把运行日志交给管理员。' })
}

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

async function stateNow(core: Core, id: DocumentId): ReturnType<Office['state']> {
  const folded = stateOf(await readFile(core, id), registerOf(core))
  return folded ? success(folded) : failure(UNKNOWN_CASE)
}

/** Publishes records that revoke nodes, in a group of their own, and keeps for people until when the county has what these wrote. */
async function revoke(core: Core, queue: WriteQueue, actor: Actor | null, records: readonly DirectoryRecord[]) {
  const findings: Omit<Finding, 'time'>[] = []
  const published = await queue.writeAlone(async (staging) => {
    appendAll(findings, await revokedFindings(core, records))
    const result = await publish(staging, actor, records)
    if (result.ok) for (const finding of findings) keepFinding(staging, finding)
    return result
  })
  if (published.ok) for (const finding of findings) core.news.add(finding)
  return published
}
