/** The fields of a fact in words, for the story and for paper. */
import { dayWords } from '#edge-node/desk/due-words.ts'
import { yuanWords } from '#edge-node/desk/money.ts'
import type { Desk } from '#edge-node/desk/visit.ts'
import { personName, stationName } from '#edge-node/desk/words.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { titleOf } from '#protocol/casework/catalogue/fields.ts'
import { FACTS, type FieldValue } from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { CaseView } from '#protocol/engine/office.ts'

const materialName = (view: CaseView, id: string): string =>
  view.item?.materials.find((rule) => rule.id === id)?.name ?? id

/** A field whose text is a code of the item's own lists. */
function codedWords(view: CaseView, line: StoryLine, name: string, value: string): string {
  const { item } = view
  if (line.kind === 'charged' && name === 'fee') return item?.fees.find(({ id }) => id === value)?.name ?? value
  if (line.kind === 'decided' && name === 'tier') {
    const tier = item?.discretion.find(({ id }) => id === value)
    return tier ? `${tier.factor}:${tier.standard}` : value
  }
  if (line.kind === 'prioritised' && name === 'rule') return item?.green.find(({ id }) => id === value)?.name ?? value
  return value
}

/** Units that labels name beside the number. */
const UNITS: Readonly<Record<string, string>> = { 自然日: ' 天(自然日)', 工作日: ' 个工作日', 天: ' 天' }

function unitOf(label: string): string {
  const named = /\((.*)\)/.exec(label)?.[1] ?? ''
  return UNITS[named] ?? (label.endsWith('份数') ? ' 份' : '')
}

/** One field of a fact in words. */
function fieldValueWords(desk: Desk, view: CaseView, line: StoryLine, name: string, rule: FieldRule): string {
  const value: FieldValue = line.fields[name] ?? ''
  const { type } = rule
  if (typeof type === 'object') return titleOf(type.oneOf, String(value))
  if (Array.isArray(value)) return value.map(String).join('、')
  if (type === 'count') return `${String(value)}${unitOf(rule.label)}`
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([id, count]) => `${materialName(view, id)} ${count} 份`)
      .join('、')
  if (type === 'station') return stationName(desk.office, String(value))
  // Who has signed counts, whoever was asked.
  if (rule.signs !== undefined && line.seconded) return personName(desk.office, line.seconded.person)
  if (type === 'person' || rule.signs !== undefined) return personName(desk.office, String(value))
  if (type === 'amount') return yuanWords(Number(value))
  if (type === 'day') return dayWords(String(value) as Day, desk.office.today())
  if (type === 'flag') return value === true ? '是' : '否'
  return codedWords(view, line, name, String(value))
}

/** Label and words of every field that people read; seals and hashes are for machines, lateness is told in the head. */
export function shownFields(desk: Desk, view: CaseView, line: StoryLine): readonly (readonly [string, string])[] {
  if (line.kind === 'unknown' || line.kind === 'deemed') return []
  const rules: Readonly<Record<string, FieldRule>> = FACTS[line.kind].fields
  return Object.entries(rules)
    .filter(([, { type, told }]) => type !== 'seals' && type !== 'hash' && told !== false)
    .filter(([name]) => line.fields[name] !== undefined && line.fields[name] !== '')
    .map(([name, rule]) => [labelWords(rule.label), fieldValueWords(desk, view, line, name, rule)])
}

/** A label without what it says to whoever fills it in. */
const labelWords = (label: string): string => label.replace(/\(.*\)/, '')
