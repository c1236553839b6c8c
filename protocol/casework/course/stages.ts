/** The stages of a case (SOURCES.md 5.3), and in which of them it has ended. */

export const STAGES = {
  '00': '草稿',
  '05': '预审待审',
  '06': '预审退回',
  '07': '预审通过,待交原件',
  '10': '已代收',
  '20': '已收件',
  '25': '待补正',
  '30': '已受理',
  '40': '承办',
  '41': '审核',
  '42': '批准',
  '45': '特别程序中',
  '46': '已上报待批复',
  '50': '已决定·准予',
  '51': '已决定·不予',
  '60': '已办结',
  '70': '已送达',
  '80': '不予受理',
  '81': '无需办理',
  '82': '退回办结',
  '83': '申请人撤回',
  '84': '补正不来办结',
  '85': '转报办结',
  '86': '作废',
  '87': '误录',
  '90': '已归档',
} as const
export type Stage = keyof typeof STAGES

/** Whether nothing more is to be done for the applicant in a stage. */
const HAS_ENDED = {
  '00': false,
  '05': false,
  '06': false,
  '07': false,
  '10': false,
  '20': false,
  '25': false,
  '30': false,
  '40': false,
  '41': false,
  '42': false,
  '45': false,
  '46': false,
  '50': false,
  '51': false,
  '60': false,
  '70': true,
  '80': true,
  '81': true,
  '82': true,
  '83': true,
  '84': true,
  '85': true,
  '86': true,
  '87': true,
  '90': true,
} as const satisfies Record<Stage, boolean>

/** A stage in which nothing more is to be done for the applicant. */
export type EndStage = { [Code in Stage]: (typeof HAS_ENDED)[Code] extends true ? Code : never }[Stage]

export const hasEnded = (stage: Stage): stage is EndStage => HAS_ENDED[stage]

const ALL = Object.keys(STAGES) as readonly Stage[]
export const ENDED: readonly Stage[] = ALL.filter(hasEnded)
export const OPEN_STAGES: readonly Stage[] = ALL.filter((stage) => !hasEnded(stage))

/** Whether a case counts no more, or never did: what it bears is begun anew in another one. */
export const isVoided = (stage: string): boolean => stage === '86' || stage === '87'
