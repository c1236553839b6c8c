/** The form of a case behind its seals: what is sealed of it, and what others than the holder have changed since (rule C141). */
import { isFormOpen, isSealing, saidBy } from '#protocol/casework/acts/form.ts'
import type { CaseState, StoryLine } from '#protocol/casework/case.ts'
import { sealsAfter } from '#protocol/casework/folding/standing.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { type EntryHash, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { changesBetweenSeals, type SealedSection, saysAsSealed, sealedSection } from '../cases/sealed-section.ts'
import { type WalkedChanges, walkChanges } from '../cases/section-changes.ts'
import { acceptedEdits } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import type { AdoptedChanges, ChangesByOthers, ListedChanges, SectionValue } from '../section-view.ts'
import { SEALED_SECTIONS } from './section-right.ts'

/** A section with what is sealed of it. */
export interface ReadSection {
  readonly name: SectionName
  readonly value: SectionValue
  /** The digest of that. */
  readonly content: string
  /** Whether any fact has sealed it. */
  readonly isSealed: boolean
  /** Whether it says something else than what is sealed. */
  readonly isChanged: boolean
  /** Undefined where nothing is changed, or what was sealed cannot be put together here any more. */
  readonly sealed: SealedSection | undefined
}

/** Opens a section beside what the case has sealed of it. */
export function readSection(
  core: Core,
  file: CaseFile,
  { seals }: Pick<CaseState, 'seals'>,
  name: SectionName,
): Result<ReadSection> {
  const opened = core.sections.open(file, name)
  if (!opened.ok) return opened
  const seal = seals[name]
  const { sha256 } = core.host.cryptography
  const isChanged = seal !== undefined && !saysAsSealed(seal, opened.value, sha256)
  const { authority } = core.directory
  const sealed = isChanged ? sealedSection({ file, authority, sha256 }, name, seal) : undefined
  const { value } = opened
  return success({
    name,
    value: value.value() as SectionValue,
    content: value.contentDigest(sha256),
    isSealed: seal !== undefined,
    isChanged,
    sealed,
  })
}

/** A case with its sections as they are read. */
export interface ReadCase {
  readonly core: Core
  readonly file: CaseFile
  readonly state: CaseState
  readonly read: ReadonlyMap<SectionName, ReadSection>
}

/** What others than the holder changed in one section. */
interface Others extends ListedChanges {
  /** The station of each change or edit that is not listed. */
  readonly unlisted: readonly StationCode[]
  readonly isLost: boolean
}

/** What is not the holder's. Where changes cannot be told any more, any edit may be one, and of whoever is suspected as well. */
function othersIn(
  { file, state: { holder } }: Pick<ReadCase, 'file' | 'state'>,
  name: SectionName,
  walked: WalkedChanges | undefined,
  suspects: readonly StationCode[] = [],
): Others {
  const isOther = (station: StationCode) => station !== holder
  const edits = () => acceptedEdits(file, name).map(({ station }) => station)
  const unlisted = (walked?.unlisted ?? [...suspects, ...edits()]).filter(isOther)
  const changes = (walked?.changes ?? []).filter(({ station }) => isOther(station))
  return { section: name, changes, unlisted, isLost: walked === undefined && unlisted.length > 0 }
}

/** What the next seal of a section takes over. A draft that was handed over has none yet: all of it comes from elsewhere. */
function behindSeal(among: ReadCase, { name, isSealed, isChanged, sealed }: ReadSection): Others | undefined {
  const { core, file, state } = among
  if (isSealed) return isChanged ? othersIn(among, name, sealed) : undefined
  if (state.holder === state.home) return undefined
  return othersIn(among, name, walkChanges(name, [], acceptedEdits(file, name), core.directory.authority))
}

const sectionsOf = ({ read }: ReadCase) => SEALED_SECTIONS.flatMap((name) => read.get(name) ?? [])

const encoder = new TextEncoder()

const markOf = ({ core }: ReadCase, says: readonly string[]): string =>
  toHex(core.host.cryptography.sha256(encoder.encode(says.join())))

/** What the form says now. */
const contentsOf = (among: ReadCase): readonly string[] => sectionsOf(among).map(({ content }) => content)

/** The changes of all sections together; null when there are none. */
function together(sections: readonly Others[], where: ChangesByOthers['where'], mark: string): ChangesByOthers | null {
  const stations = sections.flatMap(({ changes, unlisted }) => [...unlisted, ...changes.map(({ station }) => station)])
  if (stations.length === 0) return null
  return {
    where,
    listed: sections.map(({ section, changes }) => ({ section, changes })),
    count: stations.length,
    stations: [...new Set(stations)],
    isLost: sections.some(({ isLost }) => isLost),
    mark,
  }
}

