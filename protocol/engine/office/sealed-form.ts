/** The form of a case behind its seals: what is sealed of it, and what others than the holder have changed since (rule C141). */
import { isFormOpen } from '#protocol/casework/acts/form.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { type StationCode, toHex } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { type SealedSection, saysAsSealed, sealedSection } from '../cases/sealed-section.ts'
import { acceptedEdits } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import type { ChangesByOthers, SectionValue } from '../section-view.ts'
import { SEALED_SECTIONS } from './section-right.ts'

/** A section with what is sealed of it. */
export interface ReadSection {
  readonly name: SectionName
  readonly value: SectionValue
  /** The digest of that. */
  readonly content: string
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
    isChanged,
    sealed,
  })
}

/** The station of each change that is not the holder's. Where what was sealed is lost, any edit may have come since. */
function othersIn(file: CaseFile, holder: StationCode, { name, isChanged, sealed }: ReadSection) {
  if (!isChanged) return []
  const stations = sealed
    ? [...sealed.unlisted, ...sealed.changes.map(({ station }) => station)]
    : acceptedEdits(file, name).map(({ station }) => station)
  return stations.filter((station) => station !== holder)
}

const encoder = new TextEncoder()

/** What others than the holder changed of a form that the next seal takes over; null when nothing, or when none will. */
export function changesByOthers(
  { host }: Core,
  file: CaseFile,
  { stage, holder }: Pick<CaseState, 'stage' | 'holder'>,
  read: ReadonlyMap<SectionName, ReadSection>,
): ChangesByOthers | null {
  if (!isFormOpen(stage)) return null
  const sections = SEALED_SECTIONS.flatMap((name) => read.get(name) ?? [])
  const others = sections.map((section) => othersIn(file, holder, section))
  const stations = others.flat()
  if (stations.length === 0) return null
  const { sha256 } = host.cryptography
  const says = sections.map(({ content }) => content)
  return {
    count: stations.length,
    stations: [...new Set(stations)],
    isLost: sections.some(({ isChanged, sealed }, at) => isChanged && !sealed && others[at]?.length !== 0),
    mark: toHex(sha256(encoder.encode(says.join()))),
  }
}

/** Why whoever seals again has to look first; undefined when there is nothing to see, or what is there now was seen. */
export function unseenProblem(
  core: Core,
  file: CaseFile,
  state: CaseState,
  seen: string | undefined,
  kept: string,
): Result<never> | undefined {
  if (!isFormOpen(state.stage)) return undefined
  const read = new Map<SectionName, ReadSection>()
  for (const name of SEALED_SECTIONS) {
    const section = readSection(core, file, state, name)
    if (!section.ok) return section
    read.set(name, section.value)
  }
  const changes = changesByOthers(core, file, state, read)
  return changes === null || changes.mark === seen ? undefined : mustLook(changes, seen !== undefined, kept)
}

function mustLook({ count, stations, isLost }: ChangesByOthers, hasLooked: boolean, kept: string): Result<never> {
  const whose = stations.map((station) => `站点${station}`).join('、')
  const what = isLost
    ? `封存时的内容在本机已拼不出来,申请表和材料里有 ${count} 次修改是${whose}写的`
    : `封存之后有 ${count} 处内容是${whose}改的,不是主办站点`
  const message = `${what},${hasLooked ? '核对之后又变了' : '还没有核对'}。`
  const next = '请对照申请人和材料核对:不对的先在申请表里改正,都对的勾选“已核对”再办。'
  return fail('changes-unseen', message, kept, next, 'changesSeen')
}
