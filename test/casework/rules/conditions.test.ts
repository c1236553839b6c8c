/** Conditions of the table's lines, one by one: needed fields, further conditions, powers. */
import { describe, expect, test } from 'vitest'
import { actsFor, checkAct } from '#protocol/casework/acts/acts.ts'
import type { Stage } from '#protocol/casework/course/stages.ts'
import {
  type FactEntry,
  type FieldValue,
  fieldsOf,
  GUARDED_KINDS,
  type GuardedKind,
} from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import { sourceFor } from '#protocol/casework/item-law.ts'
import type { Register } from '#protocol/casework/register.ts'
import { GUARDS, type GuardName } from '#protocol/casework/rules/guards.ts'
import { ITEM_CONDITIONS, type Transition } from '#protocol/casework/rules/transition.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { choicesOf, everybody, KINDS_OF_ITEM } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  day,
  epochOf,
  FIELDS,
  fold,
  type Line,
  last,
  letter,
  OTHER_TOWN,
  reasonOf,
  registerWith,
  TOWN,
  VILLAGE,
  write,
  writerOf,
} from '#test/casework/people.ts'

type Fields = Readonly<Record<string, FieldValue>>

/** How a condition is broken: by what is typed, by who writes it, by what happened before, by what the item says. */
interface Break {
  readonly fields?: Fields
  readonly person?: string
  readonly before?: Line
  readonly without?: 'contacted'
  readonly item?: Partial<Item>
}

const TIER = { id: '一档', factor: '情节', standard: '轻微', range: null }
const AGAIN: Fields = { override: '原告知有误', approver: 'p9', days: 30 }

/** `elsewhere` is tested by hand: an ordinary case at the line's stage cannot break, or cannot satisfy it. */
const BREAKS: Readonly<Record<GuardName, Break | 'elsewhere'>> = {
  'originals-seen': { fields: { originals: false } },
  'first-notice': { fields: { override: '', approver: '' } },
  'all-supplied': { fields: { items: ['别的材料'] } },
  'notice-expired': { before: ['notified', TOWN, AGAIN] },
  'contact-attempted': { without: 'contacted' },
  'confirmed-by-another': { fields: { confirmer: 'p1' } },
  deferrable: { fields: { deferred: ['身份证'], deferredUntil: '2026-04-01' } },
  'deemed-unconfirmed': {},
  'immediate-item': { item: { caseKind: '2' } },
  'another-person': { person: 'p1' },
  'decided-alone': { before: ['entrusted', TOWN, { to: 'p2' }] },
  'procedure-allowed': { fields: { procedure: 'site-survey' } },
  'extended-once': { before: ['extended', TOWN, { days: 3 }] },
  'extension-limit': { fields: { days: 11 } },
  'discretion-chosen': { item: { discretion: [TIER] } },
  'co-departments-answered': { before: ['invited', TOWN, { to: COUNTY }] },
  'fees-settled': { before: ['charged', TOWN] },
  'fee-listed': { item: { fees: [] } },
  'upper-level-answered': { item: { level: '3' } },
  'closing-fits': { fields: { closing: '5' } },
  'fee-standard': { fields: { amount: 1001 } },
  'recipient-related': { fields: { recipient: '王某' } },
  'papers-complete': 'elsewhere',
  'answer-relayed': 'elsewhere',
  'written-request': { fields: { written: false } },
  'second-person': { fields: { second: 'p1' } },
  'green-rule': { fields: { rule: '没有的规则' } },
  'due-ahead': { fields: { due: '2026-03-08' } },
}

const choiceFor = (kind: GuardedKind, { when }: Transition): Fields =>
  choicesOf(kind).find((choice) => when === undefined || choice[when.field] === when.is) ?? {}

const itemFor = ({ given }: Transition, changes: Partial<Item> = {}): Item => {
  const [base] = Object.values(KINDS_OF_ITEM).filter((item) => given === undefined || ITEM_CONDITIONS[given](item))
  if (base === undefined) throw new Error(`no item for ${given}`)
  return { ...base, id: 'tried', ...changes }
}

const everywhere = [VILLAGE, TOWN, COUNTY]
const county = (item: Item) => registerWith({ items: [item], letters: everywhere.map((at) => letter(at, item.id)) })

/** Where a line is tried, and by whom. */
function placeOf(kind: GuardedKind, { tiers }: Transition): StationCode {
  if (TRANSITIONS[kind].writer === 'root') return COUNTY
  return tiers.includes('township') ? TOWN : VILLAGE
}

