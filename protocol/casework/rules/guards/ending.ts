/** Conditions of closing, delivery, archive, withdrawal and voiding. */
import { filled, textOf } from '../../facts/values.ts'
import { requiredPapers } from '../required-papers.ts'
import type { Condition } from './condition.ts'

export const ENDING_GUARDS = {
  'closing-fits': {
    typed: true,
    holds: ({ course, fields }) =>
      !filled(fields.closing) ||
      (course.result === 'granted' ? ['0', '6'] : ['1', '6']).includes(textOf(fields.closing)),
    text: '办结类型与决定不符',
    next: '准予的选“出证办结”或“办结”,不予的选“退回办结”或“办结”。',
    source: '办结类型:作废、误录、补交不来、转报各有自己的办理方式',
  },
  'fees-settled': {
    holds: ({ course }) => course.fees.every(({ paid, waived }) => paid !== null || waived !== null),
    text: '缴款通知还没有缴清',
    next: '请申请人到收费窗口缴款,由收费员登记票据号;开错或减免的,由开单的窗口撤销缴款通知。',
    source: '统一收费规则:先缴款后办结',
  },
  'recipient-related': {
    typed: true,
    holds: ({ course, fields }) =>
      fields.recipient === course.applicant.name || filled(fields.relationship) || course.applicant.name === '',
    text: '领取人不是申请人本人时,须写明与申请人的关系',
    next: '请填写与申请人关系;留置送达的,写明见证人。',
    source: '送达回证:收件人与受送达人关系',
  },
  'papers-complete': {
    holds: ({ course: { stage, papers, days } }) =>
      requiredPapers(stage).every(
        // What an upper level decided lies in the file as its own reply.
        (code) => papers.some((paper) => paper.code === code) || (code === 'D11' && days.replied !== undefined),
      ),
    text: '归档必备的文书不全',
    next: '请补全缺少的文书后再归档。',
    source: '归档规则:必备文书齐全',
  },
  'answer-relayed': {
    holds: ({ course: { stage, report } }) => stage !== '85' || (report !== null && report.relayed !== null),
    text: '上级的批复还没有告知申请人,转报的办件仍由本窗口负责',
    next: '请登记上级批复,告知申请人并登记“结果告知申请人”后再归档。',
    source: '上报件规则:转报后仍由受理窗口负责到结果告知申请人',
  },
  'written-request': {
    typed: true,
    holds: ({ fields }) => fields.written === true,
    text: '撤回须有申请人的书面申请',
    next: '请收到书面撤回申请后再办理。',
    source: '申请人可以在作出决定前书面撤回申请',
  },
  'second-person': {
    typed: true,
    holds: ({ fields, person }) => filled(fields.second) && fields.second !== person,
    text: '作废、误录须由另一人复核',
    next: '请填写复核人(不能是本人)。',
    source: '作废规则:须有复核人',
  },
} as const satisfies Record<string, Condition>
