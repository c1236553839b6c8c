/**
 * What a case is found by: terms, each of which is found by how it begins. A name is found from each of its characters
 * on, as it is written, in pinyin and by initials; a number from each of its parts on, and by how it ends.
 */
import { numberWithin } from '#protocol/casework/identity/case-numbers.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { foldText, isNumber } from './case-order.ts'
import { initialsOf, syllablesOf } from './pinyin.ts'

/** What stands before a number that is written backwards: its end is how that begins. */
const BACKWARDS = '<'

/** Of longer terms, and texts, only so much is compared: more than any number has. */
const TERM_CHARACTERS = 32

/** Longer names are those of companies: their pinyin is found from each part on alone, which halves their terms. */
const PERSON_CHARACTERS = 9

/** An identity number goes on with the birthday behind these digits, which tell the place. */
const PLACE_DIGITS = 6

const cutTerm = (term: string): string =>
  term.length <= TERM_CHARACTERS ? term : [...term].slice(0, TERM_CHARACTERS).join('')

const reversed = (term: string): string => BACKWARDS + [...term].reverse().join('')

/** What parts a text where it is read aloud: spaces, hyphens, dots, quotes. */
const BETWEEN = /[^\p{L}\p{M}\p{N}*]+/u

const partsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .split(BETWEEN)
    .map(foldText)
    .filter((part) => part !== '')

/** Of longer names, and numbers of more parts, the rest is not found: a fold can make thousands of characters of one line. */
const MOST_PARTS = 100

/** Everything from each part on, as far as it is compared. */
const fromEach = (parts: readonly string[]): string[] =>
  parts.map((_, at) => parts.slice(at, at + TERM_CHARACTERS).join(''))

/** A name from each character on; its pinyin so too, or from each of its parts on where it is long. */
function nameTerms(name: string): string[] {
  const parts = partsOf(name).map((part) => [...part])
  const characters = parts.flat().slice(0, MOST_PARTS)
  const syllables = syllablesOf(characters.join(''))
  const starts = characters.length <= PERSON_CHARACTERS ? characters.keys() : startsOf(parts).slice(0, MOST_PARTS)
  const spoken = [...starts].map((at) => syllables.slice(at, at + TERM_CHARACTERS))
  return [...fromEach(characters), ...spoken.flatMap((rest) => [rest.join(''), initialsOf(rest)])]
}

/** Where each part begins. */
function startsOf(parts: readonly (readonly string[])[]): number[] {
  let length = 0
  return parts.map((part) => {
    const start = length
    length += part.length
    return start
  })
}

/** A number from each part on, and backwards. */
function numberTerms(number: string): string[] {
  const parts = partsOf(number).slice(0, MOST_PARTS)
  const whole = withoutCountry(parts.join(''))
  return [...fromEach(parts), whole, reversed(whole)]
}

/** The country code before a mobile number, or an area code. */
const COUNTRY = /^(?:00)?86(?=1[3-9][0-9]{9}$|0[0-9]{9,11}$)/

const withoutCountry = (folded: string): string => folded.replace(COUNTRY, '')

const identityTerms = (number: string): string[] => [
  ...numberTerms(number),
  [...foldText(number)].slice(PLACE_DIGITS).join(''),
]

/** The terms of a case in one text, a space before each. */
export function termsOf({ number, formerNumbers, idNumber, phone, applicant }: CaseRow): string {
  const numbers = [number, ...formerNumbers, phone].flatMap(numberTerms)
  const terms = [...nameTerms(applicant), ...numbers, ...identityTerms(idNumber)].map(cutTerm)
  return [...new Set(terms)].map((term) => (term === '' || term === BACKWARDS ? '' : ` ${term}`)).join('')
}

/** A day as people write it: 1990.2.2, 1990/02/02, 1990年2月2日. */
const WRITTEN_DAY = /^\s*([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?\s*$/

/** What is looked for when a text is typed: a day as identity numbers write it, a phone without the code of the country. */
function lookedFor(text: string): string {
  const [, year = '', month = '', day = ''] = WRITTEN_DAY.exec(text.normalize('NFKC')) ?? []
  if (year !== '') return year + month.padStart(2, '0') + day.padStart(2, '0')
  return withoutCountry(foldText(text))
}

/** The whole number that a text may be: the case number in it, whatever else it says, or all of it. */
export const numberLookedFor = (text: string): string => foldText(numberWithin(text) ?? text)

/** How a term begins that a text finds; with a digit and no Chinese it is also the end of a number. Empty for an empty text. */
export function soughtTerms(text: string): readonly string[] {
  const folded = lookedFor(text)
  if (folded === '') return []
  return (isNumber(folded) ? [folded, reversed(folded)] : [folded]).map(cutTerm)
}

/** Whether a case of these terms is found. */
export const hasTerm = (terms: string, sought: readonly string[]): boolean =>
  sought.some((term) => terms.includes(` ${term}`))
