/** What the rules of fields say besides type and label: who fills them in, where they are asked for, who reads them. */
import { expect, test } from 'vitest'
import { formFields, OVERRIDE } from '#edge-node/commands/cases/form.ts'
import { documentOfFact, FACT_KINDS, type FactKind, fieldNames, fieldsOf } from '#protocol/casework/facts/facts.ts'
import { type FieldRule, isStated } from '#protocol/casework/facts/fields.ts'
import { SIMPLE } from '#test/casework/people.ts'

const kindsWith = (wanted: (rule: FieldRule) => boolean): FactKind[] =>
  FACT_KINDS.filter((kind) => fieldsOf(kind, wanted).length > 0)

test('numbers that name a person are hidden from whoever does not handle the case', () => {
  expect(fieldNames(({ secret }) => secret === true).toSorted()).toEqual(['idNumber', 'phone', 'recipientId'])
})

test('what the node reads from the application form stands on every form, in facts that seal it', () => {
  const read = ({ fill }: FieldRule) => fill === 'form'
  expect(fieldNames(read)).toEqual(['applicant', 'idNumber', 'idOverride', 'phone'])
  const onForm = [...formFields(SIMPLE).map(({ id }) => id), OVERRIDE]
  expect(fieldNames(read).filter((name) => !onForm.includes(name))).toEqual([])
  const again = ['supplemented', 'accepted', 'settled']
  expect(kindsWith(read)).toEqual(['captured', 'submitted', 'received', ...again])
  expect(kindsWith((rule) => read(rule) && !isStated(rule))).toEqual(again)
  const sealing = kindsWith(({ type }) => type === 'seals')
  expect(kindsWith(read).filter((kind) => !sealing.includes(kind))).toEqual([])
})

test('a number is given to the paper of a fact that makes one, and never where one must be typed', () => {
  const minted = kindsWith(({ fill }) => fill === 'number')
  expect(minted.length).toBeGreaterThan(10)
  expect(minted.filter((kind) => documentOfFact(kind) === undefined)).toEqual([])
  // Lists inside the file, a slip between two hands, and a paper that another system numbered.
  const unnumbered = FACT_KINDS.filter((kind) => documentOfFact(kind) !== undefined && !minted.includes(kind))
  expect(unnumbered).toEqual(['concluded', 'archived', 'offered', 'verified'])
  expect(fieldNames(({ fill }) => fill === 'number')).toEqual(['document'])
  expect(kindsWith(({ fill, required }) => fill === 'number' && required)).toEqual([])
})

test('the edition is filled in where a case is received', () => {
  expect(kindsWith(({ fill }) => fill === 'edition')).toEqual(['received'])
})

test('where a field is asked for, and what is told of it elsewhere', () => {
  expect(fieldNames(({ asked }) => asked === 'form')).toEqual([
    'applicant',
    'idNumber',
    'idOverride',
    'phone',
    'materials',
  ])
  expect(fieldNames(({ asked }) => asked === 'late')).toEqual(['occurredOn', 'occurredWhy', 'proposedTo'])
  expect(fieldNames((rule) => rule.asked === 'nowhere' && isStated(rule)).toSorted()).toEqual([
    'document',
    'former',
    'itemVersion',
    'master',
    'number',
    'proposedTo',
    'source',
  ])
  expect(fieldNames((rule) => rule.told === false && isStated(rule)).toSorted()).toEqual([
    'itemVersion',
    'master',
    'occurredOn',
    'occurredWhy',
    'proposedTo',
  ])
})

test('whoever signs beside the one who acts is named by account, and who confirms is somebody else', () => {
  const isLate = ({ asked }: FieldRule) => asked === 'late'
  expect(kindsWith((rule) => rule.signs === 'another' && !isLate(rule))).toEqual(['lapsed', 'voided', 'renumbered'])
  // Entered late they stop a clock, on somebody else's word as well (rule C153).
  const late = ['accepted', 'decided', 'notified', 'rejected', 'replied', 'withdrawn']
  expect(kindsWith((rule) => rule.signs === 'another' && isLate(rule)).toSorted()).toEqual(late)
  expect(kindsWith(({ signs }) => signs === 'anybody').toSorted()).toEqual([
    'extended',
    'notified',
    'prioritised',
    'suspended',
    'waived',
  ])
  // Former programs let anything be typed there.
  expect(kindsWith(({ signs, type }) => signs !== undefined && type !== 'person')).toEqual(['extended'])
})

test('the fact that another one is about is called fact: forms and their drawing know it by that name', () => {
  expect(fieldNames(({ type }) => type === 'hash')).toEqual(['fact'])
})
