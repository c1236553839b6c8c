/** Rules about an item's lists: materials, form fields, fees, discretion, green channel, prerequisites. */
import { isRecord } from '#protocol/json.ts'
import type { Item, MaterialRule } from '../item.ts'
import { ITEM_FIELDS } from './item-fields.ts'
import { type ItemProblem, problem, repeated, warning } from './item-problem.ts'

export const checkLists = (item: Item): readonly ItemProblem[] => [
  ...checkIds(item),
  ...item.materials.flatMap(checkMaterial),
  ...checkMoney(item),
  ...checkGreen(item),
  ...checkTargets(item),
]

/** Rows are known by their ids, in the application and in a case, so each has its own. */
function checkIds(item: Item): readonly ItemProblem[] {
  return Object.entries(ITEM_FIELDS).flatMap(([name, { title, kind }]) => {
    if (kind.is !== 'rows' || !('id' in kind.fields)) return []
    const ids = (item[name as keyof Item] as readonly unknown[]).map((row) => (isRecord(row) ? String(row.id) : ''))
    return [
      ...repeated(ids).map((id) => problem(name, `${title}的编号“${id}”重复`)),
      ...ids
        .filter((id) => !/^[A-Za-z][A-Za-z0-9]*$/.test(id))
        .map((id) => problem(name, `${title}的编号“${id}”须以字母开头,只含字母和数字`)),
    ]
  })
}

function checkMaterial({ name, basis, form, copies }: MaterialRule): readonly ItemProblem[] {
  return [
    ...(basis.trim() === '' ? [warning('materials', `材料“${name}”没有写明要求提供的依据`)] : []),
    ...(form === 'copy' && copies === 0 ? [problem('materials', `材料“${name}”是复印件,份数不能是 0`)] : []),
  ]
}

function checkMoney({ fees, discretion }: Item): readonly ItemProblem[] {
  const problems: ItemProblem[] = []
  for (const fee of fees) {
    if (fee.basis.trim() === '') problems.push(problem('fees', `收费“${fee.name}”没有依据,不得收费`))
  }
  for (const { id, factor, standard } of discretion)
    if (factor.trim() === '' || standard.trim() === '')
      problems.push(problem('discretion', `裁量档次“${id}”没有写明因素或标准`))
  if (discretion.length === 1) problems.push(warning('discretion', '裁量只有一档,等于没有分档'))
  return problems
}

function checkGreen({ green }: Item): readonly ItemProblem[] {
  return green
    .filter(({ minimumAmount, listed }) => minimumAmount === null && listed.length === 0)
    .map(({ name }) => problem('green', `绿色通道“${name}”既没有金额也没有名录`))
}

function checkTargets({ id, prerequisites }: Item): readonly ItemProblem[] {
  return [
    ...repeated(prerequisites.map(({ item }) => item)).map((code) => problem('prerequisites', `前置事项“${code}”重复`)),
    ...prerequisites.flatMap(({ item, basis }) => [
      ...(item === id ? [problem('prerequisites', '事项不能以自己为前置')] : []),
      ...(basis.trim() === '' ? [warning('prerequisites', `前置“${item}”没有依据,属于擅自增设`)] : []),
    ]),
  ]
}
