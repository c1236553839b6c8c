/** Writing to cases: opening, editing sections, acts. Each is one request of the write queue. */
import { checkAct, checkOpening } from '#protocol/casework/acts/acts.ts'
import { type CountedMaterials, refuseIncomplete } from '#protocol/casework/acts/complete.ts'
import { isFormOpen } from '#protocol/casework/acts/form.ts'
import { standingOn } from '#protocol/casework/acts/second.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import {
  encodeFact,
  FACTS,
  type Fact,
  type FactEntry,
  type FactKind,
  type Fields,
  type FieldValue,
  fieldsOf,
  isFactKind,
} from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import { textOf } from '#protocol/casework/facts/values.ts'
import { saidBy } from '#protocol/casework/folding/standing.ts'
import { sourceFor } from '#protocol/casework/item-law.ts'
import type { Register } from '#protocol/casework/register.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { isSectionName, type SectionName } from '#protocol/documents/sections.ts'
import { type DocumentId, type EntryHash, logKey, type StationCode, type StreamId, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { fail, failure, type Result, success } from '#protocol/result.ts'
import { writingStream } from '../carrying/carrying.ts'
import { type CaseFile, stateOf } from '../cases/case-file.ts'
import { CASE_RANDOM_BYTES, caseIdIn } from '../cases/case-id.ts'
import type { Core } from '../core.ts'
import { type Actor, type OpeningOptions, UNKNOWN_CASE, type UncheckedChange } from '../office.ts'
import { registerOf } from '../register.ts'
import { fileOf } from '../writing/case-loading.ts'
import { newDraft } from '../writing/draft.ts'
import { append, tooLong } from '../writing/placing.ts'
import { othersNumbered } from '../writing/shared-numbers.ts'
import type { Staging } from '../writing/staging.ts'
import { completeFields } from './completing.ts'
import { lookAt, mustLook } from './looking.ts'
import { dayProblem, mintCaseNumber, mintPaperNumber } from './numbering.ts'
import { rulingPlace } from './ruling-place.ts'
import { sealNow } from './sealing.ts'
import { secondOf } from './second-person.ts'
import { sectionRefusal } from './section-right.ts'
import { strangerProblem } from './staff-writing.ts'
import { workActor } from './work-actor.ts'

const KEPT = '办件没有变化,已填写的内容保留。'
const encoder = new TextEncoder()
/** Stands for the number while it is checked whether a case may be opened: a refusal spends none. */
const UNMINTED = '-'

/** Only a station this node serves may act here, and only its people; a node that still waits for its register serves none. */
function foreignStation(core: Core, actor: Actor): Result<never> | undefined {
  if (core.directory.authority.serves(core.identity.node, actor.station)) return strangerProblem(core, actor, KEPT)
  return fail('foreign-station', '本机不代表该站点办理业务。', KEPT, '请到该站点的电脑上办理。')
}

const missingCase = () => failure(UNKNOWN_CASE)

/** Writes `opened` with a freshly minted number, under the edition in force today. `stream`: the home, if another than the station's. */
export async function openCase(
  staging: Staging,
  actor: Actor,
  code: string,
  { channel, master, stream = streamOf(actor.station) }: OpeningOptions & { readonly stream?: StreamId } = {},
): Promise<Result<{ readonly id: DocumentId; readonly number: string }>> {
  const { core } = staging
  const register = registerOf(core)
  const openable = core.directory.openable(code, register.today)
  const item = openable ?? core.directory.item(code)
  if (!item) return fail('unknown-item', '没有这个事项。', '没有建件。', '请从事项目录中选择。', 'item')
  const foreign = foreignStation(core, actor)
  if (foreign) return foreign
  const fields = {
    item: item.id,
    itemVersion: item.edition,
    ...(channel === undefined ? {} : { channel }),
    ...(master === undefined ? {} : { master }),
  }
  const checked = checkOpening(item, workActor(core, actor), register, { number: UNMINTED, ...fields })
  // On a day that is not today's other things are missing, too: it is the clock that has to be put right.
  if (!checked.ok) return dayProblem(core) ?? checked
  if (!openable)
    return fail('item-closed', `“${item.name}”现在不能申请。`, '没有建件。', '请查看事项目录中的施行日期。', 'item')
  const minted = await mintCaseNumber(staging, actor.station)
  if (!minted.ok) return minted
  const number = minted.value
  const { sha256 } = core.host.cryptography
  const id = caseIdIn(sha256, stream, core.host.random(CASE_RANDOM_BYTES))
  await fileOf(staging, id)
  const opened: Fact = { kind: 'opened', previous: null, fields: { number, ...fields } }
  const written = write(staging, actor, id, stream, opened)
  return written.ok ? success({ id, number }) : written
}

function write(
  staging: Staging,
  actor: Actor,
  id: DocumentId,
  stream: StreamId,
  fact: Fact,
): Result<{ readonly hash: EntryHash }> {
  const draft = newDraft(staging.core, {
    kind: KIND.fact,
    document: id,
    person: actor.person,
    station: actor.station,
    payload: encodeFact(fact),
  })
  const appended = append(staging, stream, [draft])
  return appended.ok ? success({ hash: appended.value[0] as EntryHash }) : tooLong(draft, longestField(fact))
}

/** The field that takes the most bytes: what a person can shorten. */
function longestField({ kind, fields }: Fact): { readonly name: string; readonly label: string } | undefined {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  const length = (name: string) => encoder.encode(JSON.stringify(fields[name])).length
  const [name] = Object.keys(fields).sort((left, right) => length(right) - length(left))
  return name === undefined ? undefined : { name, label: rules[name]?.label ?? name }
}

/** Edits a section; the change becomes one Yjs update by this node's client id. */
export async function editSection(
  staging: Staging,
  actor: Actor,
  id: DocumentId,
  section: string,
  change: UncheckedChange,
): Promise<Result<{ readonly changed: boolean }>> {
  const { core } = staging
  const file = await fileOf(staging, id)
  const state = stateOf(file, registerOf(core))
  if (!state) return missingCase()
  const problem = foreignStation(core, actor) ?? sectionProblem(core, actor, section, file, state)
  if (problem) return problem
  const name = section as SectionName
  const opened = core.sections.open(file, name)
  if (!opened.ok) return opened
  const wanted =
    'text' in change ? change : { set: (change.set ?? {}) as Record<string, object>, remove: change.remove ?? [] }
  const changed = opened.value.change(clientIdOf(core.identity.lease, core.logs.incarnation), wanted)
  if (!changed.ok) return changed
  if (!changed.value) return success({ changed: false })
  const payload = encodeEdit({ section: name, update: changed.value })
  const { person, station } = actor
  const stream = writingStream(core, file, station)
  if (!stream.ok) return stream
  const appended = append(staging, stream.value, [
    newDraft(core, { kind: KIND.edit, document: id, person, station, payload }),
  ])
  return appended.ok ? success({ changed: true }) : appended
}

/** Whether a station has written as many edits into a case as it may: what others write keeps nobody from writing (rule G34). */
function isFullFor(station: StationCode, { entries, sections }: CaseFile): boolean {
  if (entries < LIMITS.stationEdits) return false
  let own = 0
  for (const { edits } of sections.values()) for (const edit of edits) if (edit.station === station) own += 1
  return own >= LIMITS.stationEdits
}

function sectionProblem(
  core: Core,
  actor: Actor,
  section: string,
  file: CaseFile,
  state: CaseState,
): Result<never> | undefined {
  if (!isSectionName(section)) return fail('unknown-section', '没有这个栏目。', KEPT, '请刷新页面后重试。')
  const refusal = sectionRefusal(core, state, section, actor.station)
  if (refusal) return fail(refusal.code, refusal.message, KEPT, refusal.next)
  if (isFullFor(actor.station, file)) {
    return fail('case-full', '本站点对这个办件的修改次数已达上限。', KEPT, '请用“备注”记录补充内容,或联系管理员。')
  }
  return undefined
}

/** Writes a fact after checking that it may take effect now. */
export async function act(
  staging: Staging,
  actor: Actor,
  id: DocumentId,
  kind: FactKind,
  given: Fields,
  expects?: EntryHash,
  changesSeen?: string,
): Promise<Result<{ readonly hash: EntryHash }>> {
  const { core } = staging
  const file = await fileOf(staging, id)
  const register = registerOf(core)
  const state = stateOf(file, register)
  if (!state) return missingCase()
  const foreign = foreignStation(core, actor)
  if (foreign) return foreign
  if (expects !== undefined && expects !== state.tip) {
    return fail('case-moved-on', '这个办件刚刚有了新的进展。', KEPT, '请查看最新情况后再办理。')
  }
  const look = lookAt({ core, file, state }, { kind, fields: given }, changesSeen)
  if (!look.ok) return look
  const completed = completeFields({ core, file, state, register }, actor, look.value, { kind, fields: given })
  if (!completed.ok) return completed
  const { fields, sealed } = completed.value
  const numberIsShared = kind === 'renumbered' && (await othersNumbered(core, state)).length > 0
  const worker = { ...workActor(core, actor), numberIsShared }
  const checked = checkAct(state, worker, register, kind, fields)
  if (!checked.ok) return checked
  const incomplete = incompleteProblem({ core, file, state, register }, actor, { kind, fields }, sealed.materials)
  if (incomplete) return incomplete
  const second = secondOf(core, actor, { state, register }, kind, fields)
  if (!second.ok) return second
  if (second.value !== '') fields.proposedTo = second.value
  // Whoever may not act at all is told that first.
  if (look.value.missing) return mustLook(look.value.missing, KEPT)
  const minted = await mintNumbers(staging, actor, state, kind, fields)
  if (!minted.ok) return minted
  const stream = writingStream(core, file, actor.station)
  if (!stream.ok) return stream
  const fact = { kind, fields }
  const previous =
    kind === 'reassigned'
      ? rulingBehind({ core, file, state, register }, { actor, stream: stream.value, fact })
      : // A renumbering says where its writer saw the case: that tells in which epoch it counts (rule C117).
        FACTS[kind].guarded || kind === 'renumbered'
        ? state.tip
        : null
  if (previous === undefined) return fail('fork', SEVERAL_OPENINGS, KEPT, NAME_A_SIDE)
  return write(staging, actor, id, stream.value, { ...fact, previous })
}

/**
 * Why an act may not say that an application is complete. An adoption says it as well, by the list as it is now. What was
 * copied from another system is as complete as it was there.
 */
function incompleteProblem(
  { core, file, state, register }: Standing,
  actor: Actor,
  act: Pick<Fact, 'kind' | 'fields'>,
  sealed: CountedMaterials | undefined,
): Result<never> | undefined {
  const said = act.kind === 'adopted' ? saidBy(state, act) : act
  if (actor.transcribes === true || !isFactKind(said.kind)) return undefined
  const counted = (): CountedMaterials => {
    const now = sealed === undefined ? sealNow(core, file, 'materials') : undefined
    return sealed ?? (now?.ok ? now.value.form : {})
  }
  const item = register.edition(state.item, state.itemVersion)
  const { course } = standingOn(state, register, act.fields)
  const refusal = refuseIncomplete(course, item, {
    ...{ kind: said.kind, fields: said.fields, counted },
    isOpen: isFormOpen(state.stage),
  })
  if (refusal === undefined) return undefined
  const source = refusal.source === undefined ? '' : `(依据:${sourceFor(item, refusal.source)})`
  return fail(refusal.code, `${refusal.message}${source}`, KEPT, refusal.next, 'materials')
}

interface Standing {
  readonly core: Core
  readonly file: CaseFile
  readonly state: CaseState
  readonly register: Register
}

interface Ruling {
  readonly actor: Actor
  readonly stream: StreamId
  readonly fact: Omit<Fact, 'previous'>
}

/** The fact that a ruling follows; undefined where it must be for one of the sides and is for none. */
function rulingBehind(
  { core, file, state, register }: Standing,
  { actor, stream, fact }: Ruling,
): EntryHash | undefined {
  return rulingPlace({
    ...{ id: file.id, facts: file.facts, state, register, to: fact.fields.to as StationCode },
    planned: (previous) => plannedFact(core, actor, stream, { ...fact, previous }),
  })
}

const SEVERAL_OPENINGS = '这个办件有几条立案记录,几边都已有站点签收。'
const NAME_A_SIDE = '请改派给其中一边现在承办的站点;要交给别的站点的,改派以后由它移交。'

/** A fact as it would stand in a log of this node, before it is written. */
function plannedFact(core: Core, { person, station }: Actor, stream: StreamId, fact: Fact): FactEntry {
  const log = logKey({ node: core.identity.node, incarnation: 1, stream })
  const seq = Number.MAX_SAFE_INTEGER
  return { hash: PLANNED, log, seq, person, station, time: core.clock.now(), clockOffset: core.clock.offset(), fact }
}

const PLANNED = 'f'.repeat(64) as EntryHash

/** Gives a fact the numbers of the case and of its paper: a refusal before this spends none. */
async function mintNumbers(
  staging: Staging,
  actor: Actor,
  state: CaseState,
  kind: FactKind,
  fields: Record<string, FieldValue>,
): Promise<Result<void>> {
  for (const name of fieldsOf(kind, ({ fill }) => fill === 'present-number'))
    fields[name] = state.number || numberOpenedWith(state)
  for (const name of fieldsOf(kind, ({ fill }) => fill === 'case-number')) {
    const number = await mintCaseNumber(staging, actor.station)
    if (!number.ok) return number
    fields[name] = number.value
  }
  for (const name of fieldsOf(kind, ({ fill }) => fill === 'number')) {
    if (fields[name] !== undefined) continue
    const number = await mintPaperNumber(staging, kind, actor.station, state, registerOf(staging.core))
    if (!number.ok) return number
    if (number.value !== undefined) fields[name] = number.value
  }
  return success(undefined)
}

/** What stands on the applicant's paper, although it counts nowhere. */
const numberOpenedWith = ({ story }: CaseState): string =>
  textOf(story.find(({ kind, epoch }) => kind === 'opened' && epoch !== null)?.fields.number)
