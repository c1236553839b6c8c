/** The back-dated facts (补录) that a case of a vertical system becomes. */
import type { FactKind, Fields } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Day } from '../time/days.ts'
import type { VerticalCase } from './vertical-rows.ts'

/** The item a code of another system means: this network's own code, or one of the national ones. */
export const itemByCode = (items: readonly Item[], code: string): Item | undefined =>
  items.find(({ id }) => id === code) ??
  (code === ''
    ? undefined
    : items.find(({ codes }) => [codes.business, codes.implementation, codes.basic].includes(code)))

/** Where a back-dated fact came from, in words that can be read again: two imports of one case must meet. */
export const sourceMark = ({ system, reference }: Pick<VerticalCase, 'system' | 'reference'>): string =>
  `来源系统:${system};来源办件编号:${reference}`

/** One fact to be written for a row. */
export interface VerticalStep {
  readonly kind: FactKind
  readonly fields: Fields
}

/** The facts a row becomes, in order; each carries its own day and where it came from. */
export function verticalSteps(row: VerticalCase): readonly VerticalStep[] {
  const occurredWhy = sourceMark(row)
  const on = (day: Day | undefined): Fields => (day === undefined ? { occurredWhy } : { occurredOn: day, occurredWhy })
  const { applicant, idNumber, phone, materials, target } = row
  const idOverride = row.idNote || (/^[0-9]{15}$/.test(idNumber) ? '来源系统登记的15位旧证件号码' : '')
  const given = { applicant, idNumber, idOverride, phone }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  const steps: VerticalStep[] = [{ kind: 'received', fields: { ...known, materials, ...on(row.received) } }]
  if (target === '25') steps.push({ kind: 'notified', fields: { missing: row.missing, ...on(row.notified) } })
  if (target === '20' || target === '25') return steps
  steps.push({ kind: 'accepted', fields: on(row.accepted) })
  if (target === '30') return steps
  const { system, reference, result, document, opinion } = row
  const note: Fields = opinion === '' ? {} : { opinion }
  steps.push({ kind: 'concluded', fields: { system, reference, result, document, ...note, ...on(row.closed) } })
  if (target === '60') return steps
  const related: Fields = row.recipient === applicant ? {} : { relationship: '见来源系统' }
  steps.push({ kind: 'delivered', fields: { recipient: row.recipient, ...related, ...on(row.delivered) } })
  return steps
}
