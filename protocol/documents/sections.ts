/** The sections of a case: what people type together, one Yjs document each, and who may write it. */
import { LIMITS } from '#protocol/limits.ts'
import type { Tier } from '#protocol/tiers.ts'

export const MATERIAL_STATES = ['original', 'copy', 'both', 'missing'] as const

/** What lies on the counter for one material of the list. */
export interface MaterialRecord {
  readonly state: (typeof MATERIAL_STATES)[number]
  readonly copies: number
  /** Hex SHA-256 of the attachment, when one was taken. */
  readonly sha256?: string
  readonly name?: string
  readonly note?: string
}

/** Everything a value in a section may be: text, a whole number from 0, or one flat record of these. */
export type PlainScalar = string | number
export type PlainValue = PlainScalar | { readonly [key: string]: PlainScalar }

export interface MapSection {
  readonly title: string
  readonly shape: 'map'
  /** Name of the one root type of the document. */
  readonly root: string
  readonly writers: readonly Tier[]
  /** Whether a value may stand under a key. */
  readonly accepts: (value: PlainValue) => boolean
}

export interface TextSection {
  readonly title: string
  readonly shape: 'text'
  readonly root: string
  readonly writers: readonly Tier[]
}

export type Section = MapSection | TextSection

const isText = (value: unknown, maximum: number): value is string =>
  typeof value === 'string' && value.length <= maximum

const MATERIAL_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  state: (value) => (MATERIAL_STATES as readonly unknown[]).includes(value),
  copies: (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LIMITS.materialCopies,
  sha256: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  name: (value) => isText(value, 200),
  note: (value) => isText(value, LIMITS.noteCharacters),
}

function isMaterial(value: PlainValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const [key, field] of Object.entries(value)) {
    if (!Object.hasOwn(MATERIAL_FIELDS, key) || !MATERIAL_FIELDS[key]?.(field)) return false
  }
  return Object.hasOwn(value, 'state') && Object.hasOwn(value, 'copies')
}

/** All sections. What an applicant brings later is a fact of its own (DESIGN.md section 7). */
export const SECTIONS = {
  application: {
    title: '申请表',
    shape: 'map',
    root: 'fields',
    writers: ['village', 'township', 'county'],
    accepts: (value) => isText(value, LIMITS.fieldCharacters),
  },
  materials: {
    title: '材料清单',
    shape: 'map',
    root: 'materials',
    writers: ['village', 'township', 'county'],
    accepts: isMaterial,
  },
  // The village agent is the applicant's agent; an office note is the windows' own deliberation.
  'office-note': { title: '办理备注', shape: 'text', root: 'text', writers: ['township', 'county'] },
} as const satisfies Record<string, Section>

export type SectionName = keyof typeof SECTIONS
export const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[]

/** Whether a text names a section; names arrive in payloads. */
export const isSectionName = (text: string): text is SectionName => Object.hasOwn(SECTIONS, text)

/** Whether a station of the tier may write the section at all; a document knows no finer right. */
export const mayWriteSection = (name: SectionName, tier: Tier): boolean =>
  (SECTIONS[name].writers as readonly Tier[]).includes(tier)

const KEY = /^[a-zA-Z][a-zA-Z0-9-]{0,39}$/

/** A list of its own: asking the prototype for each of thousands of keys took as long as all other reading of an edit. */
const INHERITED: ReadonlySet<string> = new Set(['prototype', ...Object.getOwnPropertyNames(Object.prototype)])

/** Whether a text may be a key: a letter, then letters, digits and hyphens, and no name that objects inherit. */
export const isSectionKey = (text: string): boolean => KEY.test(text) && !INHERITED.has(text)
