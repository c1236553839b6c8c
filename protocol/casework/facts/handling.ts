/** Facts of handling: steps, special procedures, reporting up, joint handling, fees, decision, delivery, ending. */
import { CLOSING_TYPES, DECISIONS, DELIVERY_WAYS, INVITATION_MODES, PROCEDURES, REPLY_RESULTS } from '../codes.ts'
import { backdated, documentNumber, type FactRule, may, need, oneOf, reason, remedies, titlesOf } from './fields.ts'

export const HANDLING_FACTS = {
  assigned: {
    title: '分办',
    guarded: true,
    fields: { to: need('person', '承办人'), note: may('note', '分办意见'), ...backdated },
  },
  entrusted: {
    title: '改由他人承办',
    guarded: true,
    fields: { to: need('person', '接办人'), reason, list: may('text', '交接清单') },
  },
  handled: {
    title: '承办',
    guarded: true,
    fields: { opinion: need('note', '承办意见'), seals: may('seals', '封存'), ...backdated },
  },
  examined: { title: '审核', guarded: true, fields: { opinion: need('note', '审核意见'), ...backdated } },
  'sent-back': {
    title: '退回上一环节',
    guarded: true,
    fields: { stage: need(oneOf({ '30': '已受理', '40': '承办', '41': '审核' }), '退回到'), reason },
  },
  suspended: {
    title: '启动特别程序',
    guarded: true,
    document: 'D07',
    fields: {
      procedure: need(oneOf(titlesOf(PROCEDURES)), '特别程序'),
      days: need('count', '所需时间(天)', { least: 1, most: 1000 }),
      approver: need('person', '批准人', { signs: 'anybody' }),
      basis: may('note', '依据'),
      ...documentNumber,
      ...backdated,
    },
  },
  resumed: {
    title: '特别程序结束',
    guarded: true,
    fields: { result: need('note', '特别程序的结果'), ...backdated },
  },
  extended: {
    title: '延长期限',
    guarded: true,
    document: 'D08',
    fields: {
      days: need('count', '延长(工作日)', { least: 1, most: 1000 }),
      reasons: need('note', '延长的理由'),
      approver: need('text', '批准的负责人'),
      ...documentNumber,
    },
  },
  reported: {
    title: '上报',
    guarded: true,
    document: 'D16',
    fields: {
      organ: need('text', '上级机关'),
      materials: need('count', '上报材料份数'),
      expected: may('day', '预计答复日'),
      note: may('note', '审查意见'),
      ...documentNumber,
    },
  },
  replied: {
    title: '上级批复',
    guarded: true,
    fields: {
      result: need(oneOf(REPLY_RESULTS), '批复结果'),
      reference: need('text', '批复文号'),
      content: need('note', '批复内容'),
      ...backdated,
    },
  },
  decided: {
    title: '决定',
    guarded: true,
    document: 'D11',
    fields: {
      result: need(oneOf(DECISIONS), '决定'),
      opinion: need('note', '意见'),
      tier: may('text', '裁量档次'),
      tierWhy: may('note', '裁量理由'),
      reasons: may('note', '不予许可的理由'),
      remedies,
      seals: need('seals', '封存'),
      ...documentNumber,
      ...backdated,
    },
  },
  closed: {
    title: '办结',
    guarded: true,
    document: 'D12',
    fields: {
      closing: may(oneOf(CLOSING_TYPES), '办结类型'),
      document: may('text', '结果文书号', { fill: 'number' }),
      validUntil: may('day', '结果有效期至'),
      note: may('note', '办结说明'),
    },
  },
  concluded: {
    title: '外部系统办结补录',
    guarded: true,
    document: 'D11',
    fields: {
      system: need('text', '来源系统'),
      reference: need('text', '来源办件编号'),
      result: need(oneOf(DECISIONS), '办理结果'),
      document: need('text', '决定文书号'),
      opinion: may('note', '办理意见'),
      ...backdated,
    },
  },
  delivered: {
    title: '送达',
    guarded: true,
    document: 'D13',
    fields: {
      recipient: need('text', '领取人'),
      relationship: may('text', '与申请人关系'),
      recipientId: may('text', '领取人证件号码', { secret: true }),
      way: may(oneOf(DELIVERY_WAYS), '送达方式'),
      witness: may('text', '见证人'),
      note: may('note', '送达说明'),
      ...documentNumber,
      ...backdated,
    },
  },
  archived: {
    title: '归档',
    guarded: true,
    document: 'D22',
    fields: { volume: may('text', '卷宗号'), note: may('note', '归档说明') },
  },
  withdrawn: {
    title: '申请人撤回',
    guarded: true,
    fields: {
      written: need('flag', '有书面撤回申请'),
      returned: need('note', '退还原件的情况'),
      note: may('note', '说明'),
      ...backdated,
    },
  },
  voided: {
    title: '作废',
    guarded: true,
    fields: {
      as: need(oneOf({ void: '作废', error: '误录' }), '类型'),
      reason,
      second: need('person', '复核人', { signs: 'another' }),
    },
  },
  prioritised: {
    title: '绿色通道',
    guarded: true,
    fields: {
      rule: may('text', '绿色通道规则'),
      amount: may('amount', '投资额(元)'),
      reason: need('note', '理由'),
      approver: need('person', '批准人', { signs: 'anybody' }),
      liaison: need('text', '联络员'),
    },
  },
  invited: {
    title: '联办通知',
    guarded: true,
    document: 'D15',
    fields: {
      to: need('station', '协办站点'),
      department: need('text', '协办部门'),
      item: may('text', '协办事项'),
      mode: may(oneOf(INVITATION_MODES), '联办方式'),
      due: need('day', '反馈期限'),
      content: need('note', '征求意见的内容'),
      ...documentNumber,
    },
  },
  charged: {
    title: '缴款通知',
    guarded: true,
    document: 'D18',
    fields: {
      fee: need('text', '收费项目'),
      amount: need('amount', '金额(元)'),
      payer: may('text', '缴款人'),
      ...documentNumber,
    },
  },
} as const satisfies Record<string, FactRule>
