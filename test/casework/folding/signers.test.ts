/** Who signs for whom: what the public records of people do not allow takes no effect, on every node alike. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Staff } from '#protocol/casework/directory.ts'
import { FACT_KINDS, type FactEntry, isGuarded } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Register } from '#protocol/casework/register.ts'
import { standingOf } from '#protocol/casework/rules/service.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  CASE,
  COUNTY,
  chain,
  day,
  epochOf,
  fold,
  last,
  morning,
  numberAt,
  OPENED_WITH,
  OTHER_TOWN,
  reasonOf,
  register,
  TODAY,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'
import { by, staff } from './signing.ts'

const serving = (
  station: Staff['service'][number]['station'],
  from: string | null = null,
  until: string | null = null,
) => ({
  station,
  roles: [],
  from: from as typeof TODAY | null,
  until: until as typeof TODAY | null,
})

const withStaff = (...people: readonly Staff[]): Register => ({
  ...register,
  authority: {
    ...register.authority,
    standing: (person, station, signing) =>
      standingOf(
        people.find(({ id }) => id === person),
        [],
        person,
        station,
        signing,
      ),
  },
})
/** The writer of the fixtures belongs everywhere. */
const everywhere = (id: string) => staff(id, ...[VILLAGE, TOWN, OTHER_TOWN, COUNTY].map((station) => serving(station)))

test('C120 a fact whose signer did not belong to the station is set aside, and stays for the holder to adopt', () => {
  const county = withStaff(everywhere('p1'), staff('admin', serving(COUNTY)))
  const facts = caseAt('20', TOWN)
  const stolen = write('accepted', TOWN, last(facts), {}, by('admin'))
  const state = fold([...facts, stolen], county)
  expect(reasonOf(state, stolen)).toBe('foreign-person')
  expect(state).toMatchObject({ stage: '20', tip: last(facts).hash, asideOpen: 1 })
  // A person of whom nothing is published is nobody's.
  const unknown = write('accepted', TOWN, last(facts), {}, by('nobody'))
  const nameless = write('accepted', TOWN, last(facts), {}, { person: '' })
  expect(reasonOf(fold([...facts, unknown], county), unknown)).toBe('foreign-person')
  expect(reasonOf(fold([...facts, nameless], county), nameless)).toBe('foreign-person')
  // What the holder adopts counts as its own.
  const adopted = write('adopted', TOWN, last(facts), { fact: stolen.hash })
  const after = fold([...facts, stolen, adopted], county)
  expect(after.stage).toBe('30')
  expect(reasonOf(after, stolen)).toBe('foreign-person')
  expect(epochOf(after, adopted)).toBe(state.epoch)
  // A foreign signer adopts and dismisses nothing.
  const lie = write('adopted', TOWN, last(facts), { fact: stolen.hash }, by('admin'))
  const dismissed = write('dismissed', TOWN, null, { fact: stolen.hash, reason: '不采纳' }, by('admin'))
  expect(fold([...facts, stolen, lie, dismissed], county)).toMatchObject({ stage: '20', asideOpen: 3 })
})

test('C120 the hall does not rule by a name that is not of the hall', () => {
  const facts = caseAt('20', TOWN)
  const ruling = write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN, reason: '失联' }, by('chief'))
  const elsewhere = withStaff(everywhere('p1'), staff('chief', serving(TOWN)))
  expect(reasonOf(fold([...facts, ruling], elsewhere), ruling)).toBe('foreign-person')
  expect(fold([...facts, ruling], withStaff(everywhere('p1'), staff('chief', serving(COUNTY)))).holder).toBe(OTHER_TOWN)
})

test('C121 a fact from before the catalogue that it names was signed on the day of that catalogue or later', () => {
  const facts = caseAt('20', TOWN)
  const county = (until: string) => withStaff(everywhere('p1'), staff('left', serving(TOWN, null, until)))
  const slow = write(
    'accepted',
    TOWN,
    last(facts),
    {},
    {
      ...by('left'),
      time: morning('2009-01-01'),
      clockOffset: null,
      published: morning('2026-03-05'),
    },
  )
  expect(reasonOf(fold([...facts, slow], county('2026-03-04')), slow)).toBe('foreign-person')
  expect(reasonOf(fold([...facts, slow], county('2026-03-05')), slow)).toBeNull()
  expect(fold([...facts, slow], county('2026-03-05')).stage).toBe('30')
  // A clock that is known to be off by so much is right.
  const corrected = { ...slow, clockOffset: morning('2026-03-06') - morning('2009-01-01') }
  expect(reasonOf(fold([...facts, corrected], county('2026-03-05')), corrected)).toBe('foreign-person')
})

