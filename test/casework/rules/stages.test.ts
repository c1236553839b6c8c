/** The transition table itself, against the law's spine and SOURCES.md 5.3. */
import { expect, test } from 'vitest'
import { OFFERED_KINDS } from '#protocol/casework/acts/offered-kinds.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import { documentOfFact, FACT_KINDS, GUARDED_KINDS, isGuarded } from '#protocol/casework/facts/facts.ts'
import { letsIn } from '#protocol/casework/folding/standing.ts'
import { completeItem } from '#protocol/casework/item.ts'
import { PAPERS } from '#protocol/casework/papers.ts'
import { REQUIRED_PAPERS } from '#protocol/casework/rules/required-papers.ts'
import { CONTRIBUTORS, findTransition, isAdoptable, TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { SIMPLE } from '#test/casework/people.ts'

const STAGE_CODES = (Object.keys(STAGES) as Stage[]).sort()

/** Every line that changes the stage or has a number in SOURCES.md 5.3, as text. */
const lines = () =>
  GUARDED_KINDS.flatMap((kind) =>
    TRANSITIONS[kind].transitions
      .filter(({ number }) => number !== null)
      .map(
        ({ number, from, to, when, given, tiers, offline }) =>
          `${number} ${kind}${when ? `=${when.is}` : ''} ${from.join('|')}→${to ?? '='}${given ? ` ${given}` : ''}` +
          ` ${tiers.map((tier) => tier.slice(0, 1)).join('')}${offline ? '' : ' connected'}`,
      ),
  ).sort((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10))

test('C5 the spine of the table is transitions 1 to 26 as the law and the counters need them', () => {
  expect(lines()).toEqual([
    '1 opened →00 vtc',
    '2 captured 00→10 capture-starts v',
    '2 captured 00→10 vt',
    '3 received 10→20 tc',
    '3 received 10→20 village-receives v',
    '4 received 00→20 tc',
    '4 received 00→20 village-receives v',
    '5 submitted 00→05 tc',
    '5 prereviewed=passed 05→07 tc',
    '5 prereviewed=returned 05→06 tc',
    '5 resubmitted 06→05 tc',
    '6 received 07→20 tc',
    '6 received 07→20 village-receives v',
    '7 rejected=not-required 20→81 vtc',
    '7 rejected=not-competent 20→80 vtc',
    '7 rejected=returned 20→82 vtc',
    '8 notified 20→25 vtc',
    '8 notified 25→= vtc',
    '9 supplemented 25→30 vtc',
    '10 lapsed 25→84 tc',
    '11 accepted 20→30 vtc',
    '12 accepted 30→= vtc',
    '13 settled=granted 20→60 vtc',
    '13 settled=refused 20→60 vtc',
    '14 assigned 30→40 tc',
    '14 handled 40→41 examined tc',
    '14 handled 40→42 unexamined tc',
    '14 handled 40→42 simple tc',
    '14 examined 41→42 stepped tc',
    '15 sent-back=30 40|41|42→30 tc connected',
    '15 sent-back=40 41|42→40 tc connected',
    '15 sent-back=41 42→41 tc connected',
    '16 suspended 40|41|42→45 tc connected',
    '17 resumed 45→back tc connected',
    '18 extended 30|40|41|42→= tc connected',
    '19 reported 41|42→46 tc connected',
    '20 replied=granted 46→50 tc connected',
    '20 replied=refused 46→51 tc connected',
    '20 replied=returned 46→42 tc connected',
    '20 replied 85→= tc connected',
    '21 decided=granted 30→50 simple tc connected',
    '21 decided=refused 30→51 simple tc connected',
    '21 decided=granted 42→50 stepped tc connected',
    '21 decided=refused 42→51 stepped tc connected',
    '21 decided=granted 42→50 simple tc connected',
    '21 decided=refused 42→51 simple tc connected',
    '22 closed 50|51→60 tc connected',
    '22 closed=4 46→85 tc connected',
    '23 delivered 60→70 tc',
    '23 delivered 60→70 village-delivers v',
    '24 archived 70|80|81|82|83|84|85→90 tc',
    '25 withdrawn 10|20|25|30|40|41|42|45|46→83 vtc',
    '26 voided=void 00|05|06|07|10|20|25|30|40|41|42|45|46|50|51|60|70|80|81|82|83|84|85→86 vtc',
    '26 voided=error 00|05|06|07|10|20|25|30|40|41|42|45|46|50|51|60|70|80|81|82|83|84|85→87 vtc',
  ])
})

const CLOCK_LINES = () => [
  ...new Set(
    GUARDED_KINDS.flatMap((kind) =>
      TRANSITIONS[kind].transitions.map(({ from, to, clock = {} }) => {
        const { stop = [], start = [], begin = [], pause, resume } = clock
        const moves = [...stop.map((id) => `-${id}`), ...start.map((id) => `+${id}`), ...begin.map((id) => `?${id}`)]
        const where = from.length > 4 ? '*' : from.join('|')
        return `${kind} ${where}→${to ?? '='}: ${[...moves, pause && 'pause', resume && 'resume'].filter(Boolean).join(' ')}`
      }),
    ),
  ),
]

test('C76 the clocks each line moves are those of SOURCES.md 3.2', () => {
  expect(CLOCK_LINES().filter((text) => !text.endsWith(': '))).toEqual([
    'captured 00→10: +T0 +T1',
    'captured 00→10: +T0',
    'received 10→20: -T0 ?T1',
    'received 00→20: -T0 ?T1',
    'received 07→20: -T0 ?T1',
    "rejected 20→81: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    "rejected 20→80: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    "rejected 20→82: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    "notified 20→25: -T1 +T1'",
    "notified 25→=: +T1'",
    "supplemented 25→30: -T1 -T1' +T2p +T2s +T4",
    "lapsed 25→84: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    "accepted 20→30: -T1 -T1' +T2p +T2s +T4",
    'settled 20→60: -T1 +T5',
    'assigned 30→40: +T3',
    'handled 40→41: +T3',
    'handled 40→42: +T3',
    'examined 41→42: +T3',
    'sent-back 40|41|42→30: -T3',
    'sent-back 41|42→40: +T3',
    'sent-back 42→41: +T3',
    'suspended 40|41|42→45: +T45 pause',
    'resumed 45→back: -T45 resume',
    "reported 41|42→46: -T4 -T3 -T4' +T43",
    "replied 46→50: -T2p -T2s -T43 +T4' +T5",
    "replied 46→51: -T2p -T2s -T43 +T4' +T5",
    "replied 46→42: -T43 +T4' +T3",
    "replied 85→=: -T43 +T4'",
    'decided 30→50: -T2p -T2s -T3 -T4 +T5',
    'decided 30→51: -T2p -T2s -T3 -T4 +T5',
    'decided 42→50: -T2p -T2s -T3 -T4 +T5',
    'decided 42→51: -T2p -T2s -T3 -T4 +T5',
    "closed 46→85: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T4' -T45 -T5 -T6",
    'concluded 30|40|41|42→60: -T2p -T2s -T3 -T4 +T5',
    'delivered 60→70: -T5',
    'archived *→90: -T43',
    "withdrawn *→83: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    "voided *→86: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    "voided *→87: -T0 -T1 -T1' -T2p -T2s -T3 -T4 -T43 -T4' -T45 -T5 -T6",
    'offered *→=: +T6',
    'retracted *→=: -T6',
    'taken *→=: -T6',
    'declined *→=: -T6',
    'reassigned *→=: -T6',
  ])
})

test('C5 custody moves at any stage before the archive and leaves the stage', () => {
  const settled: readonly Stage[] = ['86', '87', '90']
  for (const kind of ['offered', 'retracted', 'taken', 'declined', 'reassigned', 'adopted'] as const) {
    const [transition, ...more] = TRANSITIONS[kind].transitions
    expect(more).toEqual([])
    expect([...(transition?.from ?? [])].sort()).toEqual(STAGE_CODES.filter((stage) => !settled.includes(stage)))
    expect(transition).toMatchObject({ to: null, offline: true })
  }
})

test('C5 every stage but the draft is reached by a line, and every stage that is not an end is left by one', () => {
  const all = GUARDED_KINDS.flatMap((kind) => TRANSITIONS[kind].transitions)
  const reached = new Set(all.map(({ to }) => to))
  expect(STAGE_CODES.filter((stage) => !reached.has(stage))).toEqual([])
  const left = new Set(all.filter(({ to }) => to !== null).flatMap(({ from }) => from))
  expect(STAGE_CODES.filter((stage) => !left.has(stage))).toEqual(['86', '87', '90'])
})

test('C5 no two lines of a fact claim the same stage, tier, kind of item and choice', () => {
  for (const kind of GUARDED_KINDS) {
    const claims = TRANSITIONS[kind].transitions.flatMap(({ from, tiers, when, given }) =>
      from.flatMap((stage) => tiers.map((tier) => `${stage} ${tier} ${given ?? ''} ${when?.is ?? ''}`)),
    )
    expect(new Set(claims).size, kind).toBe(claims.length)
  }
})

test('C70 the first line that fits is meant, and an item whose record is not here counts as simple', () => {
  const at = (clockStart: 'capture' | 'window') => ({
    stage: '00' as const,
    tier: 'village' as const,
    item: { ...SIMPLE, clockStart, receivingTiers: ['village', 'township'] as const },
  })
  expect(findTransition('captured', at('capture'))?.clock).toEqual({ start: ['T0', 'T1'] })
  expect(findTransition('captured', at('window'))?.clock).toEqual({ start: ['T0'] })
  const unknown = { stage: '40' as const, tier: 'county' as const, item: undefined }
  expect(findTransition('handled', unknown)).toMatchObject({ to: '42', given: 'simple' })
  const stepped = completeItem({ ...SIMPLE, steps: [{ stage: '41', role: '', standard: '', days: null }] })
  expect(findTransition('handled', { ...unknown, item: stepped })?.to).toBe('41')
  expect(findTransition('handled', { ...unknown, tier: undefined })).toBeUndefined()
})

test('C18 exactly the facts that move a begun case to another stage are adoptable', () => {
  const custody = ['offered', 'retracted', 'taken', 'declined', 'reassigned', 'adopted', 'countersigned']
  const beside = ['opened', 'entrusted', 'extended', 'prioritised', 'invited', 'charged']
  expect(GUARDED_KINDS.filter((kind) => !isAdoptable(kind)).sort()).toEqual([...custody, ...beside].sort())
})

test('C30 every act has its place in the order in which acts are offered', () => {
  const guarded = GUARDED_KINDS.filter((kind) => kind !== 'opened' && !letsIn(kind))
  expect([...OFFERED_KINDS].sort()).toEqual([...guarded].sort())
  expect(Object.keys(CONTRIBUTORS).sort()).toEqual(FACT_KINDS.filter((kind) => !isGuarded(kind)).sort())
})

test('C77 every document that a fact makes, and every one a file must hold, has its title', () => {
  const made = FACT_KINDS.flatMap((kind) => documentOfFact(kind) ?? [])
  expect(made.filter((code) => !Object.hasOwn(PAPERS, code))).toEqual([])
  const required = Object.values(REQUIRED_PAPERS).flat()
  expect(required.filter((code) => !made.includes(code))).toEqual([])
})
