/** Facts of custody: transfers, reassignment, and what becomes of facts that were set aside. */
import { type FactRule, may, need } from './fields.ts'

export const CUSTODY_FACTS = {
  offered: {
    title: '移交',
    guarded: true,
    document: 'D14',
    fields: {
      to: need('station', '接收站点'),
      materials: need('count', '移交材料份数'),
      counts: may('counts', '逐项份数'),
      bag: may('text', '封袋号'),
      note: may('note', '移交说明'),
    },
  },
  retracted: { title: '撤回移交', guarded: true, fields: { reason: need('note', '撤回原因') } },
  taken: {
    title: '签收',
    guarded: true,
    fields: {
      materials: need('count', '实收材料份数'),
      counts: may('counts', '逐项实收份数'),
      differences: may('note', '差异记录'),
    },
  },
  declined: { title: '拒收退回', guarded: true, fields: { reason: need('note', '退回原因') } },
  reassigned: {
    title: '改派',
    guarded: true,
    fields: { to: need('station', '改派到'), reason: need('note', '改派原因') },
  },
  adopted: { title: '采纳', guarded: true, fields: { fact: need('hash', '采纳的记录'), note: may('note', '说明') } },
  countersigned: {
    title: '复核同意',
    guarded: true,
    since: 3,
    fields: { fact: need('hash', '待复核的记录'), note: may('note', '复核意见') },
  },
  dismissed: {
    title: '不采纳',
    guarded: false,
    fields: { fact: need('hash', '不采纳的记录'), reason: need('note', '原因') },
  },
} as const satisfies Record<string, FactRule>
