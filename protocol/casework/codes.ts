/** National code lists (GB/T 39046-2020 appendix A) and the local lists beside them (SOURCES.md 5.1, 5.2). */
import type { Tier } from '#protocol/tiers.ts'

/** A.1 事项类型. 11–19 and 21–29 are left to local extension. */
export const ITEM_TYPES = {
  '00': '行政权力事项',
  '01': '行政许可',
  '02': '行政处罚',
  '03': '行政强制',
  '04': '行政征收',
  '05': '行政给付',
  '06': '行政检查',
  '07': '行政确认',
  '08': '行政奖励',
  '09': '行政裁决',
  '10': '其他类别',
  '20': '公共服务事项',
} as const

/** A.2 行使层级. */
export const LEVELS = {
  '1': '国家级',
  '2': '省级',
  '3': '市级',
  '4': '县级',
  '5': '镇(乡、街道)级',
  '6': '村(社区)级',
  '7': '分级管理',
} as const
/** Levels of authority above the county: what they decide is reported up for. */
export const ABOVE_COUNTY: readonly (keyof typeof LEVELS)[] = ['1', '2', '3']

/** A.3 实施主体性质. */
export const BODY_NATURES = { '1': '法定机关', '2': '授权组织', '3': '受委托组织', '9': '其他' } as const

/** A.4 服务对象. Older national lists differ (SOURCES.md 5.1): imports name the list they use. */
export const CLIENTS = {
  '1': '自然人',
  '2': '企业法人',
  '3': '事业法人',
  '4': '社会组织法人',
  '5': '行政机关',
  '6': '其他组织',
} as const
export type Client = keyof typeof CLIENTS

/** A.5 办理形式/申报来源. A village's capture is 1 with its station; no national code is invented for it. */
export const CHANNELS = { '1': '窗口办理', '2': '电脑端网上', '3': '移动端', '4': '快递申请', '9': '其他' } as const
export type Channel = keyof typeof CHANNELS

/** A.6 办件类型. 上报, 联办, 补办, 退回 are not in the national list: they are attributes of a case. */
export const CASE_KINDS = { '1': '即办件', '2': '承诺件', '9': '其他' } as const
export type CaseKind = keyof typeof CASE_KINDS

/** The kinds of the centres' own practice (五件制、六件制), beside the national list. */
export const LOCAL_KINDS = {
  immediate: '即办件',
  promised: '承诺件',
  reported: '上报件',
  joint: '联办件',
  deferred: '补办件',
  returned: '退回件',
} as const
export type LocalKind = keyof typeof LOCAL_KINDS

/** Special procedures (行政许可法 art. 45). 踏勘 and 公示 are not in the article: only an item's own rule allows them. */
export const PROCEDURES = {
  hearing: { title: '听证', statutory: true },
  tender: { title: '招标', statutory: true },
  auction: { title: '拍卖', statutory: true },
  inspection: { title: '检验', statutory: true },
  testing: { title: '检测', statutory: true },
  quarantine: { title: '检疫', statutory: true },
  appraisal: { title: '鉴定', statutory: true },
  'expert-review': { title: '专家评审', statutory: true },
  'site-survey': { title: '现场踏勘', statutory: false },
  'public-notice': { title: '公示', statutory: false },
} as const
export type Procedure = keyof typeof PROCEDURES

/** 办结类型 BJJGDM (SOURCES.md 5.2): how a case ended. */
export const CLOSING_TYPES = {
  '0': '出证办结',
  '1': '退回办结',
  '2': '作废办结',
  '3': '删除办结',
  '4': '转报办结',
  '5': '补交不来办结',
  '6': '办结',
} as const
export type ClosingType = keyof typeof CLOSING_TYPES

/** 决定: what becomes of an application. */
export const DECISIONS = { granted: '准予', refused: '不予' } as const
export type Decision = keyof typeof DECISIONS

/** 批复: what an upper level answers to a report. */
export const REPLY_RESULTS = { ...DECISIONS, returned: '退回本级决定' } as const
export type ReplyResult = keyof typeof REPLY_RESULTS

/** 协办意见. */
export const OPINIONS = { agree: '同意', disagree: '不同意', 'report-up': '同意但需转报上级' } as const
export type Opinion = keyof typeof OPINIONS

/** 联办方式. */
export const INVITATION_MODES = { notice: '抄告', meeting: '联审会议', commitment: '前置承诺' } as const
export type InvitationMode = keyof typeof INVITATION_MODES

/** How a fee notice falls away without being paid. */
export const WAIVERS = { cancelled: '撤销(开错)', reduced: '减免' } as const
export type Waiver = keyof typeof WAIVERS

/** A.7: what time is added for; extension (1) and everything else (2). */
export const SPECIAL_KINDS = { '1': '延长审批', '2': '除延长审批之外的情况' } as const
export type SpecialKind = keyof typeof SPECIAL_KINDS

/** How days are counted. */
export const DAY_UNITS = { working: '工作日', calendar: '自然日' } as const
export type DayUnit = keyof typeof DAY_UNITS

/** The five powers of a chief representative (首席代表授权, SOURCES.md section 0 no. 12). */
export const POWERS = {
  accept: '受理权',
  examine: '审核权',
  coordinate: '协调处置权',
  deliver: '办理结果送达权',
  respond: '应诉代理权',
} as const
export type Power = keyof typeof POWERS

/** 村级办理方式 (SOURCES.md 5.4, local extension). */
export const VILLAGE_MODES = {
  direct: '直办',
  agent: '代办',
  assist: '协办',
  publish: '公开告知',
  none: '不在村办',
} as const

/** Window types (SOURCES.md A7). */
export const WINDOW_KINDS = {
  single: '单列窗口',
  composite: '综合窗口',
  'public-service': '公共服务窗口',
  cashier: '收费窗口',
} as const
export type WindowKind = keyof typeof WINDOW_KINDS

/** 送达方式. */
export const DELIVERY_WAYS = {
  direct: '直接送达',
  post: '邮寄',
  proxy: '转交',
  left: '留置送达',
  electronic: '电子送达',
} as const

/** Where in the tree a station stands, from below to above. */
export const TIER_TITLES = { village: '村', township: '乡镇', county: '县' } as const satisfies Record<Tier, string>

/** How an edition of an item came to be (动态调整, SOURCES.md A17). */
export const CHANGE_TYPES = {
  new: '新增',
  adjusted: '调整',
  delegated: '下放',
  merged: '合并',
  managed: '转变管理方式',
  cancelled: '取消',
} as const
export type ChangeType = keyof typeof CHANGE_TYPES
