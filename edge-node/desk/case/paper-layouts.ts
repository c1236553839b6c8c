/**
 * What each paper says beside the fields of its fact: opening words, ground, notes, seal, signatures, copies (SOURCES.md section
 * 7). What the type of the item means for them – law, seal, name and words of the decision – is asked of item-law.ts.
 */
import { paperDay } from '#edge-node/desk/due-words.ts'
import { personName, stationName } from '#edge-node/desk/words.ts'
import { groundOf, isLicence, rulingOf, tellingNote } from '#protocol/casework/item-law.ts'
import type { PaperCode } from '#protocol/casework/papers.ts'
import {
  acceptedRows,
  basisRow,
  chargedRows,
  deliveredRows,
  extendedRow,
  opinionRows,
  type Paper,
  type PaperRow,
  phoneRow,
  procedureRow,
  standardRows,
  takenRows,
} from './paper-rows.ts'

/** Papers that no single act makes by itself, printed from a fact that holds what they need. */
export const FURTHER_PAPERS = { D09: '审批表', D17: '补办件通知书', D20: '评议卡' } as const
export type PrintCode = PaperCode | keyof typeof FURTHER_PAPERS

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
/** What an acceptance says of the application: complete, or why it is accepted all the same (rules C80, C160, C161). */
function completeness(paper: Paper): string {
  const { line, view } = paper
  const { deferred, commitment } = line.fields
  if (view.state.days.deemed !== undefined)
    return `五个工作日内没有一次告知需要补正的内容,${ground(paper, '第三十二条第一款第四项')},自收到申请材料之日起即为受理`
  const others = Array.isArray(deferred) && deferred.length > 0 ? '所缺材料不影响审查,其余材料' : '材料'
  const promised = commitment === true ? '申请人已书面承诺,承诺以外的' : ''
  return `${promised}${others}齐全、符合${form(paper)},${ground(paper, '第三十二条第一款第五项')},决定予以受理`
}
/** The law of a procedure or an extension: of anything but a licence the item's own rule, and nothing where none is published. */
const underLaw = (paper: Paper, article: string): string =>
  isLicence(paper.view.item) ? `${ground(paper, article)},` : ''
/** Which item of art. 32 para. 1 a rejection rests on; for returning what is not as required none speaks. */
const rejecting = ({ line }: Paper): string =>
  `第三十二条第一款${{ 'not-required': '第一项', 'not-competent': '第二项' }[String(line.fields.outcome)] ?? ''}`
const isRefusal = ({ line }: Paper): boolean => line.fields.result === 'refused'
const decisionOf = (paper: Paper) => rulingOf(paper.view.item, isRefusal(paper) ? 'refused' : 'granted')
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
    notes: ({ view: { item } }) => [tellingNote(item)],
    seal: 'special',
    signatures: ['申请人签名:____________', '收件人签名:____________'],
    copies: TWO_COPIES,
  },
  D03: {
    organ: 'department',
    text: (paper) => `${applied(paper)},${completeness(paper)}。`,
    omit: ['note'],
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
    text: (paper) => `${applied(paper)},${ground(paper, rejecting(paper))},决定不予受理。`,
    rows: basisRow,
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D07: {
    organ: 'department',
    text: (paper) => `本申请需要进行下列程序,${underLaw(paper, '第四十五条')}所需时间不计算在规定的期限内,现予告知。`,
    rows: (paper) => [...procedureRow(paper), ['开始日', paperDay(paper.line.day)]],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D08: {
    organ: 'department',
    text: (paper) =>
      `本申请不能在规定的期限内作出决定,${underLaw(paper, '第四十二条')}经批准延长期限一次,现将延长的理由告知。`,
    rows: (paper) => [
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
    // What was deliberated stays in the file (审批表, D09).
    omit: ['result', 'opinion', 'tierWhy'],
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
    text: (paper) =>
      `您的申请${underLaw(paper, '第四十三条')}由本级审查后报上级机关决定,本窗口继续负责联系并转告结果。`,
    rows: ({ line }) => [['上报日', paperDay(line.day)]],
    seal: 'special',
    signatures: SIGNED_BY_APPLICANT,
    copies: TWO_COPIES,
  },
  D17: {
    organ: 'department',
    text: () => '您的申请所缺材料不影响审查,已先予受理;请在期限前补齐下列材料。',
    omit: ['note'],
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
