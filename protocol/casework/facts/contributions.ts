/** Contributions: facts that anybody concerned may write and that move neither stage nor custody. */
import { OPINIONS, WAIVERS } from '../codes.ts'
import { backdated, documentNumber, type FactRule, may, need, oneOf, reason } from './fields.ts'

export const CONTRIBUTIONS_FACTS = {
  supplied: {
    title: '代收补正材料',
    guarded: false,
    fields: { items: need('lines', '收到的补正材料(每行一项)'), materials: need('count', '份数'), ...backdated },
  },
  contacted: {
    title: '联系申请人',
    guarded: false,
    fields: {
      way: need(oneOf({ phone: '电话', message: '短信', post: '书面', visit: '上门' }), '方式'),
      reached: need('flag', '已联系上'),
      content: need('note', '内容'),
    },
  },
  progressed: { title: '代办进展', guarded: false, fields: { text: need('note', '进展') } },
  relayed: { title: '结果告知申请人', guarded: false, fields: { content: need('note', '告知内容'), ...backdated } },
  acknowledged: { title: '联办通知已阅', guarded: false, fields: { fact: need('hash', '联办通知') } },
  opined: {
    title: '协办意见',
    guarded: false,
    fields: {
      fact: need('hash', '联办通知'),
      opinion: need(oneOf(OPINIONS), '意见'),
      reasons: may('note', '理由(不同意时必填)'),
      ...backdated,
    },
  },
  met: {
    title: '联席会议、联合踏勘',
    guarded: false,
    fields: {
      form: need(oneOf({ meeting: '会审会议', inspection: '联合踏勘', acceptance: '联合验收' }), '形式'),
      on: need('day', '日期'),
      place: need('text', '地点'),
      attended: need('lines', '到会部门(每行一个)'),
      absent: may('lines', '缺席部门(每行一个)'),
      minutes: need('note', '会议纪要'),
    },
  },
  verified: {
    title: '核查记录',
    guarded: false,
    document: 'D10',
    fields: {
      staff: need('lines', '核查人员(两名以上,每行一名)'),
      on: need('day', '日期'),
      place: need('text', '地点'),
      findings: need('note', '情况'),
    },
  },
  paid: {
    title: '收费窗口确认缴款',
    guarded: false,
    fields: {
      fact: need('hash', '缴款通知'),
      receipt: need('text', '票据号'),
      amount: need('amount', '实收金额(元)'),
    },
  },
  refunded: {
    title: '退费',
    guarded: false,
    fields: { fact: need('hash', '缴款通知'), receipt: need('text', '退费凭证号'), reason },
  },
  waived: {
    title: '撤销缴款通知',
    guarded: false,
    fields: {
      fact: need('hash', '缴款通知'),
      as: need(oneOf(WAIVERS), '类型'),
      reason,
      basis: may('note', '减免依据(减免时必填)'),
      approver: need('person', '批准人', { signs: 'anybody' }),
    },
  },
  rated: {
    title: '评价',
    guarded: false,
    fields: {
      scale: need(oneOf({ 'five-level': '国标五级', 'four-level': '评议卡四级' }), '评价等级制'),
      value: need('count', '等级(原值)'),
      via: need(oneOf({ card: '评议卡', device: '评价器', online: '网上' }), '评价渠道'),
      note: may('note', '评价内容'),
    },
  },
  renumbered: {
    title: '更正办件编号',
    guarded: false,
    document: 'D25',
    fields: {
      former: may('text', '原编号', { asked: 'nowhere', fill: 'present-number' }),
      number: may('text', '新编号', { asked: 'nowhere', fill: 'case-number' }),
      second: need('person', '复核人', { signs: 'another' }),
      reason,
      ...documentNumber,
    },
  },
  noted: { title: '备注', guarded: false, fields: { text: need('note', '内容') } },
} as const satisfies Record<string, FactRule>
