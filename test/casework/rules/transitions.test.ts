/** Every line of the transition table, tried at every stage, tier, kind of item and choice. */
import { describe, expect, test } from 'vitest'
import { checkAct } from '#protocol/casework/acts/acts.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { ClockSpans } from '#protocol/casework/course/spans.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import {
  documentOfFact,
  type FactEntry,
  type FieldValue,
  GUARDED_KINDS,
  type GuardedKind,
} from '#protocol/casework/facts/facts.ts'
import { letsIn } from '#protocol/casework/folding/standing.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { ITEM_CONDITIONS, type Transition } from '#protocol/casework/rules/transition.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { TIERS, type Tier } from '#protocol/tiers.ts'
import { choicesOf, everybody, KINDS_OF_ITEM, LETTERED, prepare } from '#test/casework/attempts.ts'
import { epochOf, FIELDS, fold, last, reasonOf, TODAY, write } from '#test/casework/people.ts'

const STAGE_CODES = (Object.keys(STAGES) as Stage[]).sort()
const KINDS = GUARDED_KINDS.filter((kind) => !letsIn(kind) && kind !== 'opened')

/** Lines whose conditions do not hold in an ordinary case at that stage; conditions.test.ts has them. */
const UNMET: Readonly<Record<string, string>> = {
  'accepted 30': 'deemed-unconfirmed',
  'archived 85': 'answer-relayed',
}

/** The line the table names, read independently of the fold. */
const lineFor = (kind: GuardedKind, stage: Stage, tier: Tier, item: Item, fields: Fields): Transition | undefined =>
  TRANSITIONS[kind].transitions.find(
    ({ from, tiers, given, when }) =>
      from.includes(stage) &&
      tiers.includes(tier) &&
      (given === undefined || ITEM_CONDITIONS[given](item)) &&
      (when === undefined || fields[when.field] === when.is),
  )

type Fields = Readonly<Record<string, FieldValue>>

/** Spans after a line's clock effect. */
function spansAfter(spans: ClockSpans, { clock }: Transition): ClockSpans {
  const after: Record<string, { start: string; stop: string | null }> = { ...spans }
  for (const id of clock?.stop ?? []) if (after[id]?.stop === null) after[id] = { ...after[id], stop: TODAY }
  for (const id of clock?.start ?? []) after[id] = { start: TODAY, stop: null }
  for (const id of clock?.begin ?? []) if (after[id]?.stop !== null) after[id] = { start: TODAY, stop: null }
  return after as ClockSpans
}

function checkEffect(before: CaseState, after: CaseState, line: Transition, kind: GuardedKind, where: string): void {
  const stage = line.to === 'back' ? before.suspendedAt : (line.to ?? before.stage)
  expect(after.stage, where).toBe(stage)
  expect(after.spans, where).toEqual(spansAfter(before.spans, line))
  const running = after.pauses.filter(({ until }) => until === null).length
  if (line.clock?.pause) expect(running, where).toBe(1)
  if (line.clock?.resume) expect(running, where).toBe(0)
  const code = documentOfFact(kind)
  const made = after.papers.filter(({ fact }) => fact === after.tip).map((paper) => paper.code)
  expect(made, where).toEqual(code === undefined ? [] : [code])
  expect(after.days[kind], where).toBeDefined()
}

const folded = new WeakMap<FactEntry, CaseState>()
function stateOf(facts: readonly FactEntry[], register: Register): CaseState {
  const state = folded.get(last(facts)) ?? fold(facts, register)
  folded.set(last(facts), state)
  return state
}

/** What an ordinary case at the stage leaves unmet; 转报办结 is no closing of a case that was decided here. */
const unmetBy = (kind: GuardedKind, stage: Stage, { closing }: Fields): string | undefined =>
  kind === 'closed' && closing === '4' && stage !== '46' ? 'closing-fits' : UNMET[`${kind} ${stage}`]

function tryOut(kind: GuardedKind, stage: Stage, tier: Tier, item: Item, choice: Fields): boolean {
  const { before, station, fields: own } = prepare(kind, stage, tier, item)
  const fields = { ...FIELDS[kind], ...choice, ...own }
  const state = stateOf(before, LETTERED)
  const fact = write(kind, station, last(before), fields)
  const after = fold([...before, fact], LETTERED)
  const where = `${kind} ${JSON.stringify(choice)} at ${stage} in ${tier} for ${item.id}`
  const isRooted = TRANSITIONS[kind].writer !== 'root' || tier === 'county'
  const line = isRooted ? lineFor(kind, stage, tier, item, fields) : undefined
  const unmet = line === undefined ? undefined : unmetBy(kind, stage, choice)
  const isExpected = line !== undefined && unmet === undefined
  expect(epochOf(after, fact) !== null, `${where}: ${reasonOf(after, fact)}`).toBe(isExpected)
  if (unmet !== undefined) expect(reasonOf(after, fact), where).toBe(unmet)
  const actor = everybody(station, kind)
  const answer = checkAct(state, actor, LETTERED, kind, fields)
  expect(answer.ok, `${where}: ${answer.ok ? '' : answer.problem.message}`).toBe(isExpected)
  if (line === undefined || !isExpected) return false
  checkEffect(state, after, line, kind, where)
  const alone = checkAct(state, { ...actor, connected: false }, LETTERED, kind, fields)
  expect(alone.ok, where).toBe(line.offline || actor.root)
  if (!alone.ok) {
    expect(alone.problem.code, where).toBe('offline')
    expect(alone.problem.message, where).toContain('须在与上级联网时办理')
  }
  return true
}

describe('every fact at every stage, tier, kind of item and choice', () => {
  for (const kind of KINDS) {
    test(`C5 C30 C76 C77 C78 ${kind} takes effect exactly where the table says, as it says`, () => {
      let effects = 0
      for (const stage of STAGE_CODES) {
        for (const tier of TIERS) {
          for (const item of Object.values(KINDS_OF_ITEM)) {
            for (const choice of choicesOf(kind)) if (tryOut(kind, stage, tier, item, choice)) effects += 1
          }
        }
      }
      expect(effects).toBeGreaterThan(0)
    })
  }
})
