/** What the lists of the storage in memory find: the conditions and searches that SQL states elsewhere. */
import type { CaseQuery } from '#protocol/engine/ports/storage.ts'
import { foldText, isNumber, type ListedCase, needsAttention, saysNothing } from './case-order.ts'
import { hasTerm, numberLookedFor, soughtTerms } from './search-terms.ts'

/** A case in a list with the terms that it is found by. */
export interface SearchedCase extends ListedCase {
  readonly terms: string
}

/** A whole case number first, then a whole ID number, then what begins, or ends, so. */
export function searched(listed: readonly SearchedCase[], text: string): SearchedCase[] {
  if (saysNothing(text)) return []
  const sought = soughtTerms(text)
  if (sought.length === 0) return [...listed]
  const found = listed.filter(({ terms }) => hasTerm(terms, sought))
  const number = numberLookedFor(text)
  if (!isNumber(number)) return found
  const exact = (numbersOf: (row: ListedCase['row']) => readonly (string | undefined)[]) =>
    listed.filter(({ row }) => numbersOf(row).some((one) => foldText(one ?? '') === number))
  const whole = [exact(({ number, formerNumbers }) => [number, formerNumbers[0]]), exact(({ idNumber }) => [idNumber])]
  return whole.find(({ length }) => length > 0) ?? found
}

/** Whether a row meets all conditions of a query. */
export function matches(row: ListedCase['row'], query: CaseQuery): boolean {
  const among = <Value>(value: Value, wanted: readonly Value[] | undefined) =>
    wanted === undefined || wanted.includes(value)
  if (!among(row.holder, query.holders) || !among(row.home, query.homes) || !among(row.stage, query.stages))
    return false
  if (query.offeredTo !== undefined && (row.offeredTo === null || !query.offeredTo.includes(row.offeredTo)))
    return false
  if (query.inTransfer === true && row.offeredTo === null) return false
  return matchesAttention(row, query) && matchesCourse(row, query)
}

/** The conditions on what somebody has to resolve. */
const matchesAttention = (row: ListedCase['row'], { aside, stopped, asideOf, asks }: CaseQuery): boolean =>
  (aside !== true || needsAttention(row)) &&
  (stopped !== true || row.forked) &&
  (asideOf === undefined || (row.asideOf ?? []).includes(asideOf)) &&
  (asks === undefined || (row.asks ?? []).some((person) => asks.includes(person)))

/** The conditions on people, items and days. */
function matchesCourse(row: ListedCase['row'], query: CaseQuery): boolean {
  const { assignees, items, master, sameApplicant, dueBefore } = query
  if (assignees !== undefined && (row.assignee === '' || !assignees.includes(row.assignee))) return false
  if (items !== undefined && !items.includes(row.item)) return false
  if (master !== undefined && row.master !== master) return false
  if (dueBefore !== undefined && (row.due === null || row.due >= dueBefore)) return false
  if (sameApplicant === undefined) return true
  const idNumber = foldText(row.idNumber)
  return idNumber !== '' && idNumber === foldText(sameApplicant.idNumber) && row.item === sameApplicant.item
}
