/** Case numbers that nodes mint alone and offline: station, day, lane, running number, check. */
import { assert } from '#protocol/assert.ts'
import { isStationCode, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { isLane, LANE_PATTERN, laneOf, lettersOf } from './lanes.ts'

/** What a case number says. */
export interface CaseNumberParts {
  readonly station: StationCode
  /** Chinese civil day, year-month-day. */
  readonly day: string
  /** 1 to MAXIMUM_LANE. */
  readonly lane: number
  /** From 1 within station, day and lane. */
  readonly running: number
}

/** Running numbers have at least so many digits. */
export const RUNNING_DIGITS = 4
/** The highest running number within a series. */
export const MAXIMUM_RUNNING = 99_999_999

// ISO 7064 MOD 37-2. Unlike MOD 37,36 of the same standard it finds every adjacent transposition;
// the price is a 37th check character, the star.
const CHECK_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*'

/** The check character (ISO 7064 MOD 37-2) over digits and capital letters. */
export function checkCharacter(text: string): string {
  let remainder = 0
  for (const character of text) remainder = ((remainder + CHECK_ALPHABET.indexOf(character)) * 2) % 37
  return CHECK_ALPHABET[(38 - remainder) % 37] as string
}

/** Whether numbers can bear a day: they write its year with two digits, and those of this century alone. */
export const isNumberedDay = (day: string): boolean => /^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/.test(day)

/** The case number of these parts, such as 510724103201-261121-KQX-0007-3. */
export function mintNumber({ station, day, lane, running }: CaseNumberParts): string {
  assert(isNumberedDay(day), 'a case number carries a day of this century')
  assert(isLane(lane), 'lane')
  assert(Number.isInteger(running) && running >= 1 && running <= MAXIMUM_RUNNING, 'running number')
  const shortDay = day.slice(2).replaceAll('-', '')
  const parts = [station, shortDay, lettersOf(lane), String(running).padStart(RUNNING_DIGITS, '0')]
  return [...parts, checkCharacter(parts.join(''))].join('-')
}

/** Longer texts are no longer looked through for a number. */
const LONGEST_TEXT = 200

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
    lane: laneOf(lane as string),
    running: Number(running),
  }
  if (!isStationCode(parts.station) || parts.lane < 1 || parts.running < 1) return malformed('办件编号不存在。')
  return success(parts)
}

/** What people and scanners leave between the parts of a number. */
const GAP = '[\\s\\p{Pd}−_/.]*'
const WITHIN = new RegExp(
  `(?<![0-9A-Z])[0-9]{6,15}${GAP}[0-9]{6}${GAP}${LANE_PATTERN}${GAP}[0-9]{4,8}${GAP}[0-9A-Z*](?![0-9A-Z*])`,
  'u',
)

/** What has the form of a case number in a text, without its gaps; undefined where nothing has. */
const formWithin = (text: string): string | undefined =>
  WITHIN.exec(text.slice(0, LONGEST_TEXT).normalize('NFKC').toUpperCase())?.[0].replace(/[^0-9A-Z*]/g, '')

/**
 * The case number in a text that says more: what stands before it on a receipt (办件编号:…), or behind it in the code of a
 * receipt (the beginning of a hash). Undefined where none is there, or its check character is not that of the others.
 */
export function numberWithin(text: string): string | undefined {
  const number = formWithin(text)
  return number !== undefined && checkNumber(number).ok ? number : undefined
}

/** Whether a text has the form of a case number and another check character than it should: one character was misread. */
export const isMisread = (text: string): boolean => formWithin(text) !== undefined && numberWithin(text) === undefined
