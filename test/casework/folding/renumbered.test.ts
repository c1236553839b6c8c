/** Renumbering: a case gets another number, and nothing else of it changes. */
import { expect, test } from 'vitest'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  fold,
  morning,
  numberAt,
  OPENED_WITH,
  OTHER_TOWN,
  reasonOf,
  TODAY,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

const DAY = 86_400_000
const NEW = numberAt(TOWN)
const numbered = (running: number) => numberAt(TOWN, running)
const OPENED = numberAt(VILLAGE, OPENED_WITH)

test('C117 the last renumbering that counts gives the number; stage, custody, clocks and what follows stay', () => {
  const facts = caseAt('30', TOWN)
  const before = fold(facts)
  const first = write('renumbered', TOWN, null)
  const second = write('renumbered', COUNTY, null, { number: numberAt(COUNTY, 2), former: NEW })
  const after = fold([second, ...facts, first])
  expect(after).toMatchObject({ number: numberAt(COUNTY, 2), formerNumbers: [OPENED, NEW] })
  expect(before).toMatchObject({ number: OPENED, formerNumbers: [] })
  const unmoved = ({ stage, holder, epoch, tip, clocks, days, asideOpen }: typeof after) => ({
    stage,
    holder,
    epoch,
    tip,
    clocks,
    days,
    asideOpen,
  })
  expect(unmoved(after)).toEqual(unmoved(before))
  expect(after.papers.filter(({ code }) => code === 'D25').map(({ fact }) => fact)).toEqual([first.hash, second.hash])
})

test('C117 a station that never held the case, a lone signature or no number changes nothing', () => {
  const facts = caseAt('30', TOWN)
  const refused = [
    [write('renumbered', OTHER_TOWN, null), 'not-holder'],
    [write('renumbered', TOWN, null, { second: 'p1' }), 'second-person'],
    [write('renumbered', TOWN, null, { number: '510724103-260309-KQX-0001-0' }), 'malformed'],
  ] as const
  for (const [fact, reason] of refused) {
    const state = fold([...facts, fact])
    expect(reasonOf(state, fact)).toBe(reason)
    expect(state).toMatchObject({ number: OPENED, formerNumbers: [], asideOpen: 1 })
    expect(state.papers.map(({ code }) => code)).not.toContain('D25')
  }
  expect(fold([...facts, write('renumbered', VILLAGE, null)]).number).toBe(
    fold(facts).home === VILLAGE ? numberAt(VILLAGE) : OPENED,
  )
})

test('C117 a clock that is years ahead gives no number for ever: a later correction replaces the number it gave', () => {
  const facts = caseAt('30', TOWN)
  const tip = fold(facts).tip
  const ahead = write('renumbered', TOWN, tip, {}, { time: morning(TODAY) + 3 * 365 * DAY })
  const mended = write('renumbered', TOWN, tip, { number: numbered(2), former: NEW })
  const again = write('renumbered', COUNTY, tip, { number: numberAt(COUNTY, 3), former: numbered(2) })
  for (const order of [
    [ahead, mended, again],
    [again, mended, ahead],
  ]) {
    expect(fold([...facts, ...order])).toMatchObject({
      number: numberAt(COUNTY, 3),
      formerNumbers: [OPENED, NEW, numbered(2)],
      asideOpen: 0,
    })
  }
  // Two that replace the same number: the first one is followed, the other number can still be found.
  const rival = write('renumbered', TOWN, tip, { number: numbered(4) })
  expect(fold([...facts, mended, ahead, rival])).toMatchObject({
    number: numbered(4),
    formerNumbers: [OPENED, numbered(2), NEW],
  })
  // Numbers that lead back to each other end somewhere.
  const back = write('renumbered', TOWN, tip, { number: NEW, former: numbered(2) })
  expect(fold([...facts, mended, write('renumbered', TOWN, tip), back]).number).toBe(NEW)
})

test('C117 C4 whoever held the case formerly renumbers it no more: neither at the tip nor over what a later holder gave', () => {
  const before = caseAt('10', VILLAGE)
  const seen = fold(before).tip
  const offered = write('offered', VILLAGE, seen, { to: TOWN })
  const taken = write('taken', TOWN, offered)
  const facts = [...before, offered, taken]
  expect(fold(facts)).toMatchObject({ holder: TOWN, epoch: fold(before).epoch + 1 })
  const knowing = write('renumbered', VILLAGE, taken)
  expect(reasonOf(fold([...facts, knowing]), knowing)).toBe('not-holder')
  expect(fold([...facts, knowing]).number).toBe(OPENED)
  const honest = write('renumbered', VILLAGE, seen)
  expect(fold([...facts, honest]).number).toBe(numberAt(VILLAGE))
  const later = write('renumbered', TOWN, taken, { number: numbered(2), former: numberAt(VILLAGE) })
  for (const previous of [seen, null]) {
    const stubborn = write('renumbered', VILLAGE, previous, { number: numberAt(VILLAGE, 3), former: numbered(2) })
    expect(fold([...facts, honest, later, stubborn]).number).toBe(numbered(2))
    const rival = write('renumbered', VILLAGE, previous, { number: numberAt(VILLAGE, 3) }, { time: 1 })
    const first = write('renumbered', TOWN, taken, { number: numbered(2) })
    expect(fold([...facts, rival, first]).number).toBe(numbered(2))
  }
  // The root's counts in whatever epoch it saw, and the holder then may correct it.
  const root = write('renumbered', COUNTY, seen, { number: numberAt(COUNTY, 5), former: numberAt(VILLAGE) })
  const corrected = write('renumbered', TOWN, taken, { number: numbered(6), former: numberAt(COUNTY, 5) })
  expect(fold([...facts, honest, root, corrected]).number).toBe(numbered(6))
})
