/** What is known before anybody types: usual values of an act's fields, and the words under them. */
import { countMaterials, materialOf, valuesOf } from '#edge-node/commands/cases/form.ts'
import { isUnpaid } from '#edge-node/commands/fees/fees.ts'
import { dayWords, limitWords } from '#edge-node/desk/due-words.ts'
import { yuanText } from '#edge-node/desk/money.ts'
import { mostExtension } from '#protocol/casework/clocks/time-limits.ts'
import { remediesFor } from '#protocol/casework/rules/remedies.ts'
import type { ActDrawing } from './act-drawing.ts'

const placesOf = (names: readonly string[], isWanted: (name: string) => boolean): string =>
  names.flatMap((name, place) => (isWanted(name) ? [String(place)] : [])).join(',')

/** Materials the counter has marked as not brought. */
function missingMaterials({ view }: ActDrawing): string {
  const brought = valuesOf(view.sections, 'materials')
  const missing = (view.item?.materials ?? []).filter(({ id, required }) => {
    const { state } = materialOf(brought, id)
    return state === 'missing' && required
  })
  const names = (view.item?.materials ?? []).map(({ name }) => name)
  return placesOf(names, (name) => missing.some((rule) => rule.name === name))
}

/** What of the notice has come in already. */
function suppliedLines({ view }: ActDrawing): string {
  const came = new Set(view.state.supplies.flatMap(({ items }) => items))
  return placesOf(view.state.notice?.missing ?? [], (line) => came.has(line))
}

/** The fee when there is only one, and its amount when the standard is fixed. */
function onlyFee({ view }: ActDrawing) {
  const fees = (view.item?.fees ?? []).filter(({ basis }) => basis !== '')
  return fees.length === 1 ? fees[0] : undefined
}

/** The usual value of a field as it is typed; empty when there is none. */
export function preset(drawing: ActDrawing, name: string): string {
  const { view, kind } = drawing
  const { state, item } = view
  switch (`${kind}.${name}`) {
    case 'notified.missing-pick':
      return missingMaterials(drawing)
    case 'notified.days':
      return item ? String(item.supplementDays) : ''
    case 'notified.consequence':
      return '期满未补的,按补正期满办结,可以重新申请'
    case 'supplemented.items-pick':
      return suppliedLines(drawing)
    case 'offered.materials':
    case 'reported.materials':
      return String(countMaterials(valuesOf(view.sections, 'materials')) || '')
    case 'charged.fee':
      return onlyFee(drawing)?.id ?? ''
    case 'charged.amount': {
      const range = onlyFee(drawing)?.range
      return range && range.from === range.to ? yuanText(range.from) : ''
    }
    case 'charged.payer':
    case 'delivered.recipient':
      return state.applicant.name
    case 'delivered.way':
      return 'direct'
    case 'captured.entrusted-pick':
      return '0,1,2'
    case 'captured.free':
      return 'yes'
    case 'paid.amount':
      return yuanText(state.fees.find(isUnpaid)?.amount)
    default:
      return ''
  }
}

/** What the node writes where the field is left blank, or what to write where the county has not said who reviews. */
function remediesHint({ view, desk }: ActDrawing): string {
  const composed = remediesFor(view.item, desk.office.directory)
  return composed === undefined
    ? '不予时写明:六十日内向哪个机关申请行政复议,六个月内向哪个法院提起诉讼;期限由别的法律规定的,写明该法律'
    : `不予时可以不填,自动写为:${composed}`
}

/** The words under a field before anything is wrong with it. */
export function hintFor(drawing: ActDrawing, name: string): string | undefined {
  const { view, kind, visit, desk } = drawing
  const { state, item } = view
  const today = desk.office.today()
  switch (`${kind}.${name}`) {
    case 'taken.materials':
      return `移交单写明 ${state.offer?.materials ?? 0} 份;逐项填写的,合计可以不填`
    case 'taken.differences':
      return '份数不符时写明差在哪里'
    case 'decided.reasons':
    case 'settled.reasons':
      return '不予时必须填写'
    case 'decided.remedies':
    case 'settled.remedies':
    case 'rejected.remedies':
      return remediesHint(drawing)
    case 'notified.days':
      return '从告知之日的次日起算,按自然日'
    case 'supplied.items':
    case 'supplemented.items':
      if (state.stage !== '25') return state.deferred ? `容缺材料补齐期限${state.deferred.until ?? '未定'}` : undefined
      return state.notice
        ? `补正期限至${dayWords(state.clocks.find(({ id }) => id === "T1'")?.due ?? state.notice.until, today)}`
        : undefined
    case 'accepted.deferredUntil':
      return (item?.materials ?? [])
        .filter(({ deferrableDays }) => deferrableDays !== null)
        .map(({ name: title, deferrableDays }) => `${title}:受理后 ${limitWords(deferrableDays ?? 0, 'working')}内`)
        .join(';')
    case 'charged.amount':
      return '按公布的标准填写;收费窗口确认后才算缴清'
    case 'extended.days':
      return `最多 ${mostExtension(item, state)} 个工作日,只能一次`
    case 'assigned.to':
      return view.state.holder === visit.actor.station ? undefined : '主办站点的人员'
    case 'delivered.relationship':
      return '不是申请人本人领取时必须填写'
    case 'verified.staff':
      return '至少两名'
    default:
      return undefined
  }
}
