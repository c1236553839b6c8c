/** Carrying (DESIGN.md section 8): the root brings a case into the streams of stations that do not hold its home's. */
import type { CaseState } from '#protocol/casework/case.ts'
import {
  type DocumentId,
  type EntryHash,
  logParts,
  type StationCode,
  type StreamId,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried, isActElsewhere, subjectOf } from '#protocol/log/carried.ts'
import { type Draft, type Entry, KIND, readRecord } from '#protocol/log/entry.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { type CaseFile, stateOf } from '../cases/case-file.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import type { PlacedRecord } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { fileOf } from '../writing/case-loading.ts'
import { newDraft } from '../writing/draft.ts'
import { append } from '../writing/placing.ts'
import { isLocalStaged, type Staging, setLocal } from '../writing/staging.ts'

/** Cases of which something is still to be carried: written with what made it necessary, so that a restart goes on. */
const SPACE = 'carrying'

/** Whether the nodes of a station are granted the stream of a home: it is theirs, or lies below them. */
function holdsHome(core: Core, home: StationCode, station: StationCode): boolean {
  for (let at: StationCode | null | undefined = home; at; at = core.directory.authority.parentOf(at)) {
    if (at === station) return true
  }
  return false
}

/**
 * The stream in which a node writes about a case: the home's when it is granted that, else its own station's, else
 * another in which it holds the case; one that has moved away as long as the root has not carried the case: what is
 * written there is still delivered (rule S114). Refused in words where nothing that is written would count.
 */
export function writingStream(core: Core, file: CaseFile, station: StationCode): Result<StreamId> {
  const { streamsOf, deliverableBy } = core.directory
  const [granted, deliverable] = [streamsOf(core.identity.node), deliverableBy(core.identity.node)]
  const { home } = file
  if (home && granted.has(home)) return success(home)
  const own = streamOf(station)
  const streams = [...file.streams].sort()
  const stream = streams.includes(own)
    ? own
    : (streams.find((one) => granted.has(one)) ??
      (home && deliverable.has(home) ? home : streams.find((one) => deliverable.has(one))))
  if (stream !== undefined) return success(stream)
  return fail(
    'case-moved-away',
    '这个办件已随站点划出本机的范围,本机只留有以前的内容。',
    '办件没有变化,以前的内容都在。',
    '请由现在的主办站点或县中心办理;本站点要接着办的,请对方移交过来。',
  )
}

/** Stations that need a case at hand: who holds it, who is to sign for it, who was asked for an opinion. */
const namedIn = ({ holder, offer, invitations }: CaseState): StationCode[] => [
  holder,
  ...(offer ? [offer.to] : []),
  ...invitations.map(({ to }) => to),
]

/**
 * Stations that were named before, by what took effect or by the county itself, and of whose streams something is held that
 * does not count: a copy of the county that ended since had carried the case there, whatever became of it here (R67).
 */
function namedBefore(core: Core, { strays, returned }: CaseFile, { story }: CaseState): StationCode[] {
  const streams = new Set<string>([...strays.map(({ log }) => logParts(log).stream), ...returned.values()])
  const naming = story.filter(({ log, aside }) => aside === null || (log !== '' && core.logs.isOwn(log)))
  return naming.map(({ fields }) => fields.to as StationCode).filter((to) => streams.has(to))
}

/** Streams a case must lie in: its home's, those of stations it names, those in which facts of it were written. */
function streamsWanted(core: Core, file: CaseFile): Set<StreamId> {
  const streams = new Set(file.streams)
  const { home } = file
  const state = home === undefined ? undefined : stateOf(file, registerOf(core))
  if (!home || !state) return streams
  const { directory, identity } = core
  for (const station of [...namedIn(state), ...namedBefore(core, file, state)]) {
    const isHere = directory.authority.serves(identity.node, station) || !directory.station(station)
    if (!isHere && !holdsHome(core, home as string as StationCode, station)) streams.add(streamOf(station))
  }
  for (const { log } of file.facts) streams.add(logParts(log).stream)
  return streams
}

/** Whether others carry acts that the county lacks, from streams in which the case has to lie. */
const isReturned = ({ returned, known }: CaseFile, wanted: ReadonlySet<StreamId>): boolean =>
  [...returned].some(([hash, stream]) => !known.has(hash) && wanted.has(stream))

/** At the root: notes with a group which of its cases lie in several streams and have to be looked at. */
export function noteUncarried(staging: Staging): void {
  const { core } = staging
  if (!core.isRoot) return
  for (const [id, file] of staging.files) {
    if (isLocalStaged(staging, SPACE, id)) continue
    const wanted = streamsWanted(core, file)
    // What nobody wrote to can still need another stream: its home has moved, and is judged anew.
    const isLacking = staging.touched.has(id) ? wanted.size > 1 : [...wanted].some((one) => !file.streams.has(one))
    if (isLacking || isReturned(file, wanted)) setLocal(staging, SPACE, id, true)
  }
}

