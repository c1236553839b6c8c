/** What the program has by the law stands in the page of sources, where people look up why. */
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { FURTHER_PAPERS } from '#edge-node/desk/case/paper-layouts.ts'
import { CLOCK_IDS } from '#protocol/casework/course/spans.ts'
import { GUARDED_KINDS } from '#protocol/casework/facts/facts.ts'
import { PAPER_CODES } from '#protocol/casework/papers.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { anchorsOf, documents } from './citations.ts'

const { rows } = anchorsOf(documents.find(({ path }) => basename(path) === 'SOURCES.md')?.text ?? '')
const missing = (section: string, names: readonly (string | number)[]) =>
  names.filter((name) => !rows.has(`${section} ${name}`))

test('H71 every clock, numbered transition and paper of the program has its row in SOURCES.md', () => {
  const numbers = GUARDED_KINDS.flatMap((kind) =>
    TRANSITIONS[kind].transitions.flatMap(({ number }) => (number === null ? [] : [number])),
  )
  expect(missing('3.2', CLOCK_IDS)).toEqual([])
  expect(missing('5.3', numbers)).toEqual([])
  expect(missing('7', [...PAPER_CODES, ...Object.keys(FURTHER_PAPERS)])).toEqual([])
  expect(new Set(numbers).size).toBeGreaterThan(20)
})
