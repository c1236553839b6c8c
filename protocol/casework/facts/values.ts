/** Reading the fields of a fact that was checked when it was decoded. */
import { type Day, isDay } from '../time/days.ts'
import type { Fields, FieldValue } from './facts.ts'

export const textOf = (value: FieldValue | undefined): string => (typeof value === 'string' ? value : '')
export const numberOf = (value: FieldValue | undefined): number => (typeof value === 'number' ? value : 0)
export const linesOf = (value: FieldValue | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : []
export const countsOf = (value: FieldValue | undefined): Readonly<Record<string, number>> =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, number>>) : {}
/** Whether a text field says anything. */
export const filled = (value: FieldValue | undefined): boolean => textOf(value).trim() !== ''
/** The day on which it really happened, when it is entered later (补录). */
export function backdatedTo({ occurredOn }: Fields): Day | undefined {
  const day = textOf(occurredOn)
  return isDay(day) ? day : undefined
}
