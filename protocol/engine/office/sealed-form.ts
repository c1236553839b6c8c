/** The form of a case behind its seals: what is sealed of it, and what others than the holder have written since (rule C141). */
import { isSealing } from '#protocol/casework/acts/form.ts'
import type { CaseState, StoryLine } from '#protocol/casework/case.ts'
import type { Seal } from '#protocol/casework/facts/facts.ts'
import { sealsAfter } from '#protocol/casework/folding/standing.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { type EntryHash, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Result, success } from '#protocol/result.ts'
import type { CaseFile, SectionEdit } from '../cases/case-file.ts'
import { changesBetweenSeals, parted, saysAsSealed, sealedSection } from '../cases/sealed-section.ts'
import { stationOf, type WalkedChanges, walkChanges } from '../cases/section-changes.ts'
import { acceptedEdits } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import type { AdoptedChanges, ChangesByOthers, ListedChanges, SealChange, SectionValue } from '../section-view.ts'
import { isSealedAnew } from './sealing.ts'
import { SEALED_SECTIONS, type SealedName } from './section-right.ts'
import { markOf } from './seen-edits.ts'

/** A case with the node on which it is looked at. */
export interface KnownCase {
  readonly core: Core
  readonly file: CaseFile
  readonly state: CaseState
}

/** A section with what is sealed of it. */
export interface ReadSection {
  readonly name: SectionName
  readonly value: SectionValue
  /** Whether it says something else than what is sealed. */
  readonly isChanged: boolean
  /** Undefined where it is as sealed, or what was sealed cannot be put together here any more. */
  readonly sealed: (WalkedChanges & { readonly value: SectionValue }) | undefined
}

/** What others than the holder wrote of a section that its next seal takes over. */
export interface OthersPart {
  readonly name: SealedName
  readonly isSealed: boolean
  /** In the order in which they took effect. */
  readonly edits: readonly SectionEdit[]
  /** What was changed since the seal, by whomever; undefined where that cannot be told any more. */
  readonly walked: WalkedChanges | undefined
}

/** A case with its sections as they are read, and what others than the holder wrote of those that are sealed. */
export interface ReadCase extends KnownCase {
  readonly sections: readonly ReadSection[]
  readonly others: readonly OthersPart[]
}

/** Opens the sections of a case, each beside what the case has sealed of it. */
export function readSections(among: KnownCase, names: readonly SectionName[]): Result<ReadCase> {
  const sections: ReadSection[] = []
  const others: OthersPart[] = []
  for (const name of names) {
    const read = readSection(among, name)
    if (!read.ok) return read
    sections.push(read.value.section)
    if (read.value.others) others.push(read.value.others)
  }
  return success({ ...among, sections, others })
}

function readSection(
  among: KnownCase,
  name: SectionName,
): Result<{ readonly section: ReadSection; readonly others: OthersPart | undefined }> {
  const { core, file, state } = among
  const opened = core.sections.open(file, name)
  if (!opened.ok) return opened
  const seal = state.seals[name]
  const { sha256 } = core.host.cryptography
  const value = opened.value.value() as SectionValue
  const isChanged = seal !== undefined && !saysAsSealed(seal, opened.value, sha256)
  const isOther = ({ station }: SectionEdit) => station !== state.holder
  const accepted = acceptedEdits(file, name)
  const behind = seal ? parted(name, accepted, seal).later : accepted
  const { authority } = core.directory
  // What others wrote back, so that the form says what is sealed, was written all the same.
  const isTouched = isChanged || behind.some(isOther)
  const sealed = isTouched && seal ? sealedSection({ file, authority, sha256 }, name, seal) : undefined
  const section = { name, value, isChanged, sealed: isChanged ? sealed : undefined }
  const sealable = SEALED_SECTIONS.find((each) => each === name)
  if (!sealable || !isSealedAnew(state, sealable)) return success({ section, others: undefined })
  const walked = seal || !isTouched ? sealed : walkChanges(name, [], accepted, authority)
  const edits = !isTouched ? [] : (walked ? behind : accepted).filter(isOther)
  return success({ section, others: { name: sealable, isSealed: seal !== undefined, edits, walked } })
}

/** How many changes, or edits, of whom. */
interface Tally {
  readonly count: number
  readonly stations: readonly StationCode[]
}

/** What others than the holder changed in one section: `rest` is not listed. */
interface Others extends ListedChanges, Pick<ChangesByOthers, 'isLost' | 'isUnread'> {
  readonly rest: Tally
}

const tallyOf = (stations: readonly StationCode[], holder: StationCode): Tally => {
  const others = stations.filter((station) => station !== holder)
  return { count: others.length, stations: [...new Set(others)] }
}

/** The changes that are not the holder's and that nobody has written over since: those that count with the next seal. */
function toldOthers(section: SectionName, { changes, unlisted }: WalkedChanges, holder: StationCode): Others {
  const isLast = ({ key }: SealChange, at: number) => !changes.slice(at + 1).some((later) => later.key === key)
  return {
    section,
    changes: changes.filter((change, at) => change.station !== holder && isLast(change, at)),
    rest: tallyOf(unlisted, holder),
    isLost: false,
    isUnread: false,
  }
}

/** Where changes cannot be told, or were not gone through, every edit of others may be one. */
const untoldOthers = (section: SectionName, rest: Tally, why: 'isLost' | 'isUnread'): Others => ({
  ...{ section, changes: [], rest, isLost: false, isUnread: false },
  [why]: rest.count > 0,
})

