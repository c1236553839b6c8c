/** Renumbering: a case gets another number, and nothing else of it changes. */
import { expect, test } from 'vitest'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { caseAt } from '#test/casework/paths.ts'
import { COUNTY, FIELDS, fold, OTHER_TOWN, reasonOf, TODAY, TOWN, VILLAGE, write } from '#test/casework/people.ts'

const NEW = String(FIELDS.renumbered.number)
const numbered = (running: number) => mintNumber({ station: TOWN, day: TODAY, lane: 5541, running })

test('C117 the last renumbering that counts gives the number; stage, custody, clocks and what follows stay', () => {
  const facts = caseAt('30', TOWN)
  const before = fold(facts)
  const first = write('renumbered', TOWN, null)
  const second = write('renumbered', COUNTY, null, { number: numbered(2), former: NEW })
  const after = fold([second, ...facts, first])
  expect(after).toMatchObject({ number: numbered(2), formerNumbers: ['n-1', NEW] })
  expect(before).toMatchObject({ number: 'n-1', formerNumbers: [] })
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
    expect(state).toMatchObject({ number: 'n-1', formerNumbers: [], asideOpen: 1 })
    expect(state.papers.map(({ code }) => code)).not.toContain('D25')
  }
  expect(fold([...facts, write('renumbered', VILLAGE, null)]).number).toBe(fold(facts).home === VILLAGE ? NEW : 'n-1')
})
