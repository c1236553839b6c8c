/** Document numbers (文号) that nodes give alone and offline: organ, kind, year, station, lane, running number (SOURCES.md section 7). */
import { assert } from '#protocol/assert.ts'
import { isStationCode, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { PAPER_CODES, PAPERS, type PaperCode } from '../papers.ts'
import { MAXIMUM_RUNNING, RUNNING_DIGITS } from './case-numbers.ts'
import { isLane, LANE_PATTERN, laneOf, lettersOf } from './lanes.ts'

/** Within one series numbers run from 1. */
export interface DocumentSeries {
  /** 机关简称 of the department. */
  readonly organ: string
  readonly paper: PaperCode
  readonly year: number
  readonly station: StationCode
  /** 1 to MAXIMUM_LANE. */
  readonly lane: number
}

/** What a document number says. */
export interface DocumentNumberParts extends DocumentSeries {
  readonly running: number
}

// An organ that ends like the first half of a two-letter mark could not be told from it.
const ORGAN = /^[\p{Script=Han}]{1,20}$/u
const HALF_MARK = /[不补]$/u

const malformed = (message: string, next: string) => fail('document-number', message, '没有改动任何内容。', next)

/** Everything before the running number: two numbers belong to one series when this is the same. */
export const seriesOf = ({ organ, paper, year, station, lane }: DocumentSeries): string =>
  `${organ}${PAPERS[paper].mark}〔${year}〕${station}${lettersOf(lane)}`

/** The number of these parts, such as 安政务受〔2026〕510724100KQX0007号; refused when the organ's short name cannot stand in one. */
export function mintDocumentNumber(parts: DocumentNumberParts): Result<string> {
  const { organ, year, lane, running } = parts
  assert(Number.isInteger(year) && year >= 2000 && year <= 2099, 'a document number carries a year of this century')
  assert(isLane(lane), 'lane')
  assert(Number.isInteger(running) && running >= 1 && running <= MAXIMUM_RUNNING, 'running number')
  if (!ORGAN.test(organ) || HALF_MARK.test(organ)) {
    return malformed('机关简称须为1至20个汉字,且不以“不”“补”结尾。', '请县中心在部门名录中更正机关简称。')
  }
  return success(`${seriesOf(parts)}${String(running).padStart(RUNNING_DIGITS, '0')}号`)
}

const PATTERN = new RegExp(
  `^(.{2,22})[〔\\[(【](20[0-9]{2})[〕\\])】]([0-9]{6,15})(${LANE_PATTERN})([0-9]{4,8})号?$`,
  'u',
)

/** Reads a document number as people type it: spaces, other brackets, full-width and small letters, with or without 号. */
export function readDocumentNumber(text: string): Result<DocumentNumberParts> {
  const next = '请对照文书核对文号。'
  if (text.length > 120) return malformed('文号过长。', next)
  const match = PATTERN.exec(text.normalize('NFKC').replace(/\s/g, '').toUpperCase())
  if (match === null) return malformed('文号格式不符,应形如 安政务受〔2026〕510724100KQX0007号。', next)
  const [, head, year, station, letters, running] = match as unknown as [string, string, string, string, string, string]
  const paper = paperOf(head)
  if (paper === undefined) return malformed('文号中的文书类型无法识别。', next)
  const organ = head.slice(0, head.length - PAPERS[paper].mark.length)
  const lane = laneOf(letters)
  const known = ORGAN.test(organ) && !HALF_MARK.test(organ) && isStationCode(station)
  if (!known || lane < 1 || Number(running) < 1) return malformed('文号不存在。', next)
  return success({ organ, paper, year: Number(year), station, lane, running: Number(running) })
}

/** The document whose mark stands at the end: of two that fit, the longer one. */
const paperOf = (head: string): PaperCode | undefined =>
  PAPER_CODES.filter((code) => head.endsWith(PAPERS[code].mark)).toSorted(
    (one, other) => PAPERS[other].mark.length - PAPERS[one].mark.length,
  )[0]
