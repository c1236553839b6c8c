/** Whoever seals the form looks first at what others wrote into it, and seals what was looked at (rule C141). */
import { isSealing } from '#protocol/casework/acts/form.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { letsIn, saidBy } from '#protocol/casework/folding/standing.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { SectionEdit } from '../cases/case-file.ts'
import type { ChangesByOthers } from '../section-view.ts'
import { changesByOthers, type KnownCase, lookAtAdoption, type ReadCase, readSections } from './sealed-form.ts'
import { type Sealable, sealWithout } from './sealing.ts'
import { SEALED_SECTIONS, type SealedName } from './section-right.ts'
import { seenOf } from './seen-edits.ts'

/** A look that is still to be taken. */
interface MissingLook {
  /** Null where a mark names nothing that is there, and there is nothing to look at. */
  readonly changes: ChangesByOthers | null
  readonly hasLooked: boolean
  readonly isAdoption: boolean
  /** Whether a revoked node delivered some of the form too late: that never comes to count by itself. */
  readonly isLate: boolean
}

/** What an act that seals goes by. */
export interface Look {
  /** Sections into which others wrote after the look, as they were then; the rest is sealed as it is. */
  readonly seen: ReadonlyMap<SealedName, Sealable>
  /** Why the act is refused. */
  readonly missing: MissingLook | undefined
}

const NOTHING_TO_SEE: Look = { seen: new Map(), missing: undefined }

/** What was looked at before an act, by the mark that it gives. */
export function lookAt(
  among: KnownCase,
  act: Pick<StoryLine, 'kind' | 'fields'>,
  given: string | undefined,
): Result<Look> {
  const mark = given || undefined // a form may send the box empty
  if (!isSealing(saidBy(among.state, act).kind)) return success(NOTHING_TO_SEE)
  if (letsIn(act.kind)) return success(lookBeforeAdopting(among, act, mark))
  const read = readSections(among, SEALED_SECTIONS)
  if (!read.ok) return read
  const changes = changesByOthers(read.value)
  if (mark === undefined && changes === null) return success(NOTHING_TO_SEE)
  const seen = mark === undefined ? undefined : seenSections(read.value, mark)
  const missing = seen ? undefined : { changes, hasLooked: mark !== undefined, isAdoption: false, isLate: false }
  return success({ seen: seen ?? new Map(), missing })
}

/** The sections as they were when the look was taken; undefined where they cannot be sealed so. */
function seenSections({ core, file, others }: ReadCase, mark: string): ReadonlyMap<SealedName, Sealable> | undefined {
  const seen = seenOf(
    others.map(({ edits }) => edits),
    mark,
    core.host.cryptography.sha256,
  )
  if (!seen) return undefined
  const sections = new Map<SealedName, Sealable>()
  for (const { name, edits } of others) {
    const since = new Set<SectionEdit>(edits.filter((edit) => !seen.has(edit)))
    if (since.size === 0) continue
    const sealable = sealWithout(core, file, name, since)
    if (!sealable) return undefined
    sections.set(name, sealable)
  }
  return sections
}

/** What an adoption takes over is fixed; that nobody finds such a fact is said elsewhere. */
function lookBeforeAdopting(among: KnownCase, act: Pick<StoryLine, 'fields'>, given: string | undefined): Look {
  const line = among.state.story.find(({ hash }) => hash === act.fields.fact)
  if (!line) return NOTHING_TO_SEE
  const { mark, changes } = lookAtAdoption(among, line)
  if (given === undefined ? changes === null : given === mark) return NOTHING_TO_SEE
  const isLate = among.file.lateSections.size > 0
  return { seen: new Map(), missing: { changes, hasLooked: given !== undefined, isAdoption: true, isLate } }
}

/** What there is to be looked at, in words. */
function lookWords({ where, count, stations, isLost }: ChangesByOthers): string {
  const whose = stations.map((station) => `站点${station}`).join('、')
  const of = where === 'adopted' ? '要采纳的记录' : ''
  if (isLost) return `${of}封存时的内容在本机已拼不出来,申请表和材料里有 ${count} 次修改是${whose}写的`
  if (where === 'unsealed') return `表单由其他站点填写,请核对:有 ${count} 处内容是${whose}写的,不是主办站点`
  if (where === 'adopted') return `${of}封存的内容里有 ${count} 处是${whose}改的,不是主办站点`
  return `封存之后有 ${count} 处内容是${whose}改的,不是主办站点`
}

/** What a fact sealed that a revoked node delivered too late: waiting for it is in vain. */
export const LATE_SEAL = {
  message: '这条记录封存的内容由已停用的电脑写入,停用之后才送达,不生效,也不会自己变为生效,不能采纳。',
  next: '请按纸质材料重新填写、由本站点自己办理,并将本条标为不采纳;电脑其实没有丢失、被盗或被冒用的,请县中心管理员在“节点”页点“改为坏了或退役”,它写下的就生效。',
} as const

/** Refuses an act until somebody has looked. */
export function mustLook({ changes, hasLooked, isAdoption, isLate }: MissingLook, kept: string): Result<never> {
  if (changes === null) {
    const gone = '您核对过的改动现在已经没有了,可能另有人办理过。'
    return fail('changes-unseen', gone, kept, '请刷新页面,看过现在的内容再办。', 'changesSeen')
  }
  if (changes.mark === '' && isLate)
    return fail('changes-unseen', LATE_SEAL.message, kept, LATE_SEAL.next, 'changesSeen')
  if (changes.mark === '') {
    const next = '请等内容同步到本机以后再看;等不到的,不采纳这条记录,由本站点自己办理。'
    return fail('changes-unseen', '要采纳的记录封存的内容本机没有,无法核对。', kept, next, 'changesSeen')
  }
  const message = `${lookWords(changes)},${hasLooked ? '核对之后又变了' : '还没有核对'}。`
  const next = isAdoption
    ? '请对照申请人和材料核对:不对的不要采纳,都对的勾选“已核对”再采纳。'
    : '请对照申请人和材料核对:不对的先在申请表里改正,都对的勾选“已核对”再办。'
  return fail('changes-unseen', message, kept, next, 'changesSeen')
}
