/**
 * What each paper says beside the fields of its fact: opening words, ground, notes, seal, signatures, copies (SOURCES.md section
 * 7). What the type of the item means for them – law, seal, name and words of the decision – is asked of item-law.ts.
 */
import { limitWords, paperDay } from '#edge-node/desk/due-words.ts'
import { rangeWords } from '#edge-node/desk/money.ts'
import type { Desk } from '#edge-node/desk/visit.ts'
import { personName, stationName, writtenWords } from '#edge-node/desk/words.ts'
import type { CaseState, StoryLine } from '#protocol/casework/case.ts'
import { isExtended } from '#protocol/casework/clocks/clocks.ts'
import { DELIVERY_WAYS } from '#protocol/casework/codes.ts'
import type { Item } from '#protocol/casework/item.ts'
import { groundOf, isLicence, rulingOf } from '#protocol/casework/item-law.ts'
import type { PaperCode } from '#protocol/casework/papers.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { feeName } from './joint-part.ts'

/** Papers that no single act makes by itself, printed from a fact that holds what they need. */
export const FURTHER_PAPERS = { D09: '审批表', D17: '补办件通知书', D20: '评议卡' } as const
export type PrintCode = PaperCode | keyof typeof FURTHER_PAPERS

/** A paper about to be drawn: the case, the fact that makes it, and where it is printed. */
export interface Paper {
  readonly desk: Desk
  readonly view: CaseView
  readonly line: StoryLine
}

export type PaperRow = readonly [label: string, words: string]

export interface Layout {
  /** Whose paper it is: the department responsible for the item, or the station where it is made. */
  readonly organ: 'department' | 'station'
  readonly title?: (paper: Paper) => string
  /** Opening words under the applicant's name. */
  readonly text: (paper: Paper) => string
  /** Rows besides number, applicant, item and the fact's own fields. */
  readonly rows?: (paper: Paper) => readonly PaperRow[]
  /** Fields of the fact that stand elsewhere on the paper. */
  readonly omit?: readonly string[]
  readonly notes?: (paper: Paper) => readonly string[]
  /** The seal of papers to the applicant (专用章), that of the office (公章), or none. */
  readonly seal: 'special' | 'office' | 'none'
  readonly signatures: readonly string[]
  readonly copies: string
}

const SIGNED_BY_APPLICANT = ['申请人签收:____________', '签收时间:____年__月__日'] as const
const TWO_COPIES = '本文书一式两份,申请人、受理单位各执一份'

const nameOf = ({ view }: Paper): string => view.item?.name ?? view.state.item
/** 您提出的申请: an item that is called 某某申请 is not said to be its own application. */
const applied = (paper: Paper): string =>
  nameOf(paper).endsWith('申请') ? `您提出的“${nameOf(paper)}”` : `您提出的“${nameOf(paper)}”申请`
const ground = ({ view: { item } }: Paper, article: string): string => groundOf(item, article)
/** 法定形式 is a word of 行政许可法 (art. 32). */
const form = ({ view: { item } }: Paper): string => (isLicence(item) ? '法定形式' : '规定的要求')
/** What a paper about anything but a licence is founded on; a licence cites the law itself. */
const basisRow = ({ view: { item } }: Paper): readonly PaperRow[] =>
  item === undefined || isLicence(item) || item.basis.trim() === '' ? [] : [['设定依据', item.basis]]
const isDeferring = ({ line }: Paper): boolean => Array.isArray(line.fields.deferred)
const isRefusal = ({ line }: Paper): boolean => line.fields.result === 'refused'
const decisionOf = (paper: Paper) => rulingOf(paper.view.item, isRefusal(paper) ? 'refused' : 'granted')
const dueRow = (state: CaseState, id: 'T2p' | 'T2s', label: string): readonly PaperRow[] => {
  const clock = state.clocks.find((each) => each.id === id)
  if (!clock) return []
  const until = clock.due === null ? '' : `,至${paperDay(clock.due)}`
  return [[label, `${limitWords(clock.limit, clock.unit)}${until}`]]
}

/** A limit that had run out when the extension was given is not said to be extended. */
function extendedRow(state: CaseState, id: 'T2p' | 'T2s', name: string): readonly PaperRow[] {
  const clock = state.clocks.find((each) => each.id === id)
  if (!clock || isExtended(state, clock)) return dueRow(state, id, `延长后的${name}`)
  return dueRow(state, id, `${name}(延长前已届满)`)
}

const lineOf = (state: CaseState, kind: StoryLine['kind']): StoryLine | undefined =>
  state.story.findLast((line) => line.kind === kind && line.aside === null)

const acceptedRows = ({ view: { state } }: Paper): readonly PaperRow[] => [
  ...(state.days.received ? [['收到申请材料日期', paperDay(state.days.received)] as const] : []),
  ...(state.days.deemed
    ? [['视为受理日期', `${paperDay(state.days.deemed)}(逾期未告知,自收到申请材料之日起即为受理)`] as const]
    : []),
  ...dueRow(state, 'T2p', '承诺办结期限'),
  ...dueRow(state, 'T2s', '法定办结期限'),
]

