/** Case numbers that nodes mint alone and offline: station, day, lane of the incarnation, running number, check. */
import { assert } from '#protocol/assert.ts'
import { isStationCode, MAXIMUM_INCARNATION, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'

/** What a case number says. */
export interface CaseNumberParts {
  readonly station: StationCode
  /** Chinese civil day, year-month-day. */
  readonly day: string
  /** The minting node's incarnation, 1 to MAXIMUM_INCARNATION. */
  readonly incarnation: number
  /** From 1 within station, day and incarnation. */
  readonly running: number
}

// I and O are left out: on paper they are 1 and 0.
const LANE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
/** A lane in a regular expression. */
export const LANE_PATTERN = '[A-HJ-NP-Z]{3}'
/** Running numbers have at least so many digits. */
export const RUNNING_DIGITS = 4
/** The highest running number within a series. */
export const MAXIMUM_RUNNING = 99_999_999

/** An incarnation as it is spoken in numbers: three letters. */
export function laneOf(incarnation: number): string {
  const base = LANE_LETTERS.length
  const letters = [Math.floor(incarnation / (base * base)), Math.floor(incarnation / base) % base, incarnation % base]
  return letters.map((letter) => LANE_LETTERS[letter]).join('')
}

/** The incarnation of a lane that {@link LANE_PATTERN} describes. */
export const incarnationOf = (lane: string): number =>
  [...lane].reduce((total, letter) => total * LANE_LETTERS.length + LANE_LETTERS.indexOf(letter), 0)

// ISO 7064 MOD 37-2. Unlike MOD 37,36 of the same standard it finds every adjacent transposition;
// the price is a 37th check character, the star.
const CHECK_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*'

/** The check character (ISO 7064 MOD 37-2) over digits and capital letters. */
export function checkCharacter(text: string): string {
  let remainder = 0
  for (const character of text) remainder = ((remainder + CHECK_ALPHABET.indexOf(character)) * 2) % 37
  return CHECK_ALPHABET[(38 - remainder) % 37] as string
}

/** The case number of these parts, such as 510724103201-261121-KQX-0007-3. */
export function mintNumber({ station, day, incarnation, running }: CaseNumberParts): string {
  assert(/^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/.test(day), 'a case number carries a day of this century')
  assert(Number.isInteger(incarnation) && incarnation >= 1 && incarnation <= MAXIMUM_INCARNATION, 'incarnation')
  assert(Number.isInteger(running) && running >= 1 && running <= MAXIMUM_RUNNING, 'running number')
  const shortDay = day.slice(2).replaceAll('-', '')
  const parts = [station, shortDay, laneOf(incarnation), String(running).padStart(RUNNING_DIGITS, '0')]
  return [...parts, checkCharacter(parts.join(''))].join('-')
}

const PATTERN = new RegExp(`^([0-9]{6,15})([0-9]{2})([0-9]{2})([0-9]{2})(${LANE_PATTERN})([0-9]{4,8})([0-9A-Z*])$`)

const malformed = (message: string) => fail('case-number', message, '没有改动任何内容。', '请对照凭证核对办件编号。')

/**
 * Reads a case number as people type it: spaces, full-width and small letters, any or no hyphens.
 * The three letters of the lane part it, so nothing is ambiguous without hyphens.
 */
export function checkNumber(text: string): Result<CaseNumberParts> {
  if (text.length > 80) return malformed('办件编号过长。')
  const compact = text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}−]/gu, '')
    .toUpperCase()
  const match = PATTERN.exec(compact)
  if (match === null) return malformed('办件编号格式不符,应形如 510724103201-261121-KQX-0007-3。')
  const [, station, year, month, date, lane, running, check] = match as unknown as [string, ...string[]]
  if (checkCharacter(compact.slice(0, -1)) !== check) return malformed('办件编号校验位不符,可能有一位写错。')
  const parts = {
    station: station as StationCode,
    day: `20${year}-${month}-${date}`,
    incarnation: incarnationOf(lane as string),
    running: Number(running),
  }
  if (!isStationCode(parts.station) || parts.incarnation < 1 || parts.running < 1) return malformed('办件编号不存在。')
  return success(parts)
}
