/** Why a fact does not take effect, in words, and what resolves it. */
import { GUARDS, type GuardName } from './guards.ts'

/** Reasons besides those that a transition's own conditions give ({@link GUARDS}). */
export const ASIDE_REASONS = {
  malformed: {
    text: '记录内容不完整或无法识别',
    resolve: '请主办站点联系写入站点核对纸质材料,重新登记后将本条标记为不采纳',
  },
  unread: {
    text: '本机程序较旧,看不懂这条记录或它依据的记录',
    resolve: '记录已完整保存并照常上送,不用处理;请升级本机程序,升级后自动重新核对',
  },
  'not-authorised': {
    text: '写入的节点不代表该站点',
    resolve: '请管理员核对该节点代表的站点;主办站点可以采纳或不采纳',
  },
  'after-revocation': {
    text: '写入的节点已停用,本条在停用之后才送达县中心',
    resolve: '请主办站点核对纸质材料后采纳或不采纳',
  },
  'foreign-person': {
    text: '署名的人当日不在该站点任职,也没有受委托',
    resolve:
      '请主办站点向署名的人核实,属实的由有权的人采纳,否则标记为不采纳;任职资料有误的,请县中心更正,更正后自动重新计算',
  },
  'no-role': {
    text: '署名的人当日没有办理这一项的岗位',
    resolve:
      '请主办站点核对;属实的由有岗位的人采纳或重新办理,否则标记为不采纳;岗位资料有误的,请县中心更正,更正后自动重新计算',
  },
  'foreign-number': {
    text: '编号不属于登记站点,不予采用',
    resolve: '原编号照旧;需要更正的,请主办站点重新办理“更正办件编号”,并将本条标记为不采纳',
  },
  'awaits-second': {
    text: '须由第二人复核,复核同意后生效',
    resolve: '请复核人登录本人账号复核:属实的办理“复核同意”,否则标记为不采纳',
  },
  'needs-second': {
    text: '这一项须两人办理,采纳不能代替第二人复核',
    resolve: '请由第二人复核原来的记录,或由主办站点重新办理,并将本条标记为不采纳',
  },
  'not-second': {
    text: '复核人就是办理人本人,或者没有复核这一项的岗位',
    resolve: '请由另一位有岗位的人复核,并将本条标记为不采纳',
  },
  'moved-on': {
    text: '复核的同时主办站点已另有办理',
    resolve: '仍需要的请重新复核原来的记录,并将本条标记为不采纳',
  },
  'not-holder': {
    text: '写入时该站点不是主办',
    resolve: '请主办站点核对后采纳或不采纳',
  },
  'wrong-stage': {
    text: '当前环节不允许',
    resolve: '请主办站点核对环节,需要时按现在的环节办理,并将本条标记为不采纳',
  },
  'no-offer': {
    text: '没有等待签收的移交',
    resolve: '材料如已实际交接,请由主办站点重新移交;本条由主办站点标记为不采纳',
  },
  superseded: {
    // Written before the ruling or after it, by a former holder or not: the record itself does not say.
    text: '县中心另有改派或作废,没有采用这条记录',
    resolve: '请现在的主办站点核对:需要的采纳或按现在的环节重新办理,其余标记为不采纳',
  },
  fork: {
    // The case stands still because of it, or goes on: of a second opening that nobody signed for nothing is to be decided.
    text: '同一环节出现了不止一条记录,本条没有采用',
    resolve: '办件停住的,等县中心协调员改派后由主办站点采纳或不采纳;没有停住的,由主办站点标记为不采纳',
  },
  'lost-race': {
    // Which was first nobody asks: what others have signed for counts, or what the county wrote behind.
    text: '同一环节已有别的站点签收、退回或县中心认可的记录',
    resolve: '办件以那一条为准;本条由主办站点标记为不采纳',
  },
  orphan: {
    text: '依据的前一记录没有生效或尚未到达',
    resolve: '如前一记录尚在途中,到达后自动重新计算;否则由主办站点采纳或不采纳',
  },
  'no-letter': {
    text: '没有有效的授权书',
    resolve: '请由持有授权书的人重新办理并采纳,或补齐授权书;否则标记为不采纳',
  },
  'letter-revoked': {
    text: '依据的授权书已被撤销',
    resolve: '请由有权的人核对后采纳或不采纳;撤销之前办理的不受影响',
  },
  deemed: {
    text: '五日内没有告知,依法自收到申请材料之日起即为受理',
    resolve: '请按已受理继续办理,并将本条标记为不采纳;当时确已告知的,请补录告知的实际日期和凭据',
  },
  'not-invited': {
    text: '该站点没有收到这次联办通知',
    resolve: '请主办部门核对联办通知;需要该部门意见的,请重新通知',
  },
  'answered-already': {
    text: '这一项已有在先的记录',
    resolve: '以先到的一条为准;需要更正的,请重新通知后再填',
  },
  'not-charger': {
    text: '缴款通知不是该站点开出的',
    resolve: '请由开出缴款通知的站点撤销;本条由主办站点标记为不采纳',
  },
} as const
export type AsideReason = keyof typeof ASIDE_REASONS | GuardName

/** What is said of a case whose latest record only a newer program can read. */
export const UNREAD = {
  message: '本机程序较旧,看不懂这个办件的最新记录,请升级后再办。',
  next: '请联系县中心升级本机程序;记录都完整保存、照常上送,升级后自动恢复办理。急办的请到县中心或已升级的站点办理;各处程序都已是最新版、仍看不懂的,由县级协调员改派,原记录留存备查。',
} as const

const isGuard = (reason: AsideReason): reason is GuardName => Object.hasOwn(GUARDS, reason)

/** What is said of a fact beside what became of it. */
export const MARKS = {
  'account-disabled': '账号在登记当天或以前已停用',
  'foreign-person': '署名的人当日不在该站点任职,也没有受委托',
  'no-role': '署名的人当日没有办理这一项的岗位',
  'foreign-number': '编号不属于登记站点,不予采用',
  'foreign-document': '文号不属于登记站点,不予采用',
} as const
export type Mark = keyof typeof MARKS

/** Why a fact is set aside and what resolves it, for people. */
export const asideWords = (reason: AsideReason): { readonly text: string; readonly resolve: string } =>
  isGuard(reason)
    ? { text: GUARDS[reason].text, resolve: `${GUARDS[reason].next}核对后由主办站点采纳或不采纳` }
    : ASIDE_REASONS[reason]
