/** The rules level (规则版本): what programs of different ages agree on, and since when each kind of fact may be written. */
import { FACTS, type FactKind } from '../facts/facts.ts'
import type { FactRule } from '../facts/fields.ts'

/**
 * History, newest last. A level is a promise to every older program: what it brings is written only once the county has
 * enabled it, and that waits until every node in use knows it (rules S141, C135).
 */
export const LEVEL_HISTORY = [
  { level: 1, release: '0.1', brought: 'everything that releases up to 0.2 know' },
  {
    level: 2,
    release: '0.3',
    brought:
      'facts of later kinds are told apart from broken ones (C136); the record `level`; entries of the audit log; public records of people, by which person and role of each fact are judged (C120, C144); the form is the holder’s until acceptance (C131), and whoever seals it again says who applies (C140)',
  },
  {
    level: 3,
    release: '0.7',
    brought:
      'acts that need two people wait for the second one (C153): `proposedTo` and `countersigned`; before, the second person was a name that was typed; `code` of the department that is asked (C157)',
  },
] as const

/** The newest level this program knows. */
export const RULES_LEVEL = 3

/** The level of a node that never said one: releases up to 0.2. */
export const FIRST_LEVEL = 1

/**
 * SHA-256 over what the rules are made of: kinds and fields of facts, transitions, names of guards, item shape, sections,
 * records. Not over code: what guards check and what the fold makes of facts. What a disk was read by is noted with it (rule S144).
 */
export const RULES_FINGERPRINT = '415a1eeb9b41407fd8f3034848f13510be825894cea6973bf081750653b0a873'

/** What a program knows of the rules. Only who tries programs of another age gives anything else than {@link KNOWN}. */
export interface Knowledge {
  readonly level: number
  readonly fingerprint: string
  /** The level that brought a kind of fact, or a field of it. */
  since(kind: FactKind, field?: string): number
  /** Whether it keeps stations out of forms that are not theirs to write (rule C131); programs of the first level do not. */
  readonly closesForms: boolean
}

/** What this program knows. */
export const KNOWN: Knowledge = {
  level: RULES_LEVEL,
  fingerprint: RULES_FINGERPRINT,
  since(kind, field = '') {
    const rule: FactRule = FACTS[kind]
    return Math.max(rule.since ?? FIRST_LEVEL, rule.fields[field]?.since ?? FIRST_LEVEL)
  },
  closesForms: true,
}

/** Whether a program with this knowledge can read facts of a kind, or a field of them. */
export const knowsKind = ({ level, since }: Knowledge, kind: FactKind, field?: string): boolean =>
  since(kind, field) <= level

/** Whether the county has enabled a level: what came with it may be written. */
export const isEnabled = (county: { readonly level: () => number }, level: number): boolean => county.level() >= level
