/** Facts from the draft to acceptance, refusal to accept, or deciding on the spot. */
import { CHANNELS, DECISIONS } from '../codes.ts'
import {
  applicantAgain,
  applicantFields,
  backdated,
  documentNumber,
  type FactRule,
  may,
  need,
  oneOf,
  proposal,
  remedies,
  seconded,
} from './fields.ts'

const REJECTIONS = {
  'not-required': '依法不需要取得许可或者办理',
  'not-competent': '不属于本机关职权范围',
  returned: '不符合受理条件,退回办理',
} as const

export const INTAKE_FACTS = {
  opened: {
    title: '建件',
    guarded: true,
    fields: {
      number: need('text', '办件编号'),
      item: need('text', '事项'),
      itemVersion: need('count', '事项版本', { asked: 'nowhere', told: false }),
      channel: may(oneOf(CHANNELS), '申报来源'),
      master: may('text', '联办主件标识', { asked: 'nowhere', told: false }),
    },
  },
  captured: {
    title: '代收',
    guarded: true,
    document: 'D01',
    fields: {
      ...applicantFields,
      ...documentNumber,
      authorisation: may('text', '委托书'),
      entrusted: may('lines', '委托权限(提交、补正、领取)'),
      free: may('flag', '自愿委托、免费代办'),
      expected: may('day', '预计报送日'),
      ...backdated,
    },
  },
  submitted: {
    title: '网上申报转入',
    guarded: true,
    fields: { ...applicantFields, source: may('text', '来源系统', { asked: 'nowhere' }) },
  },
  prereviewed: {
    title: '预审',
    guarded: true,
    fields: {
      result: need(oneOf({ passed: '通过,待交原件', returned: '退回修改' }), '预审结果'),
      opinion: need('note', '预审意见'),
      told: need('text', '告知方式(电话、短信、邮件)'),
    },
  },
  resubmitted: { title: '重新提交预审', guarded: true, fields: { seals: need('seals', '封存') } },
  received: {
    title: '收件',
    guarded: true,
    document: 'D02',
    fields: {
      ...applicantFields,
      ...documentNumber,
      itemVersion: may('count', '事项版本', { asked: 'nowhere', fill: 'edition', told: false }),
      originals: may('flag', '原件已核验'),
      ...backdated,
    },
  },
  rejected: {
    title: '不予受理',
    guarded: true,
    document: 'D06',
    fields: {
      outcome: need(oneOf(REJECTIONS), '不予受理的情形'),
      reasons: need('note', '理由和依据'),
      remedies,
      organ: may('text', '应当向哪个机关申请'),
      ...documentNumber,
      ...seconded,
    },
  },
  notified: {
    title: '补正告知',
    guarded: true,
    document: 'D04',
    fields: {
      missing: need('lines', '需要补正的全部内容(每行一项)'),
      days: may('count', '补正期限(自然日)', { least: 1, most: 1000 }),
      consequence: may('note', '逾期不补的后果'),
      override: may('note', '再次告知的理由'),
      approver: may('person', '批准再次告知的人', { signs: 'anybody' }),
      ...documentNumber,
      ...seconded,
    },
  },
  supplemented: {
    title: '补正齐全并受理',
    guarded: true,
    document: 'D05',
    fields: {
      items: need('lines', '已补齐的内容(每行一项)'),
      seals: need('seals', '封存'),
      ...applicantAgain,
      ...documentNumber,
      ...backdated,
    },
  },
  lapsed: {
    title: '补正期满未补,办结',
    guarded: true,
    document: 'D12',
    fields: {
      confirmer: need('person', '确认人', { signs: 'another' }),
      note: may('note', '说明'),
      ...documentNumber,
      ...proposal,
    },
  },
  accepted: {
    title: '受理',
    guarded: true,
    document: 'D03',
    fields: {
      seals: need('seals', '封存'),
      ...applicantAgain,
      note: may('note', '受理意见'),
      deferred: may('lines', '容缺材料(每行一项)'),
      deferredUntil: may('day', '容缺材料补齐期限'),
      commitment: may('flag', '告知承诺'),
      ...documentNumber,
      ...seconded,
    },
  },
  settled: {
    title: '当场办结',
    guarded: true,
    document: 'D11',
    fields: {
      result: need(oneOf(DECISIONS), '决定'),
      opinion: need('note', '意见'),
      reasons: may('note', '不予的理由'),
      remedies,
      seals: need('seals', '封存'),
      ...applicantAgain,
      ...documentNumber,
    },
  },
} as const satisfies Record<string, FactRule>