/** An entry of a case that counts or is kept, and the streams in which it is. */
interface Held {
  readonly placed: PlacedRecord
  /** Who carries it here; undefined while it stands in a log of its author. */
  readonly carrier: Entry | undefined
  readonly streams: Set<StreamId>
}

/**
 * Whether a fact that a relay carries in another stream than its own may be carried on by the root: the door has checked
 * its author's signature, and the case is in that stream already. Where it stands it counts for nobody (rule R49).
 */
const isProved = (inner: Entry, wanted: ReadonlySet<StreamId>): boolean =>
  inner.kind === KIND.fact && wanted.has(logParts(inner.log).stream)

/**
 * Whether somebody carries what a revoked node is said to have written, and the root did not hold it when it revoked the
 * node: in another stream nobody could tell it from what the root held.
 */
function isOnlyTold({ directory }: Core, entry: Entry, subject: ReturnType<typeof subjectOf>): boolean {
  if (subject.is === 'unreadable' || subject.is === 'own' || entry.kind !== KIND.carried) return false
  if (subject.is === 'carried' && subject.byRoot) return false
  const { log, seq, hash } = subject.entry
  return directory.authority.afterRevocation(log, seq, toHex(hash) as EntryHash, true)
}

/** Every entry of a case that counts or is kept, once, in the order of arrival: in that order they apply. */
async function heldOf(core: Core, { id, returned }: CaseFile, wanted: ReadonlySet<StreamId>): Promise<Held[]> {
  const { sha256 } = core.logs
  const held = new Map<string, Held>()
  for (const placed of (await core.storage.recordsOf([id])).get(id) ?? []) {
    const { stream } = logParts(placed.log)
    const entry = storedEntry(placed)
    const subject = subjectOf(entry, core.directory.authority, sha256)
    if (subject.is === 'unreadable') continue
    // Only an edit's author takes it back: carried by the root, which is believed, anybody's word would.
    if (subject.is === 'kept' && entry.kind === KIND.withdrawn) continue
    const isBack = isActElsewhere(entry, subject) && returned.has(toHex(subject.entry.hash) as EntryHash)
    if (!wanted.has(stream) && !isBack) continue
    // What a revoked node says somebody wrote counts nowhere; carried by the root it would.
    if (subject.is !== 'own' && core.directory.authority.afterRevocation(placed.log, placed.seq)) continue
    if (isOnlyTold(core, entry, subject)) continue
    const rescued = subject.is === 'kept' && entry.kind === KIND.carried
    // What a relay carries without proof is carried from where it stands, or by nobody.
    if (rescued && !isProved(subject.entry, wanted)) continue
    const counts = subject.is === 'own' || subject.is === 'carried' || rescued
    const name = `${counts ? '' : `${subject.is} `}${toHex(subject.entry.hash)}`
    const known = held.get(name) ?? {
      placed,
      carrier: subject.is === 'own' ? undefined : entry,
      streams: new Set<StreamId>(),
    }
    held.set(name, known)
    if (!rescued) known.streams.add(stream)
  }
  return [...held.values()]
}

/** The entry as it is carried: with the bytes its author signed. */
async function draftOf(core: Core, id: DocumentId, { placed, carrier }: Held): Promise<Draft | undefined> {
  const record = readRecord(placed.bytes)
  const before = carrier ? undefined : await core.logs.hashAt(placed.log, placed.seq - 1)
  const payload = carrier?.payload ?? (record && before && encodeCarried(placed.log, before, record))
  const station = core.directory.node(core.identity.node)?.stations[0]
  if (!payload || !station) return undefined
  return newDraft(core, { kind: carrier?.kind ?? KIND.carried, document: id, person: '', station, payload })
}

/**
 * Carries what a case lacks in any of its streams, as much as one commit may hold. What is lacking follows from the
 * disk alone, so it comes to the same after a restart, a restore or twice in a row.
 */
async function carry(staging: Staging, id: DocumentId): Promise<void> {
  const { core } = staging
  const file = await fileOf(staging, id)
  const wanted = streamsWanted(core, file)
  const held = wanted.size > 1 || isReturned(file, wanted) ? await heldOf(core, file, wanted) : []
  let room: number = LIMITS.carriedEntries
  for (const one of held) {
    const lacking = [...wanted].filter((stream) => !one.streams.has(stream))
    if (lacking.length === 0) continue
    if (room <= 0) return setLocal(staging, SPACE, id, true)
    const draft = await draftOf(core, id, one)
    // What was admitted has its bytes and room around it (rule L14): were it otherwise, people must see it.
    const carried = draft && lacking.every((stream) => append(staging, stream, [draft]).ok)
    if (!carried) core.tellBug(new Error(`case ${id}: ${one.placed.log} ${one.placed.seq} cannot be carried`))
    room -= lacking.length
  }
  // An act that came back can name a station of which nobody knew.
  const isMore = [...streamsWanted(core, file)].some((stream) => !wanted.has(stream))
  setLocal(staging, SPACE, id, isMore ? true : null)
}

export const CARRYING: Afterwork = { space: SPACE, work: (staging, key) => carry(staging, key as DocumentId) }
