/** What people read when a database is not the one this node last wrote: how much is missing, who gives it back, which paper to check. */

import { checkStubs } from '#protocol/engine/logs/own-ends.ts'
import type { EndWords, Finding } from '#protocol/engine/office.ts'
import type { LogKey } from '#protocol/ids.ts'
import type { DatabaseClaim, DatabaseVerdict, SidecarReading } from '#protocol/log/incarnation.ts'

/** A database that went back in time, as far as this machine can tell. */
export interface Restored {
  /** Own logs that lack entries which the record outside has seen, and how many. */
  readonly logs: number
  readonly entries: number
  /** A person went on with an empty database: nothing was put back. */
  readonly isEmpty: boolean
  /** Where the own logs end, in words. */
  readonly ends: EndWords
}

/** What the database lacks of what the record outside it has seen. */
export function lackOf(reading: SidecarReading, claim: DatabaseClaim): Pick<Restored, 'logs' | 'entries'> {
  if (reading.state !== 'present') return { logs: 0, entries: 0 }
  const lacking = Object.entries(reading.sidecar.ownHeads)
    .map(([key, seen]) => seen.seq - (claim.ownHeads[key as LogKey]?.seq ?? 0))
    .filter((entries) => entries > 0)
  return { logs: lacking.length, entries: lacking.reduce((sum, entries) => sum + entries, 0) }
}

/** What comes back to a county that has lost its directory, and what does not. */
export const BACK_FROM_BELOW =
  '下级节点连上后凭县中心以前签名的登记被重新认可,它们手里的目录、站点人员和办件自动取回,不用重新入网;县级站点自己的账号和办件只有备用机有,没有备用机的须重新建账号,办件按纸质存根补录'

const NEW_NUMBERS = '已启用新的批次号,编号不会重复。'
const TWO_COPIES = '请确认原来的那一份不再运行:两份同时运行,同一办件会出现两条后续记录。'

type Verdict = DatabaseVerdict['verdict'] | 'new'
type Told = Exclude<Verdict, 'new' | 'same'>
const MESSAGES: Readonly<Record<Told, (restored: Restored) => string>> = {
  behind: ({ logs, entries }) =>
    `数据库比本机的记录旧(恢复过备份)${entries > 0 ? `:${logs} 个日志至少少了 ${entries} 条记录` : ''}。${NEW_NUMBERS}`,
  moved: () => `数据库是恢复或复制来的,或换了机器;备份之后的记录可能缺失。${NEW_NUMBERS}`,
  unknown: () => `数据库旁的记录文件(sidecar.json)丢失或损坏,无法确认数据库是最新的,记录可能缺失。${NEW_NUMBERS}`,
}

/** What people should know about the comparison. `isRoot`: nodes below may hold what is missing, else also the parent. */
export function findingsOf(
  { verdict, restored }: { readonly verdict: Verdict; readonly restored: Restored },
  isRoot: boolean,
  time: number,
): readonly Finding[] {
  if (verdict === 'new' || verdict === 'same') return []
  if (restored.isEmpty) return [begunEmpty(isRoot, restored, time)]
  const copies = verdict === 'moved' ? TWO_COPIES : ''
  const back = `${isRoot ? '下级' : '上级和下级'}持有的记录自动取回。`
  const message = MESSAGES[verdict](restored)
  const next = `${copies}${back}${checkStubs(isRoot, restored.ends)}`
  const { ends } = restored
  return [{ ...keptAs(time), message, next, ends, ...(ends.each === '' ? {} : { details: ends.each }) }]
}

/** Which paper to check is known at this start only: it stands until a person has checked it. */
const keptAs = (time: number) => ({ kind: 'sidecar', time, kept: `sidecar-${time}` }) as const

/** Nothing was restored: whoever reads that a backup was put back looks for what is not there. */
function begunEmpty(isRoot: boolean, { logs, entries, ends }: Restored, time: number): Finding {
  const lost = entries > 0 ? `:${logs} 个日志至少 ${entries} 条本机写的记录不在里面` : ''
  const message = `原来的数据库不见了,已按 start-empty 从空数据库重新开始${lost}。${NEW_NUMBERS}`
  const next = isRoot
    ? `原来的数据库或备份如果找到了,请停止程序,先恢复它。没有的:${BACK_FROM_BELOW}。取回之后请在“节点”页核对,不该再使用的到那时再停用。`
    : `上级和下级持有的记录自动取回。${checkStubs(isRoot, ends)}`
  return { ...keptAs(time), message, next, ends }
}
