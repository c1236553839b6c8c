/**
 * What a case is found by: terms, each of which is found by how it begins. A name is found from each of its characters
 * on, as it is written, in pinyin and by initials; a number from each of its parts on, and by how it ends.
 */
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { foldText, isNumber } from './case-order.ts'
import { initialsOf, syllablesOf } from './pinyin.ts'

/** What stands before a number that is written backwards: its end is how that begins. */
const BACKWARDS = '<'

/** Of longer terms, and texts, only so much is compared: more than any number has. */
const TERM_CHARACTERS = 32

/** Longer names are those of companies: their pinyin is found from the first character on alone, which halves their terms. */
const PERSON_CHARACTERS = 6

/** An identity number goes on with the birthday behind these digits, which tell the place. */
const PLACE_DIGITS = 6

const cutTerm = (term: string): string =>
  term.length <= TERM_CHARACTERS ? term : [...term].slice(0, TERM_CHARACTERS).join('')

const reversed = (term: string): string => BACKWARDS + [...term].reverse().join('')

/** Everything from each part on. */
const fromEach = (parts: readonly string[]): string[] => parts.map((_, at) => parts.slice(at).join(''))

function nameTerms(name: string): string[] {
  const characters = [...foldText(name)]
  const syllables = syllablesOf(characters.join(''))
  const isPerson = characters.length <= PERSON_CHARACTERS
  const spoken = isPerson ? syllables.map((_, at) => syllables.slice(at)) : [syllables]
  return [...fromEach(characters), ...spoken.flatMap((rest) => [rest.join(''), initialsOf(rest)])]
}

/** A number from each part between its hyphens on, and backwards. */
function numberTerms(number: string): string[] {
  const parts = number.split(/[\s\p{Pd}]+/u).map(foldText)
  return [...fromEach(parts), reversed(parts.join(''))]
}

const identityTerms = (number: string): string[] => [...numberTerms(number), foldText(number).slice(PLACE_DIGITS)]

/** The terms of a case in one text, a space before each. */
export function termsOf({ number, formerNumbers, idNumber, phone, applicant }: CaseRow): string {
  const numbers = [number, ...formerNumbers, phone].flatMap(numberTerms)
  const terms = [...nameTerms(applicant), ...numbers, ...identityTerms(idNumber)].map(cutTerm)
  return [...new Set(terms)].map((term) => (term === '' || term === BACKWARDS ? '' : ` ${term}`)).join('')
}

/**
 * How a term begins that a folded text finds; a text with a digit and no Chinese is also the end of a number. Empty for an
 * empty text.
 */
export function soughtTerms(folded: string): readonly string[] {
  if (folded === '') return []
  return (isNumber(folded) ? [folded, reversed(folded)] : [folded]).map(cutTerm)
}

/** Whether a case of these terms is found. */
export const hasTerm = (terms: string, sought: readonly string[]): boolean =>
  sought.some((term) => terms.includes(` ${term}`))