const LINES = GUARDED_KINDS.flatMap((kind) =>
  TRANSITIONS[kind].transitions.flatMap((line) =>
    line.from.slice(0, 1).map((stage) => ({ kind, line, stage, name: `${kind} ${line.when?.is ?? ''} at ${stage}` })),
  ),
)

interface Attempted {
  readonly register: Register
  readonly before: readonly FactEntry[]
  readonly kind: GuardedKind
  readonly station: StationCode
  readonly fields: Fields
  readonly person?: PersonId
}

/** Writes the fact, folds, and asks whether the act was allowed. */
function attempt({ register, before, kind, station, fields, person = writerOf(kind) }: Attempted) {
  const state = fold(before, register)
  const fact = write(kind, station, null, {}, { person, fact: { kind, previous: state.tip, fields } })
  const after = fold([...before, fact], register)
  const actor = { ...everybody(station, kind), person }
  const answer = checkAct(state, actor, register, kind, fields)
  return { state, after, fact, actor, problem: answer.ok ? undefined : answer.problem }
}

function tryGuard(kind: GuardedKind, line: Transition, stage: Stage, guard: GuardName): boolean {
  const how = BREAKS[guard]
  if (how === 'elsewhere' || (guard === 'discretion-chosen' && line.when?.is === 'refused')) return false
  const item = itemFor(line, how.item)
  const register = county(item)
  const station = placeOf(kind, line)
  let before = caseAt(stage, station, item)
  if (how.without !== undefined) before = before.filter(({ fact }) => fact?.kind !== how.without)
  if (how.before !== undefined) before.push(...chain([[how.before[0], station, how.before[2]]], last(before)))
  const again = kind === 'notified' && stage === '25' ? AGAIN : {}
  const fields = { ...FIELDS[kind], ...choiceFor(kind, line), ...again, ...how.fields }
  const person = (how.person ?? writerOf(kind)) as PersonId
  const { state, after, fact, actor, problem } = attempt({ register, before, kind, station, fields, person })
  const where = `${kind} at ${stage}: ${guard}`
  expect(reasonOf(after, fact), where).toBe(guard)
  expect(after.tip, where).toBe(state.tip)
  const shown = after.story.find(({ hash }) => hash === fact.hash)?.aside
  expect(shown?.text, where).toBe(GUARDS[guard].text)
  expect(shown?.resolve, where).toContain('采纳或不采纳')
  expect(problem, where).toMatchObject({
    code: guard,
    message: expect.stringContaining(`${GUARDS[guard].text}。(依据:${sourceFor(item, GUARDS[guard].source)})`),
    next: GUARDS[guard].next,
  })
  const offer = actsFor(state, actor, register).find((each) => each.kind === kind)
  // A condition on what is typed refuses nothing before anything is typed.
  expect(offer?.allowed, where).toBe('typed' in GUARDS[guard])
  return true
}

describe('further conditions', () => {
  const tried = new Set<GuardName>()
  for (const { kind, line, stage, name } of LINES) {
    for (const guard of line.guards ?? []) {
      test(`C72 ${name}: without “${guard}” it does not take effect and the act is refused in words`, () => {
        if (tryGuard(kind, line, stage, guard)) tried.add(guard)
      })
    }
  }
  test('C72 every condition was broken once', () => {
    const missing = Object.entries(BREAKS).filter(([name, how]) => how !== 'elsewhere' && !tried.has(name as GuardName))
    expect(missing).toEqual([])
  })
  test('C72 every condition says in Chinese what forbids, what is possible instead, and where it comes from', () => {
    for (const [name, { text, next, source }] of Object.entries(GUARDS)) {
      for (const words of [text, next, source]) expect(words, name).toMatch(/\p{Script=Han}/u)
      expect(text.endsWith('。'), name).toBe(false)
      expect(next.endsWith('。'), name).toBe(true)
    }
  })
})

describe('signatures of somebody else', () => {
  for (const { kind, line, stage, name } of LINES) {
    for (const field of fieldsOf(kind, ({ signs }) => signs === 'another')) {
      test(`C113 ${name}: “${field}” of the one who acts has no effect and the act is refused`, () => {
        const item = itemFor(line)
        const station = placeOf(kind, line)
        const before = caseAt(stage, station, item)
        const fields = { ...FIELDS[kind], ...choiceFor(kind, line), [field]: writerOf(kind) }
        const { after, fact, problem } = attempt({ register: county(item), before, kind, station, fields })
        expect(epochOf(after, fact)).toBeNull()
        expect(problem).toBeDefined()
      })
    }
  }
})

