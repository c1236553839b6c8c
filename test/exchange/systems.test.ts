/** The lists of other systems and what they mean here. */
import { expect, test } from 'vitest'
import { CLOSING_TYPES } from '#protocol/casework/codes.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import {
  actionOf,
  EXCHANGE_STATE,
  EXPORTED_STEPS,
  foreignState,
  STATE_LISTS,
} from '#protocol/casework/exchange/systems.ts'

test('X4 the lists of 新点, 广东 and 办结类型 are complete and lead to stages that exist', () => {
  const codes = (list: keyof typeof STATE_LISTS) => Object.keys(STATE_LISTS[list].states)
  expect(codes('epoint')).toEqual(['12', '14', '16', '24', '26', '28', '30', '40', '50', '90', '97', '98', '99'])
  expect(codes('guangdong')).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  expect(codes('guangdong-steps').length).toBe(12)
  expect(codes('closing')).toEqual([...Object.keys(CLOSING_TYPES), '7'])
  for (const { states } of Object.values(STATE_LISTS))
    for (const { stage } of Object.values(states)) expect(STAGES).toHaveProperty(stage)
})

test('X4 a code that a list does not have means nothing', () => {
  expect(foreignState('epoint', '30')).toEqual({ title: '已受理', stage: '30' })
  expect(foreignState('epoint', '31')).toBeUndefined()
  expect(foreignState('epoint', 'constructor')).toBeUndefined()
})

test('X5 every stage has an exchange state, and the states lead back to a stage of the same meaning', () => {
  const expected: Partial<Record<Stage, string>> = {
    '00': '5',
    '10': '5',
    '20': '0',
    '25': '3',
    '30': '0',
    '42': '0',
    '45': '4',
    '46': '0',
    '51': '0',
    '60': '1',
    '70': '1',
    '84': '1',
    '86': '2',
    '87': '2',
    '90': '6',
  }
  for (const [stage, state] of Object.entries(expected)) expect(EXCHANGE_STATE[stage as Stage], stage).toBe(state)
  for (const stage of Object.keys(STAGES) as Stage[])
    expect(foreignState('guangdong', EXCHANGE_STATE[stage])).toBeDefined()
})

test('X6 an action is 通过, 退回 or 其他 by the result of the fact, else by its kind', () => {
  expect(actionOf('decided', 'granted')).toBe('通过')
  expect(actionOf('decided', 'refused')).toBe('退回')
  expect(actionOf('prereviewed', 'returned')).toBe('退回')
  expect(actionOf('handled', undefined)).toBe('通过')
  expect(actionOf('sent-back', undefined)).toBe('退回')
  expect(actionOf('suspended', undefined)).toBe('其他')
  for (const exported of Object.values(EXPORTED_STEPS))
    if (exported !== null) expect(foreignState('guangdong-steps', exported.step)).toBeDefined()
})
