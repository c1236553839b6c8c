/** Rows of the papers that acts make: what stands in them besides number, applicant, item and the fields of the fact. */
import { limitWords, paperDay } from '#edge-node/desk/due-words.ts'
import { rangeWords } from '#edge-node/desk/money.ts'
import type { Desk } from '#edge-node/desk/visit.ts'
import { personName, stationName, writtenWords } from '#edge-node/desk/words.ts'
import type { CaseState, StoryLine } from '#protocol/casework/case.ts'
import { isExtended } from '#protocol/casework/clocks/clocks.ts'
import { DELIVERY_WAYS } from '#protocol/casework/codes.ts'
import type { Item } from '#protocol/casework/item.ts'
import { isLicence } from '#protocol/casework/item-law.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { feeName } from './joint-part.ts'

/** A paper about to be drawn: the case, the fact that makes it, and where it is printed. */
export interface Paper {
  readonly desk: Desk
  readonly view: CaseView
  readonly line: StoryLine
}

export type PaperRow = readonly [label: string, words: string]

/** What a paper about anything but a licence is founded on; a licence cites the law itself. */
export const basisRow = ({ view: { item } }: Paper): readonly PaperRow[] =>
  item === undefined || isLicence(item) || item.basis.trim() === '' ? [] : [['设定依据', item.basis]]
const dueRow = (state: CaseState, id: 'T2p' | 'T2s', label: string): readonly PaperRow[] => {
  const clock = state.clocks.find((each) => each.id === id)
  if (!clock) return []
  const until = clock.due === null ? '' : `,至${paperDay(clock.due)}`
  return [[label, `${limitWords(clock.limit, clock.unit)}${until}`]]
}

/** A limit that had run out when the extension was given is not said to be extended. */
export function extendedRow(state: CaseState, id: 'T2p' | 'T2s', name: string): readonly PaperRow[] {
  const clock = state.clocks.find((each) => each.id === id)
  if (!clock || isExtended(state, clock)) return dueRow(state, id, `延长后的${name}`)
  return dueRow(state, id, `${name}(延长前已届满)`)
}

const lineOf = (state: CaseState, kind: StoryLine['kind']): StoryLine | undefined =>
  state.story.findLast((line) => line.kind === kind && line.aside === null)

export const acceptedRows = ({ view: { state } }: Paper): readonly PaperRow[] => [
  ...(state.days.received ? [['收到申请材料日期', paperDay(state.days.received)] as const] : []),
  ...(state.days.deemed
    ? [['视为受理日期', `${paperDay(state.days.deemed)}(逾期未告知,自收到申请材料之日起即为受理)`] as const]
    : []),
  ...dueRow(state, 'T2p', '承诺办结期限'),
  ...dueRow(state, 'T2s', '法定办结期限'),
]

/** The standard of each material that is missing, as the catalogue publishes it. */
export function standardRows({ view, line }: Paper): readonly PaperRow[] {
  const missing = Array.isArray(line.fields.missing) ? (line.fields.missing as readonly string[]) : []
  const standards = missing.flatMap((name): readonly PaperRow[] => {
    const rule = view.item?.materials.find((material) => material.name === name)
    return rule && rule.standard !== '' ? [[`“${name}”的标准`, rule.standard]] : []
  })
  const last = view.state.clocks.find(({ id }) => id === "T1'")?.due ?? view.state.notice?.until
  const until = last && view.state.notice?.fact === line.hash ? [['补正截止日', paperDay(last)] as const] : []
  return [...standards, ...until, ...phoneRow(view.item)]
}

/** Which rule of the item lets a procedure stand outside its limits. */
export function procedureRow({ view: { item }, line }: Paper): readonly PaperRow[] {
  const basis = item?.procedures.find(({ kind }) => kind === line.fields.procedure)?.basis ?? ''
  return basis.trim() === '' ? [] : [['程序的依据', basis]]
}

export const phoneRow = (item: Item | undefined): readonly PaperRow[] =>
  item && item.phone !== '' ? [['承办单位电话', item.phone]] : []

/** Facts by which a hand-over ends without its being signed for; what is signed for later stands on a later slip. */
const UNSIGNED: readonly StoryLine['kind'][] = ['retracted', 'declined', 'reassigned']

export function takenRows({ desk, view, line }: Paper): readonly PaperRow[] {
  const after = view.state.story.slice(view.state.story.indexOf(line) + 1)
  const taken = after.find(({ kind, aside }) => (kind === 'taken' || UNSIGNED.includes(kind)) && aside === null)
  const from: PaperRow = [
    '移交站点、移交人',
    `${stationName(desk.office, line.station)} ${personName(desk.office, line.person)}`,
  ]
  const when: PaperRow = ['移交时间', writtenWords(line)]
  if (!taken) return [from, when, ['接收时间、接收人', '未签收']]
  if (taken.kind !== 'taken')
    return [from, when, ['接收时间、接收人', `未签收;${writtenWords(taken)} ${taken.title},本移交单作废`]]
  return [
    from,
    when,
    [
      '接收时间、接收人',
      `${writtenWords(taken)} ${stationName(desk.office, taken.station)} ${personName(desk.office, taken.person)}`,
    ],
    [
      '实收份数、差异',
      `${String(taken.fields.materials ?? '')} 份${taken.fields.differences ? `;${String(taken.fields.differences)}` : ';无差异'}`,
    ],
  ]
}

export function deliveredRows({ desk, view, line }: Paper): readonly PaperRow[] {
  const delivered = view.state.papers.filter(({ code }) => code === 'D11' || code === 'D06').map(({ number }) => number)
  const result = lineOf(view.state, 'closed')?.fields.document
  const way = line.fields.way
  return [
    ['送达文书名称、文号', [...delivered, ...(result ? [String(result)] : [])].join('、')],
    ['送达单位', stationName(desk.office, line.station)],
    ['受送达人', view.state.applicant.name],
    ['送达时间', writtenWords(line)],
    [
      '送达方式',
      typeof way === 'string' && Object.hasOwn(DELIVERY_WAYS, way)
        ? DELIVERY_WAYS[way as keyof typeof DELIVERY_WAYS]
        : '直接送达',
    ],
    ['送达人', personName(desk.office, line.person)],
  ]
}

export function chargedRows({ view, line }: Paper): readonly PaperRow[] {
  const rule = view.item?.fees.find(({ id }) => id === line.fields.fee)
  const fee = view.state.fees.find(({ fact }) => fact === line.hash)
  return [
    ['收费项目', fee ? feeName(view, fee) : String(line.fields.fee ?? '')],
    ...(rule
      ? ([
          ['收费标准', `${rule.standard}(${rangeWords(rule.range)})`],
          ['收费依据', rule.basis],
        ] as const)
      : []),
    ['缴款地点', '政务服务中心收费窗口'],
  ]
}

/** Every opinion with who signed it and when: a signature alone is no opinion. */
export function opinionRows({ desk, view: { state } }: Paper): readonly PaperRow[] {
  const steps = [
    ['accepted', 'note'],
    ['handled', 'opinion'],
    ['examined', 'opinion'],
    ['decided', 'opinion'],
  ] as const
  return steps.flatMap(([kind, field]): readonly PaperRow[] => {
    const line = lineOf(state, kind)
    const opinion = line?.fields[field]
    if (!line) return []
    return [
      [
        `${line.title}意见`,
        `${opinion ? String(opinion) : '同意'}  ${personName(desk.office, line.person)} ${writtenWords(line)}`,
      ],
    ]
  })
}