function othersOf({ holder }: CaseState, { name, edits, walked }: OthersPart): Others {
  return walked ? toldOthers(name, walked, holder) : untoldOthers(name, tallyOf(edits.map(stationOf), holder), 'isLost')
}

/** The changes of all sections together; null when there are none. */
function together(sections: readonly Others[], where: ChangesByOthers['where'], mark: string): ChangesByOthers | null {
  const count = sections.reduce((sum, { changes, rest }) => sum + changes.length + rest.count, 0)
  if (count === 0) return null
  return {
    where,
    listed: sections.map(({ section, changes }) => ({ section, changes })),
    count,
    stations: [...new Set(sections.flatMap(({ changes, rest }) => [...rest.stations, ...changes.map(stationOf)]))],
    isLost: sections.some(({ isLost }) => isLost),
    isUnread: sections.some(({ isUnread }) => isUnread),
    mark,
  }
}

/** What others than the holder changed of a form that the next seal takes over; null when nothing, or when none will. */
export function changesByOthers({ core, state, others }: ReadCase): ChangesByOthers | null {
  const mark = markOf(
    others.map(({ edits }) => edits),
    core.host.cryptography.sha256,
  )
  const where = others.some(({ isSealed }) => isSealed) ? 'behind-seal' : 'unsealed'
  return together(
    others.map((part) => othersOf(state, part)),
    where,
    mark,
  )
}

const encoder = new TextEncoder()

/** What has to be looked at before a fact that was set aside is adopted; `mark` also where that is nothing, empty where nobody can. */
export interface LookAtAdoption {
  readonly mark: string
  readonly changes: AdoptedChanges | null
}

/** Stands for what an adoption takes over: from what stands sealed to what the fact sealed, whatever the form says now. */
function adoptionMark({ core, state }: KnownCase, fact: EntryHash, isLost: boolean): string {
  const named = [fact, state.tip, ...(isLost ? ['lost'] : [])].join()
  return toHex(core.host.cryptography.sha256(encoder.encode(named)))
}

/** The sections that a fact sealed, each with the seal that stands before it. */
const sealsOf = ({ state }: KnownCase, { hash, fields }: StoryLine) => {
  const seals = sealsAfter({}, hash, fields)
  return SEALED_SECTIONS.flatMap((name) => {
    const after = seals[name]
    return after ? [{ name, before: state.seals[name], after }] : []
  })
}

/** Edits of others than the holder in a section, of which a fact may have sealed any; nobody knows what its author sealed. */
function withAuthor({ count, stations }: Tally, { holder }: CaseState, { station }: StoryLine): Tally {
  return station === holder
    ? { count, stations }
    : { count: Math.max(count, 1), stations: [...new Set([station, ...stations])] }
}

const tallyIn = ({ file, state }: KnownCase, name: SectionName): Tally =>
  tallyOf(acceptedEdits(file, name).map(stationOf), state.holder)

/** Whether a section says what somebody sealed of it, in whatever edits: then it can be looked at. */
function saysNow({ core, file }: KnownCase, { name, after }: { readonly name: SealedName; readonly after: Seal }) {
  const opened = core.sections.open(file, name)
  return opened.ok && saysAsSealed(after, opened.value, core.host.cryptography.sha256)
}

function adoptionOf(
  among: KnownCase,
  { hash }: StoryLine,
  sections: readonly Others[],
  isHere: (name: string) => boolean,
): LookAtAdoption {
  const lost = sections.filter(({ isLost }) => isLost)
  const mark = lost.every(({ section }) => isHere(section)) ? adoptionMark(among, hash, lost.length > 0) : ''
  const changes = together(sections, 'adopted', mark)
  return { mark, changes: changes && { ...changes, fact: hash } }
}

/** Goes through what the seals of a fact take over; `walks` so many are made for one page. */
export function lookAtAdoption(among: KnownCase, line: StoryLine, walks = 1): LookAtAdoption {
  const { core, file, state } = among
  const sealed = { file, authority: core.directory.authority, sha256: core.host.cryptography.sha256 }
  const seals = sealsOf(among, line)
  const sections = seals.map(({ name, before, after }) => {
    const walked = changesBetweenSeals(sealed, name, { before, after, among: walks })
    return walked
      ? toldOthers(name, walked, state.holder)
      : untoldOthers(name, withAuthor(tallyIn(among, name), state, line), 'isLost')
  })
  return adoptionOf(among, line, sections, (name) => seals.some((seal) => seal.name === name && saysNow(among, seal)))
}

/** What has to be looked at before each of these facts is adopted; of very many only the last are gone through. */
export function changesOfAdoptions(among: KnownCase, facts: ReadonlySet<EntryHash>): readonly AdoptedChanges[] {
  const lines = among.state.story.filter(({ hash, kind }) => facts.has(hash) && isSealing(kind))
  const walks = Math.min(lines.length, LIMITS.shownResealings)
  const tallies = new Map<SectionName, Tally>() // once for the page, however many facts there are
  const unread = (line: StoryLine) => {
    const sections = sealsOf(among, line).map(({ name }) => {
      const tally = tallies.get(name) ?? tallyIn(among, name)
      tallies.set(name, tally)
      return untoldOthers(name, withAuthor(tally, among.state, line), 'isUnread')
    })
    return adoptionOf(among, line, sections, () => true)
  }
  return lines.flatMap((line, at) => {
    const look = at < lines.length - walks ? unread(line) : lookAtAdoption(among, line, walks)
    return look.changes ?? []
  })
}
