/** What others take their time for – the upper level, an expert, the applicant – is no lateness of the case. */
import { describe, expect, test } from 'vitest'
import { emptyFile } from '#protocol/engine/cases/case-file.ts'
import { rowOf } from '#protocol/engine/cases/case-row.ts'
import { CASE, COUNTY, chain, fold, TOWN } from '#test/casework/people.ts'
import { ABOVE, accepted, clock, followed, isLate, on, PLAIN } from './late-cases.ts'

describe('what others take their time for', () => {
  test('Q78 a row wakes for the office’s last day also where somebody else’s is over before, and shows it', () => {
    // The applicant has until 5 March; the hand-over of the 10th is to be signed for on the 11th.
    const facts = chain([
      ['opened', TOWN, { item: PLAIN.id, itemVersion: PLAIN.edition }, '2026-03-02'],
      ['received', TOWN, { itemVersion: PLAIN.edition }, '2026-03-02'],
      ['notified', TOWN, { days: 3 }, '2026-03-02'],
      ['offered', TOWN, { to: COUNTY }, '2026-03-10'],
    ])
    const rowOn = (today: string) => rowOf({ ...emptyFile(CASE), facts: [...facts] }, on(today))
    expect(rowOn('2026-03-10')).toMatchObject({
      due: '2026-03-11',
      dueClock: 'T6',
      wake: '2026-03-12',
      exceeded: false,
    })
    expect(rowOn('2026-03-12')).toMatchObject({ wake: null, exceeded: true })
    // While nothing of the office's runs, what others are late with is shown.
    const waiting = rowOf({ ...emptyFile(CASE), facts: facts.slice(0, 3) }, on('2026-03-10'))
    expect(waiting).toMatchObject({ due: '2026-03-05', dueClock: "T1'", wake: null, exceeded: false })
  })

  const reported = followed(
    accepted(ABOVE),
    ['assigned', TOWN, {}, '2026-03-03'],
    ['handled', TOWN, {}, '2026-03-04'],
    ['reported', TOWN, {}, '2026-03-05'],
  )

  test('Q79 while the upper level decides, the limits for deciding stand still and its own runs', () => {
    const away = fold(reported, on('2026-04-20'))
    // 3, 4 and 5 March count; then the city has it.
    for (const id of ['T2p', 'T2s'])
      expect(clock(away, id)).toMatchObject({ state: 'paused', due: null, used: 3, exceeded: false })
    // Fifteen working days behind 5 March.
    expect(clock(away, 'T43')).toMatchObject({ state: 'running', limit: 15, due: '2026-03-26', exceeded: true })
    expect(isLate(away)).toBe(false)
    const returned = fold(followed(reported, ['replied', TOWN, { result: 'returned' }, '2026-04-20']), on('2026-04-21'))
    // The day of the reply does not count: the fourth day is the 21st, the tenth the 29th.
    expect(clock(returned, 'T2p')).toMatchObject({ state: 'running', used: 4, due: '2026-04-29' })
    expect(returned.away).toEqual([{ from: '2026-03-05', until: '2026-04-20' }])
    const granted = fold(followed(reported, ['replied', TOWN, { result: 'granted' }, '2026-04-20']), on('2026-04-21'))
    expect(clock(granted, 'T2s')).toMatchObject({ state: 'stopped', used: 3, exceeded: false })
    expect(isLate(granted)).toBe(false)
  })

  test('Q79 who was late before reporting up stays late, and what the county itself decides runs on', () => {
    const late = followed(
      accepted(ABOVE),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['handled', TOWN, {}, '2026-03-04'],
      ['reported', TOWN, {}, '2026-03-17'],
    )
    expect(clock(fold(late, on('2026-03-18')), 'T2p')).toMatchObject({ exceeded: true })
    const own = followed(
      accepted(PLAIN),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['handled', TOWN, {}, '2026-03-04'],
      ['reported', TOWN, {}, '2026-03-05'],
    )
    expect(clock(fold(own, on('2026-03-18')), 'T2p')).toMatchObject({
      state: 'running',
      due: '2026-03-16',
      exceeded: true,
    })
    expect(fold(own, on('2026-03-18')).away).toEqual([])
  })

  test('Q79 the step that was closed as passed on still waits for the upper level', () => {
    const passed = followed(reported, ['closed', TOWN, { closing: '4' }, '2026-03-06'])
    expect(clock(fold(passed, on('2026-03-27')), 'T43')).toMatchObject({ state: 'running', due: '2026-03-26' })
    const replied = followed(passed, ['replied', TOWN, { result: 'granted' }, '2026-03-24'])
    expect(clock(fold(replied, on('2026-03-27')), 'T43')).toMatchObject({ state: 'stopped', stopped: '2026-03-24' })
  })

  test('Q79 a case that was filed, withdrawn or voided waits for no upper level', () => {
    const passed = followed(
      reported,
      ['closed', TOWN, { closing: '4' }, '2026-03-06'],
      ['relayed', TOWN, {}, '2026-03-08'],
    )
    const ends = [
      followed(passed, ['archived', TOWN, {}, '2026-03-10']),
      followed(reported, ['withdrawn', TOWN, {}, '2026-03-10']),
      followed(reported, ['voided', COUNTY, {}, '2026-03-10']),
    ]
    for (const facts of ends) {
      const state = fold(facts, on('2026-04-20'))
      expect(state.away, state.stage).toEqual([{ from: '2026-03-05', until: '2026-03-10' }])
      expect(clock(state, 'T43'), state.stage).toMatchObject({ state: 'stopped', stopped: '2026-03-10' })
    }
  })

  test('Q80 a special procedure has the days that the applicant was told, and takes nothing from the case when they are over', () => {
    const facts = followed(
      accepted(PLAIN),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['suspended', TOWN, { days: 5 }, '2026-03-04'],
    )
    const state = fold(facts, on('2026-03-12'))
    expect(clock(state, 'T45')).toMatchObject({ limit: 5, due: '2026-03-11', exceeded: true, state: 'running' })
    expect(isLate(state)).toBe(false)
    expect(rowOf({ ...emptyFile(CASE), facts: [...facts] }, on('2026-03-12'))).toMatchObject({ exceeded: false })
    const resumed = fold(followed(facts, ['resumed', TOWN, {}, '2026-03-13']), on('2026-03-13'))
    expect(clock(resumed, 'T45')).toMatchObject({ state: 'stopped', stopped: '2026-03-13' })
    expect(isLate(resumed)).toBe(false)
  })

  test('Q81 an applicant who supplements late makes no case late', () => {
    const facts = chain([
      ['opened', TOWN, { item: PLAIN.id, itemVersion: PLAIN.edition }, '2026-03-02'],
      ['received', TOWN, { itemVersion: PLAIN.edition }, '2026-03-02'],
      ['notified', TOWN, { days: 5 }, '2026-03-03'],
    ])
    const state = fold(facts, on('2026-03-20'))
    expect(clock(state, "T1'")).toMatchObject({ exceeded: true })
    expect(isLate(state)).toBe(false)
    const again = followed(facts, ['notified', TOWN, { days: 5, override: '原告知有误', approver: 'p9' }, '2026-03-20'])
    expect(isLate(fold(again, on('2026-03-20')))).toBe(false)
  })
})
