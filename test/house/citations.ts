/** What comments and documents cite: documents with sections, numbers and rows, rules of SPEC, decisions, files. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ROOT, type Source, sources } from './tree.ts'

/** What a document can be cited by. */
interface Anchors {
  readonly sections: ReadonlySet<string>
  /** Rows of tables and numbered lines, each as `section row` and as `row` alone. */
  readonly rows: ReadonlySet<string>
}

/** Everything citations are looked up in. */
export interface Library {
  /** By file name, which is enough to know a document by. */
  readonly documents: ReadonlyMap<string, Anchors>
  readonly rules: ReadonlySet<string>
  readonly paths: ReadonlySet<string>
}

/** Sections, rows and numbered lines of a document. */
export function anchorsOf(text: string): Anchors {
  const sections = new Set<string>()
  const rows = new Set<string>()
  let section = ''
  for (const line of text.split('\n')) {
    const heading = /^#{2,4} (\d+(?:\.\d+)?)[. ]/.exec(line)?.[1]
    if (/^#{2,4} /.test(line)) section = heading ?? section
    if (heading) sections.add(heading)
    const row = /^(?:\| ([A-Z]?\d{1,3}'?[a-z]?) \||(\d{1,2})\. )/.exec(line)
    const name = row?.[1] ?? row?.[2]
    if (name) rows.add(name).add(`${section} ${name}`)
  }
  return { sections, rows }
}

/** The rules of a specification. */
export const rulesOf = (specification: string): string[] =>
  [...specification.matchAll(/^- \*\*([A-Z]{1,2}[0-9]+)\*\* \S/gm)].map((match) => match[1] as string)

/** All documents of the project, those beside the four folders too. */
export const documents: readonly Source[] = [
  ...readdirSync(ROOT)
    .filter((name) => name.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  ...sources('.md'),
]

/** The comments of a file, one text with a space in place of each line's beginning. */
export const commentsOf = ({ text }: Source): string =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/.*$/gm)]
    .map(([comment]) => comment.replace(/\s*\n\s*(\*|\/\/)?\s*/g, ' '))
    .join('\n')

const NAMED = /(?<![\w@./-])((?:[\w-]+\/)*[A-Za-z][\w-]*\.md)\b/g
const PLACE = /`?\s*(?:(,|and|to|–|, and)\s*)?(?:(sections?|nos?\.)\s*)?([A-Z]?\d+(?:\.\d+)?)(?![.\d]*\w)/y
const TRANSITIONS = /\btransitions? (\d+)(?: to (\d+))? of ([\w-]+\.md) (\d+(?:\.\d+)?)/g

/** What is cited of documents and does not exist, and the text without those citations. */
export function documentProblems(text: string, library: Library): { problems: string[]; rest: string } {
  const problems: string[] = []
  let rest = text
  for (const match of text.matchAll(NAMED)) {
    const name = match[1] as string
    const anchors = library.documents.get(basename(name))
    const known = anchors && (name === basename(name) || library.paths.has(name))
    if (!known) problems.push(name)
    let section = ''
    PLACE.lastIndex = match.index + name.length
    for (let place = PLACE.exec(text); place; place = PLACE.exec(text)) {
      const [cited, separator, word, value] = place as unknown as [string, string?, string?, string?]
      rest = rest.slice(0, place.index) + ' '.repeat(cited.length) + rest.slice(PLACE.lastIndex)
      if (value === undefined || !known) continue
      if (separator !== undefined) section = ''
      const isRow = /^[A-Z]/.test(value) || (word?.startsWith('no') === true && section !== '')
      if (!isRow) section = value
      const exists = isRow
        ? anchors.rows.has(section === '' ? value : `${section} ${value}`)
        : anchors.sections.has(value)
      if (!exists) problems.push(`${name}${cited}`)
    }
  }
  for (const [cited, first, last = first, name, section] of text.matchAll(TRANSITIONS)) {
    const rows = library.documents.get(name as string)?.rows
    if (![first, last].every((row) => rows?.has(`${section} ${row}`))) problems.push(cited)
  }
  return { problems, rest }
}

/** Names that look like rules and are none. */
const NAMES: ReadonlySet<string> = new Set(['V8'])
const CODE = /(?<![\w.\-/])[A-Z]{1,2}\d{1,3}(?!\w)/g
const CLOCKS = /\bclocks? ((?:T\d+'?[a-z]?(?:, | and | to )?)+)/gi
const BY_RULE = /\brules? ((?:[A-Z]\d+(?:[–,;]| and)?\s?)+)/g

/** Rules, clocks and papers that are cited and do not exist. A document with codes of its own says “rule” before one of SPEC. */
export function ruleProblems(text: string, library: Library, ownCodes: boolean): string[] {
  const { rows } = library.documents.get('SOURCES.md') ?? { rows: new Set<string>() }
  if (ownCodes)
    return [...text.matchAll(BY_RULE)]
      .flatMap(([, list]) => [...(list as string).matchAll(/[A-Z]\d+/g)].map(([rule]) => rule))
      .filter((rule) => !library.rules.has(rule))
  const clocks = [...text.matchAll(CLOCKS)].flatMap(([, list]) => (list as string).match(/T\d+'?[a-z]?/g) ?? [])
  const codes = [...text.replace(CLOCKS, ' ').matchAll(CODE)].map(([code]) => code)
  return [
    ...clocks.filter((clock) => !rows.has(`3.2 ${clock}`)).map((clock) => `clock ${clock}`),
    ...codes.filter((code) =>
      /^[A-Z]0\d/.test(code) ? !rows.has(`7 ${code}`) : !library.rules.has(code) && !NAMES.has(code),
    ),
  ]
}

/** Decisions that are cited and do not exist. */
export function decisionProblems(text: string, library: Library): string[] {
  const { sections } = library.documents.get('DECISIONS.md') ?? { sections: new Set<string>() }
  return [...text.matchAll(/\bdecisions? (\d+(?:(?:, | and |–)\d+)*)/gi)]
    .flatMap(([, list]) => (list as string).match(/\d+/g) ?? [])
    .filter((number) => !sections.has(number))
    .map((number) => `decision ${number}`)
}

/**
 * Files and folders that are named and do not exist: whole paths, names in or beside a folder named before or in
 * `folder`, or the end of one path and no other.
 */
export function pathProblems(named: readonly string[], { paths }: Library, folder = ''): string[] {
  const wrong: string[] = []
  const near = new Set([folder])
  for (const name of named.map((each) => each.replace(/^#/, '').replace(/\/$/, ''))) {
    const ends = [...paths].filter((path) => path.endsWith(`/${name}`))
    const meant = [name, ...[...near].map((each) => `${each}/${name}`), ...(ends.length === 1 ? ends : [])]
    const found = meant.find((path) => paths.has(path))
    if (found === undefined) wrong.push(name)
    else near.add(/\.\w+$/.test(found) ? dirname(found) : found).add(dirname(found))
  }
  return wrong
}

/** Paths in a document: what stands between backticks and begins in one of the four folders or ends like a file. */
export const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`(#?[\w][\w./-]*)`/g)]
    .map((match) => match[1] as string)
    .filter((name) => /^#?(protocol|hub|edge-node|test)\/\w/.test(name) || /\.(ts|md|css)$/.test(name))
