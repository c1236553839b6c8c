/** Rules about how an item is handled: limits, steps, special procedures, the village's part, presence. */
import { PROCEDURES } from '../codes.ts'
import type { Item, TimeLimit } from '../item.ts'
import { isLicence } from '../item-law.ts'
import { type ItemProblem, problem, repeated, warning } from './item-problem.ts'

const ART_42 = '《行政许可法》第四十二条的二十个工作日'

export const checkHandling = (item: Item): readonly ItemProblem[] => [
  ...checkLimits(item),
  ...checkSteps(item),
  ...checkProcedures(item),
  ...checkVillage(item),
  ...checkPresence(item),
]

function checkLimits(item: Item): readonly ItemProblem[] {
  const { promised, statutory, caseKind } = item
  const problems: ItemProblem[] = []
  if (isLonger(promised, statutory)) problems.push(problem('promised.days', '承诺时限不能长于法定时限'))
  if (caseKind === '2' && promised.days === null) problems.push(problem('promised.days', '承诺件须有承诺时限'))
  if (caseKind === '1' && (promised.days ?? 0) > 1)
    problems.push(problem('promised.days', '即办件当场或当日办结,承诺时限不超过 1 个工作日'))
  if (isLicence(item) && statutory.days === null)
    problems.push(warning('statutory.days', `行政许可没有填写法定时限,依法适用${ART_42}`))
  if (isLicence(item) && statutory.unit === 'calendar')
    problems.push(warning('statutory.unit', '行政许可的期限以工作日计算(《行政许可法》第八十二条),请核对'))
  return problems
}

/** Whether the promise is surely longer: as many working days take at least as many calendar days. */
function isLonger(promised: TimeLimit, statutory: TimeLimit): boolean {
  if (promised.days === null || statutory.days === null) return false
  if (promised.unit === 'calendar' && statutory.unit === 'working') return false
  return promised.days > statutory.days
}

function checkSteps({ steps, caseKind, coDepartments, promised }: Item): readonly ItemProblem[] {
  const problems: ItemProblem[] = []
  const stages = steps.map(({ stage }) => stage)
  if (caseKind === '1' && steps.length > 0) problems.push(problem('steps', '即办件由窗口当场决定,不设内部环节'))
  if (caseKind === '1' && coDepartments.length > 0) problems.push(problem('coDepartments', '联办件不能是即办件'))
  if (steps.length > 0 && (stages[0] !== '40' || stages.at(-1) !== '42'))
    problems.push(problem('steps', '内部环节须从承办开始、以批准结束'))
  if (repeated(stages).length > 0 || stages.join() !== [...stages].sort().join())
    problems.push(problem('steps', '内部环节须依承办、审核、批准的次序,各一次'))
  const total = steps.reduce((sum, { days }) => sum + (days ?? 0), 0)
  if (promised.unit === 'working' && promised.days !== null && total > promised.days)
    problems.push(warning('steps', `各环节时限合计 ${total} 天,超过承诺时限 ${promised.days} 天`))
  return problems
}

function checkProcedures({ procedures }: Item): readonly ItemProblem[] {
  return procedures.flatMap(({ kind, basis }) => {
    if (!Object.hasOwn(PROCEDURES, kind)) return [] // named as a code that is not on the list
    const { title, statutory } = PROCEDURES[kind]
    return statutory || basis.trim() !== ''
      ? []
      : [problem('procedures', `“${title}”的时间依法应当计入期限,没有依据不能不计`)]
  })
}

function checkVillage(item: Item): readonly ItemProblem[] {
  const { villageMode, clockStart } = item
  const [inVillage, received] = [item.tiers.includes('village'), item.receivingTiers.includes('village')]
  const problems: ItemProblem[] = []
  if (inVillage && (villageMode === 'none' || villageMode === 'publish'))
    problems.push(problem('villageMode', '不在村办或只公开告知的事项,可以申请的层级不能有村'))
  if (!inVillage && villageMode !== 'none' && villageMode !== 'publish')
    problems.push(problem('villageMode', '村里直办、代办、协办的事项,可以申请的层级须有村'))
  if (villageMode === 'direct' && !received) problems.push(problem('receivingTiers', '村级直办须以村为收件点'))
  if (received && !inVillage) problems.push(problem('receivingTiers', '村为收件点的事项,可以申请的层级须有村'))
  if (clockStart === 'capture' && !received) problems.push(problem('clockStart', '村不是收件点的,期限自窗口收件起算'))
  return problems
}

function checkPresence({ presence }: Item): readonly ItemProblem[] {
  return presence.due && !presence.present && presence.reason.trim() === ''
    ? [problem('presence.reason', '应进驻而未进驻的事项,须写明理由和批准文号')]
    : []
}