/** What others than the holder changed of a form that the next seal takes over; null when nothing, or when none will. */
export function changesByOthers(among: ReadCase): ChangesByOthers | null {
  if (!isFormOpen(among.state.stage)) return null
  const sections = sectionsOf(among)
  const others = sections.flatMap((section) => behindSeal(among, section) ?? [])
  if (sections.some(({ isSealed }) => isSealed))
    return together(others, 'behind-seal', markOf(among, contentsOf(among)))
  // While a draft is filled in the holder's own typing, saved field by field, leaves the look at the others' part valid.
  return together(others, 'unsealed', markOf(among, [JSON.stringify(others)]))
}

/**
 * The same for a fact that was set aside: what it sealed counts from its adoption on, also behind a closed form. Where it
 * takes nothing over, what the form says is looked at as for any act that seals. Without a walk nothing is listed.
 */
function changesByAdopting(
  among: ReadCase,
  { hash, station, fields }: StoryLine,
  { isWalked, walks }: { readonly isWalked: boolean; readonly walks: number },
): AdoptedChanges | null {
  const { core, file, state } = among
  const sealed = { file, authority: core.directory.authority, sha256: core.host.cryptography.sha256 }
  const seals = sealsAfter({}, hash, fields)
  const sections = SEALED_SECTIONS.flatMap((name) => {
    const [before, after] = [state.seals[name], seals[name]]
    if (!after) return []
    const walked = isWalked ? changesBetweenSeals(sealed, name, { before, after, among: walks }) : undefined
    return [othersIn(among, name, walked, [station])]
  })
  const mark = markOf(among, [...contentsOf(among), hash])
  const changes = together(sections, 'adopted', mark) ?? changesByOthers(among)
  return changes && { ...changes, fact: hash, mark }
}

/** What has to be looked at before each of these facts is adopted; of very many only the last are gone through. */
export function changesOfAdoptions(among: ReadCase, facts: ReadonlySet<EntryHash>): readonly AdoptedChanges[] {
  const lines = among.state.story.filter(({ hash, kind }) => facts.has(hash) && isSealing(kind))
  const walks = Math.min(lines.length, LIMITS.shownResealings)
  return lines.flatMap((line, at) => {
    const isWalked = at >= lines.length - walks
    return changesByAdopting(among, line, { isWalked, walks }) ?? []
  })
}

/** Why whoever seals again has to look first; undefined when there is nothing to see, or what is there now was seen. */
export function unseenProblem(
  { core, file, state }: Omit<ReadCase, 'read'>,
  act: Pick<StoryLine, 'kind' | 'fields'>,
  seen: string | undefined,
  kept: string,
): Result<never> | undefined {
  if (!isSealing(saidBy(state, act).kind)) return undefined
  const read = new Map<SectionName, ReadSection>()
  for (const name of SEALED_SECTIONS) {
    const section = readSection(core, file, state, name)
    if (!section.ok) return section
    read.set(name, section.value)
  }
  const among = { core, file, state, read }
  const adopted = act.kind === 'adopted' && state.story.find(({ hash }) => hash === act.fields.fact)
  const changes = adopted ? changesByAdopting(among, adopted, { isWalked: true, walks: 1 }) : changesByOthers(among)
  return changes === null || changes.mark === seen
    ? undefined
    : mustLook(changes, { hasLooked: seen !== undefined, isAdoption: adopted !== false }, kept)
}

/** What there is to be looked at, in words. */
function lookWords({ where, count, stations, isLost }: ChangesByOthers): string {
  const whose = stations.map((station) => `站点${station}`).join('、')
  const of = where === 'adopted' ? '要采纳的记录' : ''
  if (isLost) return `${of}封存时的内容在本机已拼不出来,申请表和材料里有 ${count} 次修改是${whose}写的`
  if (where === 'unsealed') return `表单由其他站点填写,请核对:有 ${count} 处内容是${whose}写的,不是主办站点`
  if (where === 'adopted') return `${of}封存的内容里有 ${count} 处是${whose}改的,不是主办站点`
  return `封存之后有 ${count} 处内容是${whose}改的,不是主办站点`
}

function mustLook(
  changes: ChangesByOthers,
  { hasLooked, isAdoption }: { readonly hasLooked: boolean; readonly isAdoption: boolean },
  kept: string,
): Result<never> {
  const message = `${lookWords(changes)},${hasLooked ? '核对之后又变了' : '还没有核对'}。`
  const next = isAdoption
    ? '请对照申请人和材料核对:不对的不要采纳,都对的勾选“已核对”再采纳。'
    : '请对照申请人和材料核对:不对的先在申请表里改正,都对的勾选“已核对”再办。'
  return fail('changes-unseen', message, kept, next, 'changesSeen')
}