/** The standard of each material that is missing, as the catalogue publishes it. */
function standardRows({ view, line }: Paper): readonly PaperRow[] {
  const missing = Array.isArray(line.fields.missing) ? (line.fields.missing as readonly string[]) : []
  const standards = missing.flatMap((name): readonly PaperRow[] => {
    const rule = view.item?.materials.find((material) => material.name === name)
    return rule && rule.standard !== '' ? [[`“${name}”的标准`, rule.standard]] : []
  })
  const last = view.state.clocks.find(({ id }) => id === "T1'")?.due ?? view.state.notice?.until
  const until = last && view.state.notice?.fact === line.hash ? [['补正截止日', paperDay(last)] as const] : []
  return [...standards, ...until, ...phoneRow(view.item)]
}

const phoneRow = (item: Item | undefined): readonly PaperRow[] =>
  item && item.phone !== '' ? [['承办单位电话', item.phone]] : []

/** Facts by which a hand-over ends without its being signed for; what is signed for later stands on a later slip. */
const UNSIGNED: readonly StoryLine['kind'][] = ['retracted', 'declined', 'reassigned']

function takenRows({ desk, view, line }: Paper): readonly PaperRow[] {
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

function deliveredRows({ desk, view, line }: Paper): readonly PaperRow[] {
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

function chargedRows({ view, line }: Paper): readonly PaperRow[] {
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
function opinionRows({ desk, view: { state } }: Paper): readonly PaperRow[] {
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

export const LAYOUTS: Readonly<Record<PrintCode, Layout>> = {
  D01: {
    organ: 'station',
    text: (paper) => `委托人自愿委托代办员代为办理“${nameOf(paper)}”,代办员已收到下列材料。`,
    notes: () => [
      '自愿委托、免费代办;依法应缴的规费由委托人承担。',
      '代收是受委托代为递交,不等于行政机关已经收件或受理。',
    ],
    seal: 'none',
    signatures: ['委托人签名(按手印):____________', '代办员签名:____________'],
    copies: '一式两份,委托人、代办点各执一份',
  },
  D02: {
    organ: 'station',
    text: () => '现已收到您提交的下列申请材料。',
    rows: (paper) => phoneRow(paper.view.item),
    notes: (paper) => [
      `材料不齐全或者不符合${form(paper)}的,将当场或者在五个工作日内一次告知需要补正的全部内容${isLicence(paper.view.item) ? ';逾期不告知的,自收到申请材料之日起即为受理' : ''}。`,
    ],
    seal: 'special',
    signatures: ['申请人签名:____________', '收件人签名:____________'],
    copies: TWO_COPIES,
  },
  D03: {
    organ: 'department',
    text: (paper) =>
      `${applied(paper)},${isDeferring(paper) ? '所缺材料不影响审查,其余材料' : '材料'}齐全、符合${form(paper)},${ground(paper, '第三十二条第一款第五项')},决定予以受理。`,
    rows: (paper) => [
      ...basisRow(paper),
      ...acceptedRows(paper),
      ['受理人', personName(paper.desk.office, paper.line.person)],
      ...phoneRow(paper.view.item),
    ],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D04: {
    organ: 'department',
    text: (paper) =>
      `${applied(paper)},材料不齐全或者不符合${form(paper)}。${ground(paper, '第三十二条第一款第四项')},现一次告知需要补正的全部内容。`,
    rows: (paper) => [...basisRow(paper), ...standardRows(paper)],
    omit: ['override', 'approver'],
    notes: () => ['除以上内容外,不再要求补充与本事项无关的材料。'],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D05: {
    organ: 'department',
    text: (paper) => `补正告知书所列内容现已全部收到,${ground(paper, '第三十二条第一款第五项')},自本日起受理。`,
    rows: (paper) => [...basisRow(paper), ...acceptedRows(paper)],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D06: {
    organ: 'department',
    text: (paper) => `${applied(paper)},${ground(paper, '第三十二条第一款')},决定不予受理。`,
    rows: basisRow,
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D07: {
    organ: 'department',
    text: (paper) => `本申请需要进行下列程序,${ground(paper, '第四十五条')},所需时间不计算在规定的期限内,现予告知。`,
    rows: (paper) => [...basisRow(paper), ['开始日', paperDay(paper.line.day)]],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D08: {
    organ: 'department',
    text: (paper) =>
      `本申请不能在规定的期限内作出决定,${ground(paper, '第四十二条')},经批准延长期限一次,现将延长的理由告知。`,
    rows: (paper) => [
      ...basisRow(paper),
      ...extendedRow(paper.view.state, 'T2p', '承诺期限'),
      ...extendedRow(paper.view.state, 'T2s', '法定期限'),
    ],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D09: {
    organ: 'department',
    text: () => '各环节的意见、签名和日期如下。',
    rows: opinionRows,
    omit: ['result', 'opinion', 'remedies', 'reasons'],
    seal: 'none',
    signatures: ['承办:__________', '审核:__________', '批准:__________'],
    copies: '随卷归档',
  },
  D10: {
    organ: 'department',
    text: () => '对申请事项进行核查,情况记录如下。',
    seal: 'none',
    signatures: ['核查人员:__________', '核查人员:__________', '当事人:__________'],
    copies: '随卷归档',
  },
  D11: {
    organ: 'department',
    title: (paper) => decisionOf(paper).title,
    text: (paper) => {
      const examined = isRefusal(paper)
        ? '经审查'
        : `经审查符合${isLicence(paper.view.item) ? '法定' : '规定的'}条件、标准`
      const article = isRefusal(paper) ? '第三十八条第二款' : '第三十八条第一款'
      return `${applied(paper)},${examined},${ground(paper, article)},${decisionOf(paper).words}。`
    },
    rows: ({ view }) => (view.item ? [['设定依据', view.item.basis]] : []),
    omit: ['result', 'tierWhy'],
    seal: 'office',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D12: {
    organ: 'station',
    text: (paper) =>
      paper.line.kind === 'lapsed'
        ? `${applied(paper)},补正期限已满仍未补正,现予办结;可以重新提出申请。`
        : `${applied(paper)}已经办结,请持有效身份证件和收件凭证领取结果。`,
    rows: ({ view: { item } }) => [
      ...(item && item.result.name !== '' ? ([['结果名称', item.result.name]] as const) : []),
      ...(item && item.place !== '' ? ([['领取地点', item.place]] as const) : []),
    ],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D13: {
    organ: 'department',
    text: () => '下列文书已经送达。',
    rows: deliveredRows,
    omit: ['way', 'witness'],
    seal: 'none',
    signatures: ['收件人签名或盖章:____________', '见证人签名:____________', '送达人签名:____________'],
    copies: '随卷归档',
  },
  D14: {
    organ: 'station',
    text: () => '下列办件的材料已经点交。',
    rows: takenRows,
    seal: 'none',
    signatures: ['移交人签名:____________', '接收人签名:____________'],
    copies: '一式两份,移交、接收站点各执一份',
  },
  D15: {
    organ: 'department',
    text: () => '本件需要联合办理,请在反馈期限前回复意见;不同意的,应当附理由。',
    rows: ({ desk, line }) => [['主办站点', stationName(desk.office, line.station)]],
    seal: 'office',
    signatures: ['签收人:____________', '签收时间:____年__月__日'],
    copies: '主办、协办部门各执一份',
  },
  D16: {
    organ: 'department',
    text: () => '您的申请由本级审查后报上级机关决定,本窗口继续负责联系并转告结果。',
    rows: ({ line }) => [['上报日', paperDay(line.day)]],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D17: {
    organ: 'department',
    text: () => '您的申请所缺材料不影响审查,已先予受理;请在期限前补齐下列材料。',
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D18: {
    organ: 'station',
    text: () => '请持本通知到收费窗口缴款;办理窗口不收取现金。',
    rows: chargedRows,
    omit: ['fee'],
    seal: 'office',
    signatures: ['缴款人:____________', '收费员:____________', '票据号:____________'],
    copies: '一式两份,缴款人、收费窗口各执一份',
  },
  D20: {
    organ: 'station',
    text: () => '请您对本次办理作出评价,在相应一格内打钩,投入评议箱或交窗口;是否评价由您自愿决定。',
    rows: () => [
      ['评价', '□ 非常满意  □ 满意  □ 基本满意  □ 不满意  □ 非常不满意'],
      ['意见', ' '],
    ],
    omit: ['recipient', 'relationship', 'recipientId', 'way', 'witness', 'note'],
    seal: 'none',
    signatures: [],
    copies: '可以不写姓名',
  },
  D25: {
    organ: 'station',
    text: (paper) => {
      const why =
        paper.view.state.formerNumbers.length > 0
          ? '原编号与另一件办件相同,现更正为新编号,请以新编号查询。原编号仍可查到本件'
          : '原编号不属于登记站点,不予采用,现给予新编号,请以新编号查询'
      return `${applied(paper)},${why};已经出具的文书继续有效,环节和办理期限不变。`
    },
    // What distinguishes it from the other case is not the applicant's business.
    omit: ['reason', 'second'],
    seal: 'office',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D22: {
    organ: 'department',
    title: () => '卷宗封面和卷内目录',
    text: ({ view }) => `设定依据:${view.item?.basis ?? ''}`,
    rows: ({ view: { state } }) =>
      state.papers.map((paper, place) => [`第 ${place + 1} 件`, `${paper.number} ${paperDay(paper.day)}`]),
    seal: 'none',
    signatures: ['立卷人:____________', '检查人:____________'],
    copies: '随卷归档',
  },
}