test('C122 an opening by a foreign signer opens the case only where no other does, and says so', () => {
  const county = withStaff(everywhere('p1'))
  const stolen = write('opened', VILLAGE, null, {}, by('admin'))
  const alone = fold([stolen], county)
  expect(alone.story[0]).toMatchObject({ epoch: 1, aside: null, marks: [{ mark: 'foreign-person' }] })
  const late = write('opened', VILLAGE, null, {}, { time: morning(TODAY) + 900_000 })
  const built = write('offered', TOWN, stolen)
  const both = fold([stolen, built, late], county)
  expect(epochOf(both, late)).toBe(1)
  expect(reasonOf(both, stolen)).toBe('foreign-person')
  // Nor does a foreign signer at another station make an opening one that somebody has signed for.
  const [first, second] = [write('opened', VILLAGE, null), write('opened', VILLAGE, null)]
  const away = write('offered', VILLAGE, second, { to: TOWN, materials: 4 })
  const [forged, honest] = [write('taken', TOWN, away, {}, by('admin')), write('taken', TOWN, away)]
  expect(epochOf(fold([first, second, away, forged], county), first)).toBe(1)
  expect(epochOf(fold([first, second, away, honest], county), second)).toBe(1)
})

test('C122 a contribution by a foreign signer says nothing', () => {
  const county = withStaff(everywhere('p1'))
  const facts = caseAt('25', TOWN)
  const supplied = write('supplied', TOWN, null, {}, by('admin'))
  const state = fold([...facts, supplied], county)
  expect(reasonOf(state, supplied)).toBe('foreign-person')
  expect(state.supplies).toEqual([])
})

test('C123 a fact by an account that was disabled counts, and is marked', () => {
  const facts = caseAt('20', TOWN)
  const gone: Staff = { ...staff('gone', serving(TOWN)), disabled: [{ from: day(TODAY), until: null }] }
  const accepted = write('accepted', TOWN, last(facts), {}, by('gone'))
  const state = fold([...facts, accepted], withStaff(everywhere('p1'), gone))
  const line = state.story.find(({ hash }) => hash === accepted.hash)
  expect(state).toMatchObject({ stage: '30', asideOpen: 0 })
  expect(line?.marks).toEqual([{ mark: 'account-disabled', text: '账号在登记当天或以前已停用' }])
  const before = fold([...facts, { ...accepted, time: morning('2026-03-08') }], withStaff(everywhere('p1'), gone))
  expect(before.story.flatMap(({ marks }) => marks)).toEqual([])
})

test('C125 a number that names another station, or is none, is not the number of a case', () => {
  for (const number of [
    numberAt(OTHER_TOWN),
    'n-1',
    numberAt(VILLAGE).replaceAll('-', ''),
    numberAt(VILLAGE).toLowerCase(),
  ]) {
    const opening = write('opened', VILLAGE, null, { number })
    const state = fold([opening])
    expect(state).toMatchObject({ number: '', formerNumbers: [], asideOpen: 0 })
    expect(state.story[0]).toMatchObject({
      epoch: 1,
      marks: [{ mark: 'foreign-number', text: '编号不属于登记站点,不予采用' }],
    })
    const renumbered = write('renumbered', VILLAGE, opening, { former: number })
    expect(fold([opening, renumbered])).toMatchObject({ number: numberAt(VILLAGE), formerNumbers: [] })
  }
  const honest = write('opened', VILLAGE, null)
  const stolen = write('renumbered', VILLAGE, honest, { number: numberAt(TOWN) })
  const state = fold([honest, stolen])
  expect(state).toMatchObject({ number: numberAt(VILLAGE, OPENED_WITH), formerNumbers: [], asideOpen: 1 })
  expect(reasonOf(state, stolen)).toBe('foreign-number')
})