describe('fields that a line needs', () => {
  for (const { kind, line, stage, name } of LINES) {
    for (const need of line.needs ?? []) {
      test(`C71 ${name}: without “${need}” the fact is incomplete and the act names the field`, () => {
        const item = itemFor(line)
        const register = county(item)
        const station = placeOf(kind, line)
        const before = caseAt(stage, station, item)
        const whole = { ...FIELDS[kind], ...choiceFor(kind, line) }
        const { [need]: _, ...without } = whole
        for (const fields of [without, { ...whole, [need]: need === 'occurredOn' ? '' : '  ' }]) {
          const { after, fact, problem } = attempt({ register, before, kind, station, fields })
          expect(reasonOf(after, fact)).toBe('malformed')
          expect(problem).toMatchObject({ field: need, message: expect.stringContaining(line.source) })
        }
        const { after, fact, problem } = attempt({ register, before, kind, station, fields: whole })
        expect(epochOf(after, fact)).not.toBeNull()
        expect(problem).toBeUndefined()
      })
    }
  }
})

describe('powers', () => {
  for (const { kind, line, stage, name } of LINES) {
    const { powers = [] } = line
    const [power] = powers
    if (power === undefined) continue
    const stations = [VILLAGE, OTHER_TOWN].filter((at) => line.tiers.includes(at === VILLAGE ? 'village' : 'township'))
    for (const station of stations) {
      test(`C73 ${name} in ${station}: a letter is needed and a revoked one is none`, () => {
        const item = itemFor(line, { authorised: powers })
        const before = caseAt(stage, station, item)
        const others = [TOWN, COUNTY].map((at) => letter(at, item.id))
        const again = kind === 'notified' && stage === '25' ? AGAIN : {}
        const fields = { ...FIELDS[kind], ...choiceFor(kind, line), ...again }
        // In an ordinary case nothing is left to confirm; only the power is tried here.
        const fits = kind === 'accepted' && stage === '30' ? 'deemed-unconfirmed' : null
        const tried = (letters: Parameters<typeof registerWith>[0] & object, reason: string | null) => {
          const register = registerWith({ items: [item], letters: [...others, ...(letters.letters ?? [])] })
          const { after, fact, problem } = attempt({ register, before, kind, station, fields })
          expect(reasonOf(after, fact)).toBe(reason)
          expect(problem?.code ?? null).toBe(reason)
          if (problem !== undefined && reason !== fits) expect(problem.next).toContain('有权的窗口')
        }
        const held = letter(station, item.id, { powers })
        tried({ letters: [held] }, fits)
        tried({ letters: [{ ...held, person: writerOf(kind) }] }, fits)
        tried({ letters: [] }, 'no-letter')
        tried({ letters: [{ ...held, powers: ['deliver', 'respond', 'coordinate'] }] }, 'no-letter')
        // One letter for each power does as well as one for all; one of several does not.
        tried({ letters: powers.map((each) => ({ ...held, powers: [each] })) }, fits)
        if (powers.length > 1) tried({ letters: [{ ...held, powers: [power] }] }, 'no-letter')
        tried({ letters: [{ ...held, person: 'somebody' as PersonId }] }, 'no-letter')
        tried({ letters: [{ ...held, until: day('2026-03-08') }] }, 'no-letter')
        tried({ letters: [{ ...held, revoked: { from: day('2026-03-09'), reason: '人员调离' } }] }, 'letter-revoked')
        tried({ letters: [{ ...held, revoked: { from: day('2026-03-10'), reason: '人员调离' } }] }, fits)
      })
    }
  }

  test('C73 a window needs no letter where the item asks for none, a village always does', () => {
    const item = { ...KINDS_OF_ITEM.village, id: 'free', authorised: [] } as Item
    for (const [station, reason] of [
      [OTHER_TOWN, null],
      [VILLAGE, 'no-letter'],
    ] as const) {
      const before = caseAt('20', station, item)
      const register = registerWith({ items: [item] })
      const { after, fact, problem } = attempt({ register, before, kind: 'accepted', station, fields: FIELDS.accepted })
      expect(reasonOf(after, fact), station).toBe(reason)
      expect(problem?.code ?? null, station).toBe(reason)
    }
  })
})
