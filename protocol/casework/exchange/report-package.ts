/** The package of a case that is reported up (上报, 行政许可法 art. 43): everything the upper level reads, in one file. */
import type { CaseState } from '../case.ts'
import { countsOf, numberOf, textOf } from '../facts/values.ts'
import type { Item } from '../item.ts'
import { PAPERS } from '../papers.ts'
import {
  type CaseRecord,
  caseRecord,
  type Names,
  type SpecialRecord,
  type StepRecord,
  specialRecords,
  stepRecords,
} from './case-record.ts'
import { compactDay } from './dates.ts'

export const PACKAGE_FORMAT = 'county-report'
export const PACKAGE_VERSION = 1

/** A signed fact: whoever knows the node's key can check the signature over the hash (protocol/SPEC.md, entries). */
export interface PackagedFact {
  readonly hash: string
  readonly previous: string | null
  readonly log: string
  readonly seq: number
  readonly kind: string
  readonly title: string
  readonly person: string
  readonly station: string
  /** Milliseconds since 1970 on the author's clock. */
  readonly time: number
  /** Ed25519 over the hash, hex; null where the fact is covered by a later signature of its log. */
  readonly signature: string | null
  /** The author's public key, hex; null while its record is not here. */
  readonly publicKey: string | null
}

export interface ReportPackage {
  readonly format: typeof PACKAGE_FORMAT
  readonly version: typeof PACKAGE_VERSION
  readonly made: {
    readonly at: string
    readonly station: string
    readonly stationName: string
    readonly person: string
    readonly personName: string
  }
  readonly report: {
    readonly fact: string
    readonly document: string
    readonly organ: string
    readonly day: string
    readonly materials: number
    readonly expected: string
    readonly note: string
  }
  readonly case: CaseRecord
  readonly form: readonly { readonly id: string; readonly label: string; readonly value: string }[]
  readonly materials: readonly {
    readonly id: string
    readonly name: string
    readonly required: boolean
    readonly form: string
    readonly pieces: number
  }[]
  readonly steps: readonly StepRecord[]
  readonly specials: readonly SpecialRecord[]
  readonly opinions: readonly {
    readonly department: string
    readonly opinion: string
    readonly reasons: string
    readonly day: string
  }[]
  readonly papers: readonly {
    readonly code: string
    readonly title: string
    readonly number: string
    readonly day: string
  }[]
  /** Digests of what was relied on: the sections as the last sealing fact saw them. */
  readonly seals: readonly { readonly section: string; readonly digest: string; readonly fact: string }[]
  readonly facts: readonly PackagedFact[]
  /** SHA-256, hex, over {@link canonicalJson} of all the rest. */
  readonly digest: string
}

/** JSON with keys in order and no blanks, so that a digest over it does not depend on who wrote it. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`)
  return `{${parts.join(',')}}`
}

/** What the package takes from outside the case's facts. */
export interface PackageSource {
  readonly state: CaseState
  readonly item: Item | undefined
  /** Values of the application form. */
  readonly application: Readonly<Record<string, unknown>>
  /** Values of the list of materials: form and copies by material. */
  readonly materials: Readonly<Record<string, unknown>>
  readonly made: ReportPackage['made']
  readonly names: Names
  /** Signature and public key of each fact, by hash. */
  readonly signatures: ReadonlyMap<string, Pick<PackagedFact, 'signature' | 'publicKey'>>
}

function reportOf({ story, report }: CaseState): ReportPackage['report'] | undefined {
  const line = story.findLast(({ kind, aside }) => kind === 'reported' && aside === null)
  if (!line || !report) return undefined
  const { organ, materials, expected, note, document } = line.fields
  return {
    fact: line.hash,
    document: textOf(document),
    organ: textOf(organ),
    day: compactDay(line.day),
    materials: numberOf(materials),
    expected: textOf(expected).replaceAll('-', ''),
    note: textOf(note),
  }
}

const formOf = ({ item, application }: PackageSource): ReportPackage['form'] =>
  (item?.fields ?? []).map(({ id, label }) => {
    const value = application[id]
    return { id, label, value: typeof value === 'string' || typeof value === 'number' ? String(value) : '' }
  })

/** Pieces as last counted at the counter; the list's own copies where nobody counted them one by one. */
function materialsOf({ item, state, materials }: PackageSource): ReportPackage['materials'] {
  const counted = state.story.findLast(({ fields, aside }) => aside === null && fields.counts !== undefined)
  const counts = countsOf(counted?.fields.counts)
  return (item?.materials ?? []).map(({ id, name, required }) => {
    const listed = materials[id]
    const { state: form, copies } = (typeof listed === 'object' && listed !== null ? listed : {}) as Record<
      string,
      unknown
    >
    const pieces = counts[id] ?? (typeof copies === 'number' ? copies : 0)
    return { id, name, required, form: typeof form === 'string' ? form : '', pieces }
  })
}

const opinionsOf = ({ invitations }: CaseState): ReportPackage['opinions'] =>
  invitations.flatMap(({ department, opinion }) =>
    opinion === null
      ? []
      : [{ department, opinion: opinion.opinion, reasons: opinion.reasons, day: compactDay(opinion.day) }],
  )

const papersOf = ({ papers }: CaseState): ReportPackage['papers'] =>
  papers.map(({ code, number, day }) => {
    return { code, title: PAPERS[code].title, number, day: compactDay(day) }
  })

const factsOf = ({ state, signatures }: PackageSource): ReportPackage['facts'] =>
  state.story
    .filter(({ kind, aside }) => kind !== 'deemed' && kind !== 'unknown' && aside === null)
    .map(({ hash, previous, log, seq, kind, title, person, station, time }) => {
      const { signature = null, publicKey = null } = signatures.get(hash) ?? {}
      return { hash, previous, log, seq, kind, title, person, station, time, signature, publicKey }
    })

/**
 * Everything of the package but its digest; undefined when the case was never reported up.
 * What is set aside is not in it: the upper level decides on what counts.
 */
export function reportPackage(source: PackageSource): Omit<ReportPackage, 'digest'> | undefined {
  const { state, item, made, names } = source
  const report = reportOf(state)
  if (!report) return undefined
  return {
    format: PACKAGE_FORMAT,
    version: PACKAGE_VERSION,
    made,
    report,
    case: caseRecord(state, item),
    form: formOf(source),
    materials: materialsOf(source),
    steps: stepRecords(state, names),
    specials: specialRecords(state),
    opinions: opinionsOf(state),
    papers: papersOf(state),
    seals: Object.values(state.seals).map(({ section, digest, fact }) => ({ section, digest, fact })),
    facts: factsOf(source),
  }
}
