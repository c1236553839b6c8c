/** Whatever comments and documents name exists: documents with their places, rules, decisions, files. */
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import {
  anchorsOf,
  commentsOf,
  decisionProblems,
  documentProblems,
  documents,
  type Library,
  pathProblems,
  pathsIn,
  ruleProblems,
  rulesOf,
} from './citations.ts'
import { type Source, sources } from './tree.ts'

const code = ['.ts', '.js', '.css'].flatMap(sources)
const comments = code.map((source): Source => ({ path: source.path, text: commentsOf(source) }))
const everything = [...comments, ...documents]

/** Every folder on the way to a file. */
const folders = (path: string): string[] =>
  path.split('/').flatMap((_, index, parts) => (index === 0 ? [] : [parts.slice(0, index).join('/')]))

const library: Library = {
  documents: new Map(documents.map(({ path, text }) => [basename(path), anchorsOf(text)])),
  rules: new Set(rulesOf(documents.find(({ path }) => path.endsWith('SPEC.md'))?.text ?? '')),
  paths: new Set([...code, ...documents, ...sources('.sql')].flatMap(({ path }) => [path, ...folders(path)])),
}

const problemsOf = (list: readonly Source[], find: (source: Source) => readonly string[]): string[] =>
  list.flatMap((source) => find(source).map((problem) => `${source.path}: ${problem}`))

test('H51 every document that is named exists, once, and has the section, number or row', () => {
  expect(problemsOf(everything, ({ text }) => documentProblems(text, library).problems)).toEqual([])
  expect(library.documents.size).toBe(documents.length)
  expect(library.documents.size).toBeGreaterThan(6)
})

test('H52 every rule, clock, paper and decision that is named exists', () => {
  expect(
    problemsOf(everything, ({ path, text }) => [
      ...ruleProblems(documentProblems(text, library).rest, library, path.endsWith('SOURCES.md')),
      ...decisionProblems(text, library),
    ]),
  ).toEqual([])
})

test('H53 every file that a document or a comment names exists', () => {
  const inComments = (text: string) => [...text.matchAll(/(?<![\w./-])[\w/-]+\.ts\b/g)].map(([name]) => name)
  const inLines = (text: string) => text.split('\n').flatMap((line) => pathProblems(pathsIn(line), library))
  expect(problemsOf(documents, ({ text }) => inLines(text))).toEqual([])
  expect(problemsOf(comments, ({ path, text }) => pathProblems(inComments(text), library, dirname(path)))).toEqual([])
})

test('H51 H52 H53 what does not exist is found', () => {
  const cited = (text: string) => documentProblems(text, library).problems
  expect(cited('see sync.md')).toEqual(['sync.md'])
  expect(cited('hub/SPEC.md')).toEqual(['hub/SPEC.md'])
  expect(cited('(SOURCES.md 5.1, 5.9)')).toEqual(['SOURCES.md, 5.9'])
  expect(cited('SOURCES.md section 0 no. 16, section 0 no. 21')).toEqual(['SOURCES.md no. 21'])
  expect(cited('SOURCES.md A18, A19')).toEqual(['SOURCES.md, A19'])
  expect(cited('SOURCES.md section 7 D26; D26')).toEqual(['SOURCES.md D26'])
  expect(cited('SOURCES.md section 7 D26')).toEqual(['SOURCES.md D26'])
  expect(cited('SOURCES.md section 7, D26')).toEqual([])
  expect(cited('transitions 1 to 28 of SOURCES.md 5.3')).toEqual(['transitions 1 to 28 of SOURCES.md 5.3'])
  expect(cited('DECISIONS.md no. 999')).toEqual(['DECISIONS.md no. 999'])
  expect(ruleProblems('S1, (S999), rules L1–L99, S73', library, false)).toEqual(['S999', 'L99'])
  expect(ruleProblems('A19, rule A18; rules L1–L99', library, true)).toEqual(['L99'])
  expect(ruleProblems("clocks T1', T2p and T9, D01, D00", library, false)).toEqual(['clock T9', 'D00'])
  expect(decisionProblems('decisions 1, 998 and 2', library)).toEqual(['decision 998'])
  expect(pathProblems(['protocol/casework/', 'guards.ts', 'protocol/guards.ts'], library)).toEqual([
    'protocol/guards.ts',
  ])
  expect(pathsIn('`type/id` `protocol/x.ts` `#hub/main.ts` `/api/x.json` `a.md`')).toEqual([
    'protocol/x.ts',
    '#hub/main.ts',
    'a.md',
  ])
})
