/** What people had written in sections and a cut takes away, read before the cut. */
import { decodeEdit } from '#protocol/documents/edit.ts'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import { openSection } from '#protocol/documents/section.ts'
import { isSectionName, type SectionName } from '#protocol/documents/sections.ts'
import { type DocumentId, type EntryHash, type StationCode, toHex } from '#protocol/ids.ts'
import type { Entry } from '#protocol/log/entry.ts'
import type { CaseFile, SectionEdit } from '../cases/case-file.ts'
import { storedEntry } from '../cases/case-reading.ts'
import { gated, mayWriteIn } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import { keptBefore } from './kept-before.ts'
import type { PeerHolds } from './peer-holds.ts'
import { type Beside, besideTakenBack, type SectionReading } from './taken-back.ts'

/** What a section held before a cut. */
export interface LostText extends Beside {
  readonly file: CaseFile
  readonly section: SectionName
  /** Edits of which the value was made, and those that had no effect beside them. */
  readonly edits: readonly SectionEdit[]
  /** Of the edits that are cut off those that no copy of this machine has kept, and written again, before. */
  readonly owed: ReadonlySet<EntryHash>
  /** Whether such a copy has kept some of them. */
  readonly isPartlyKept: boolean
  readonly station: StationCode
}

/** When a tail began to give way, and what the peer whose version stays holds. */
export interface GivingWay {
  readonly begun: number
  readonly peerHolds: PeerHolds
}

const sectionOf = (edit: Entry): string => decodeEdit(edit.payload)?.section ?? ''
const hashOf = (edit: Entry): EntryHash => toHex(edit.hash) as EntryHash

/** Edits of a case that are cut off a log, all of them; up to a height both versions of it are the same. */
export interface CutEdits {
  readonly cut: readonly Entry[]
  readonly common: number
}

/** The sections of a case as they are before edits of them are cut off: `file` still has them all. */
export async function lostText(
  core: Core,
  file: CaseFile,
  { cut, common }: CutEdits,
  { peerHolds }: GivingWay,
): Promise<LostText[]> {
  const kept = await keptOf(core, file.id)
  return [...new Set(cut.map(sectionOf))].filter(isSectionName).flatMap((section) => {
    const ours = cut.filter((one) => sectionOf(one) === section)
    const station = stationFor(core, section, ours)
    if (!station) return []
    const edits = ownEdits(file.sections.get(section)?.edits ?? [], section, { cut, common }, peerHolds)
    const owed = new Set(ours.map(hashOf).filter((hash) => !kept.has(hash)))
    const held = file.sections.get(section)
    const isWhole = edits.length === held?.edits.length
    const read = (some: readonly SectionEdit[]): SectionReading => {
      const accepted =
        held && isWhole && some === edits ? gated(file, section, held).accepted : gate(section, some).accepted
      const value = madeOf(
        section,
        accepted.map(({ update }) => update),
      )
      return { value, accepted }
    }
    const beside = besideTakenBack(read, edits, held?.takenBack ?? [])
    return [{ file, section, edits, owed, isPartlyKept: owed.size < ours.length, station, ...beside }]
  })
}

/**
 * What this node has kept of a case and written again. Of a tail that gives way in slices that is what a copy of this disk
 * wrote and what came back: this one writes again with the last of a case's edits, and has written nothing of it before.
 */
async function keptOf({ storage, logs }: Core, id: DocumentId): Promise<ReadonlySet<EntryHash>> {
  const held = (await storage.recordsOf([id])).get(id) ?? []
  return keptBefore(held.filter(({ log }) => logs.isOwn(log)).map(storedEntry), logs.sha256)
}

/** A relay that gives way writes what it passed on in its own name: the author may be gone for good. */
function stationFor(core: Core, section: SectionName, cut: readonly Entry[]): StationCode | undefined {
  if (cut.every(({ log }) => core.logs.isOwn(log))) return cut[0]?.station
  const stations = core.directory.node(core.identity.node)?.stations ?? []
  return stations.find((station) => mayWriteIn(core.directory, section, station)) ?? stations[0]
}

/** The edits of a section before the cut, without those that wait only until the peer's version is here. */
function ownEdits(
  held: readonly SectionEdit[],
  section: SectionName,
  edits: CutEdits,
  peerHolds: PeerHolds,
): readonly SectionEdit[] {
  const gone = new Set(edits.cut.map(hashOf))
  const ours = withoutRivals(held, section, edits)
  const left = gate(
    section,
    ours.filter(({ hash }) => !gone.has(hash)),
  )
  const returning = new Set<SectionEdit>()
  for (const [edit, { waits }] of left.refused) if (waits && peerHolds(edit.log, edit.seq)) returning.add(edit)
  return ours.filter((edit) => !returning.has(edit))
}

/**
 * Edits without those of the version that stays, which somebody has carried here before the cut: beside them, under the
 * same clocks, ours may not have counted. Not where ours have gone on from them since.
 */
function withoutRivals(
  held: readonly SectionEdit[],
  section: SectionName,
  { cut, common }: CutEdits,
): readonly SectionEdit[] {
  const gone = new Set(cut.map(hashOf))
  const ours = held.filter(({ log, seq, hash }) => log !== cut[0]?.log || seq <= common || gone.has(hash))
  if (ours.length === held.length) return held
  const counting = (edits: readonly SectionEdit[]) => gate(section, edits).accepted.filter(({ hash }) => gone.has(hash))
  const alone = new Set(counting(ours))
  return counting(held).every((edit) => alone.has(edit)) ? ours : held
}

/** Edits of a section, gated as if nothing else were held. */
export function gate(section: SectionName, edits: readonly SectionEdit[]): GatedSection<SectionEdit> {
  const gating = new GatedSection<SectionEdit>(section)
  gating.advance(edits, false)
  return gating
}

/** What updates make of a section; undefined when it cannot be opened. */
export function madeOf(section: SectionName, updates: readonly Uint8Array[]): unknown {
  const opened = openSection(section, updates)
  if (!opened.ok) return undefined
  return opened.value.value()
}
