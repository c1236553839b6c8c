/** Where cases are listed that are looked at for the days in them. */
import type { DaySpan } from '#protocol/engine/day-records.ts'

export const DAY_RECORDS = '/sync/days'
export const DOUBTFUL_CASES = '/sync/doubtful'
export const NOT_COME = '/sync/not-come'

export const spanQuery = ({ from, until }: DaySpan) => ({ from, until })

/** What this node recorded under some days. */
export const dayRecordsPath = (days: DaySpan): string => `${DAY_RECORDS}?${new URLSearchParams(spanQuery(days))}`

/** The cases in which the county doubts days of a node. */
export const doubtfulCasesPath = (node: string): string => `${DOUBTFUL_CASES}?${new URLSearchParams({ node })}`

/** The cases of all nodes with facts for some days that had not come when a person at the county said what day it is. */
export const notComePath = (days: DaySpan): string => `${NOT_COME}?${new URLSearchParams(spanQuery(days))}`