test('C126 a document number of another station is not the number of the paper; one of another system stays', () => {
  const foreign = `安政务受〔2026〕${OTHER_TOWN}KQX0007号`
  for (const [document, number] of [
    [foreign, ''],
    [`安政务受〔2026〕${TOWN}KQX0007号`, `安政务受〔2026〕${TOWN}KQX0007号`],
    ['市批〔2026〕1号', '市批〔2026〕1号'],
  ] as const) {
    const accepted = write('accepted', TOWN, last(caseAt('20', TOWN)), { document })
    const state = fold([...caseAt('20', TOWN).slice(0, 0), ...withTip(accepted)])
    expect(state.papers.find(({ fact }) => fact === accepted.hash)?.number).toBe(number)
    expect(state.story.find(({ hash }) => hash === accepted.hash)?.marks.map(({ mark }) => mark)).toEqual(
      number === '' ? ['foreign-document'] : [],
    )
  }
})

/** The facts before one, and it behind them. */
function withTip(fact: FactEntry): FactEntry[] {
  const before = caseAt('20', TOWN)
  const content = fact.fact
  return content ? [...before, { ...fact, fact: { ...content, previous: last(before).hash } }] : before
}

test('C120 whatever anybody signs – any person, station, day, kind – nothing takes effect that the records do not allow', () => {
  const people = [
    staff('p1', serving(VILLAGE), serving(TOWN, '2026-03-05')),
    staff('moved', serving(TOWN, null, '2026-03-06'), serving(OTHER_TOWN, '2026-03-06')),
    staff('hall', serving(COUNTY)),
  ]
  const county = withStaff(...people)
  const one = fc.record({
    person: fc.constantFrom('p1', 'moved', 'hall', 'nobody', ''),
    station: fc.constantFrom(VILLAGE, TOWN, OTHER_TOWN, COUNTY),
    days: fc.integer({ min: 0, max: 12 }),
    isSlow: fc.boolean(),
    kind: fc.constantFrom(...FACT_KINDS),
    behind: fc.nat(6),
  })
  const honest = () =>
    chain([
      ['opened', VILLAGE],
      ['captured', VILLAGE],
      ['offered', VILLAGE],
      ['taken', TOWN],
    ])
  fc.assert(
    fc.property(fc.array(one, { maxLength: 14 }), fc.boolean(), (drawn, isOpened) => {
      const facts = isOpened ? honest() : []
      for (const { person, station, days, isSlow, kind, behind } of drawn) {
        const previous = isGuarded(kind) && kind !== 'opened' ? (facts.at(-1 - (behind % 3)) ?? null) : null
        const subject = facts[behind]?.hash
        const time = morning('2026-03-01') + days * 86_400_000 + facts.length
        const written = { time, published: isSlow ? time + 2 * 86_400_000 : 0, clockOffset: isSlow ? null : 0 }
        facts.push(write(kind, station, previous, subject ? { fact: subject } : {}, { ...by(person), ...written }))
      }
      const state = foldCase(CASE, facts, county)
      expect(foldCase(CASE, [...facts].reverse(), county)).toEqual(state)
      for (const line of state?.story ?? []) {
        const entry = facts.find(({ hash }) => hash === line.hash)
        if (!entry || line.aside || line.kind === 'deemed') continue
        const from = Math.max(entry.time, entry.published ?? 0)
        const first = new Date(from + 8 * 3_600_000).toISOString().slice(0, 10)
        const isSlow = from > entry.time
        const allowed = people.some(
          ({ id, service }) =>
            id === entry.person &&
            service.some(
              (part) =>
                part.station === entry.station &&
                (part.until === null || first <= part.until) &&
                (isSlow || part.from === null || part.from <= first),
            ),
        )
        const isLoneOpening = line.kind === 'opened' && line.marks.some(({ mark }) => mark === 'foreign-person')
        expect(allowed || isLoneOpening, `${line.kind} by ${entry.person}`).toBe(true)
      }
    }),
    { numRuns: 600 },
  )
})
