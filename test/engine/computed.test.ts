/**
 * What is computed lies on disks: rows and receipts of every case, as the program said that wrote them. A program of
 * another version judges all of them anew (S124), so one that reads or computes differently must have one, or lists go on
 * saying what the former one said. So what it says of every kind of fact is pinned in computed.json under the version:
 * when this fails, raise the version in package.json, then pin what is printed under it.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { VERSION } from '#edge-node/version.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import {
  FACT_KINDS,
  FACTS,
  type FactEntry,
  type FactKind,
  fieldsOf,
  isGuarded,
} from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import type { Item } from '#protocol/casework/item.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { type CaseFile, emptyFile, stateOf } from '#protocol/engine/cases/case-file.ts'
import { rowOf } from '#protocol/engine/cases/case-row.ts'
import { choicesOf, KINDS_OF_ITEM, LETTERED, prepare } from '#test/casework/attempts.ts'
import { CASE, chain, day, FIELDS, last, TOWN, write } from '#test/casework/people.ts'
import pinned from './computed.json' with { type: 'json' }

const STAGE_CODES = (Object.keys(STAGES) as Stage[]).sort()
const ITEMS: readonly Item[] = Object.values(KINDS_OF_ITEM)
/** A day on which clocks run, the last of the five for telling the applicant and the one behind it, one on which all is over. */
const DAYS = [day('2026-03-10'), day('2026-03-16'), day('2026-03-17'), day('2026-06-01')]

/** What rows and receipts say of a case; times and numbers are the test's own. */
function told(facts: readonly FactEntry[]): unknown {
  const file: CaseFile = { ...emptyFile(CASE), facts: [...facts] }
  return DAYS.map((today) => {
    const register = { ...LETTERED, today }
    const { openedAt: _o, changedAt: _c, offeredAt, ...row } = rowOf(file, register) ?? {}
    const aside = stateOf(file, register)?.story.flatMap(({ kind, aside: why }) => (why ? [[kind, why.reason]] : []))
    return [{ ...row, offered: offeredAt !== null }, aside]
  })
}

/** A case into which a contribution of the kind was written, about everything it could be about. */
function contributed(kind: FactKind, stage: Stage, item: Item): readonly (readonly FactEntry[])[] {
  const { before } = prepare('noted' as never, stage, 'township', item)
  const [invited, charged] = chain(
    [
      ['invited', TOWN, { to: TOWN }],
      ['charged', TOWN],
    ],
    last(before),
  )
  if (!invited || !charged) return []
  const about = fieldsOf(kind, ({ type }) => type === 'hash').length > 0 ? [invited.hash, charged.hash] : [undefined]
  return about.map((fact) => {
    const paid = kind === 'refunded' ? [write('paid', TOWN, null, { fact: charged.hash })] : []
    return [...before, invited, charged, ...paid, write(kind, TOWN, null, fact === undefined ? {} : { fact })]
  })
}

/** Everything tried with facts of a kind: every stage, kind of item and choice, at a township and at a village. */
function trialsOf(kind: FactKind): readonly (readonly FactEntry[])[] {
  return STAGE_CODES.flatMap((stage) =>
    ITEMS.flatMap((item) => {
      if (!isGuarded(kind)) return contributed(kind, stage, item)
      return (['township', 'village'] as const).flatMap((tier) => {
        const { before, station, fields } = prepare(kind, stage, tier, item)
        return choicesOf(kind).map((choice) => [
          ...before,
          write(kind, station, last(before), { ...FIELDS[kind], ...choice, ...fields }),
        ])
      })
    }),
  )
}

/** What a fact of the kind may hold, for a node may have kept what it could not read until now; and its lines of the table. */
function ruleOf(kind: FactKind): unknown {
  const fields = Object.entries<FieldRule>(FACTS[kind].fields).map(([name, { type, required, least, most }]) => {
    const choices = typeof type === 'object' ? Object.keys(type.oneOf).sort() : type
    return [name, choices, required, least, most]
  })
  if (!isGuarded(kind)) return fields
  const { writer, offer, transitions } = TRANSITIONS[kind]
  // Roles, and whether the parent is needed, are asked of acts only; the source is words.
  const lines = transitions.map(({ roles: _r, offline: _o, number: _n, source: _s, ...line }) => line)
  return [fields, writer, offer, lines]
}

const mark = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)

test('R24 what rows and receipts say is pinned under the version', () => {
  const now = Object.fromEntries(FACT_KINDS.map((kind) => [kind, mark([ruleOf(kind), trialsOf(kind).map(told)])]))
  const words = `Rows are computed differently. Raise the version in package.json, then pin under it:\n${JSON.stringify(now)}`
  expect((pinned as Readonly<Record<string, unknown>>)[VERSION], words).toEqual(now)
})
