/** Reading a row of a vertical system's file: what it says, or every reason for which it cannot be taken in. */
import { appendAll } from '#protocol/append-all.ts'
import type { Decision } from '../codes.ts'
import { STAGES, type Stage } from '../course/stages.ts'
import type { Day } from '../time/days.ts'
import { readDay } from './dates.ts'
import { foreignState } from './systems.ts'
import {
  VERTICAL_COLUMNS,
  VERTICAL_LISTS,
  type VerticalColumn,
  type VerticalList,
  type VerticalRow,
} from './vertical.ts'

/** A row that can be taken in. */
export interface VerticalCase {
  readonly system: string
  readonly reference: string
  readonly item: string
  readonly applicant: string
  readonly idNumber: string
  readonly idNote: string
  readonly phone: string
  readonly materials: number
  readonly target: '20' | '25' | '30' | '60' | '70'
  readonly received: Day
  readonly notified: Day | undefined
  readonly accepted: Day | undefined
  readonly missing: readonly string[]
  readonly result: Decision
  readonly opinion: string
  readonly document: string
  readonly closed: Day | undefined
  readonly delivered: Day | undefined
  readonly recipient: string
}

/**
 * How far a case of the other system is taken in; null for not at all.
 * What happened beyond acceptance counts only once it is finished.
 */
const TARGETS: Readonly<Record<Stage, VerticalCase['target'] | null>> = {
  '00': null,
  '05': null,
  '06': null,
  '07': null,
  '10': null,
  '20': '20',
  '25': '25',
  '30': '30',
  '40': '30',
  '41': '30',
  '42': '30',
  '45': '30',
  '46': '30',
  '50': '60',
  '51': '60',
  '60': '60',
  '70': '70',
  '80': null,
  '81': null,
  '82': null,
  '83': null,
  '84': null,
  '85': null,
  '86': null,
  '87': null,
  '90': '70',
}

/** What a row says, or every reason for which it cannot be taken in. */
export type Reading =
  | { readonly ok: true; readonly value: VerticalCase }
  | { readonly ok: false; readonly problems: readonly string[] }

const MOST_PIECES = 999

/** Reads the state column by the file's list. */
function targetOf(list: VerticalList, code: string): VerticalCase['target'] | string[] {
  const known =
    list === 'stage' ? (Object.hasOwn(STAGES, code) ? (code as Stage) : undefined) : foreignState(list, code)?.stage
  if (known === undefined) return [`办件状态“${code}”不在${VERTICAL_LISTS[list]}中`]
  const target = TARGETS[known]
  if (target !== null) return target
  return [`${STAGES[known]}的办件不补录:没有收到申请材料,或者没有办理结果`]
}

/** Days of the row in the order in which they must follow each other. */
const ORDER = ['received', 'notified', 'accepted', 'closed', 'delivered'] as const

function readDays(text: (column: VerticalColumn) => string, today: Day, problems: string[]) {
  const days: Partial<Record<(typeof ORDER)[number], Day>> = {}
  let last: (typeof ORDER)[number] | undefined
  for (const column of ORDER) {
    if (text(column) === '') continue
    const day = readDay(text(column))
    const title = VERTICAL_COLUMNS[column]
    if (day === undefined) problems.push(`${title}“${text(column)}”不是日期,须如 20261121`)
    else if (day > today) problems.push(`${title}晚于今天`)
    else if (last !== undefined && day < (days[last] as Day)) problems.push(`${title}早于${VERTICAL_COLUMNS[last]}`)
    else {
      days[column] = day
      last = column
    }
  }
  return days
}

/** What each target needs besides the columns every row needs. */
const NEEDS: Readonly<Record<VerticalCase['target'], readonly VerticalColumn[]>> = {
  '20': [],
  '25': ['notified', 'missing'],
  '30': ['accepted'],
  '60': ['accepted', 'closed', 'result'],
  '70': ['accepted', 'closed', 'result', 'delivered', 'recipient'],
}
const ALWAYS = ['system', 'reference', 'item', 'applicant', 'state', 'received'] as const

const RESULTS: ReadonlyMap<string, Decision> = new Map([
  ['准予', 'granted'],
  ['同意', 'granted'],
  ['通过', 'granted'],
  ['不予', 'refused'],
  ['不同意', 'refused'],
  ['不通过', 'refused'],
])

const LONGEST = 200

/** Reads a row; every problem is told at once. */
export function readVertical(row: VerticalRow, list: VerticalList, today: Day): Reading {
  const text = (column: VerticalColumn) => (row[column] ?? '').trim()
  const problems: string[] = []
  const target = targetOf(list, text('state'))
  if (typeof target !== 'string' && text('state') !== '') appendAll(problems, target)
  const needs = typeof target === 'string' ? NEEDS[target] : []
  for (const column of [...ALWAYS, ...needs])
    if (text(column) === '') problems.push(`请填写${VERTICAL_COLUMNS[column]}`)
  for (const column of Object.keys(VERTICAL_COLUMNS) as VerticalColumn[])
    if (column !== 'opinion' && column !== 'missing' && text(column).length > LONGEST)
      problems.push(`${VERTICAL_COLUMNS[column]}超过 ${LONGEST} 字`)
  const days = readDays(text, today, problems)
  const result = RESULTS.get(text('result'))
  if (needs.includes('result') && text('result') !== '' && result === undefined)
    problems.push(`办理结果“${text('result')}”须为准予或不予`)
  const materials = text('materials') === '' ? 0 : Number(text('materials'))
  if (!Number.isInteger(materials) || materials < 0 || materials > MOST_PIECES)
    problems.push(`材料份数“${text('materials')}”须为 0 至 ${MOST_PIECES} 的整数`)
  if (problems.length > 0 || typeof target !== 'string' || days.received === undefined) return { ok: false, problems }
  return {
    ok: true,
    value: {
      system: text('system'),
      reference: text('reference'),
      item: text('item'),
      applicant: text('applicant'),
      idNumber: text('idNumber').toUpperCase(),
      idNote: text('idNote'),
      phone: text('phone'),
      materials,
      target,
      received: days.received,
      notified: days.notified,
      accepted: days.accepted,
      missing: text('missing')
        .split(/[;;\n]/)
        .map((line) => line.trim())
        .filter((line) => line !== ''),
      result: result ?? 'granted',
      opinion: text('opinion'),
      document: text('document') || text('reference'),
      closed: days.closed,
      delivered: days.delivered,
      recipient: text('recipient'),
    },
  }
}
