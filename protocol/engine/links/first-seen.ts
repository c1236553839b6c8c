/** At the root: facts whose day people should look at, noted in the commit in which they are first seen. No clock orders or refuses. */
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { civilDay, civilTime } from '#protocol/casework/time/days.ts'
import { type DocumentId, type EntryHash, isCase, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import type { DoubtfulDay } from '../day-records.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import { writingTime } from '../logs/writing-time.ts'
import { registerOf } from '../register.ts'
import { isDayUnknown } from '../writing/clock-mark.ts'
import { DOUBTFUL_DAY_SPACE, doubtfulDayName, noteDays, WHY_DOUBTFUL } from '../writing/doubtful-days.ts'
import { getLocal, keepFinding, type Staging, setLocal } from '../writing/staging.ts'

/** How many facts of a node were noted since somebody last said that they had been looked at. */
const COUNT_SPACE = 'doubtful-days-of'
/** So much of a case's id tells it from every other one that people have before them. */
const ID_SHOWN = 8

/**
 * Until when the root knows that nothing lay unsent at a node: its own word, and that of every node between, because what it
 * had handed on may have waited there. Null without.
 */
function clearUntil({ clock, directory, neighbours, identity }: Core, node: NodeId): number | null {
  let until = Number.POSITIVE_INFINITY
  const seen = new Set<NodeId>()
  for (let at: NodeId | null = node; at !== null && at !== identity.node; at = directory.node(at)?.parent ?? null) {
    const clear = neighbours.below.get(at)?.nothingUnsentAt ?? null
    if (clear === null || clear > clock.time() || seen.has(at)) return null
    seen.add(at)
    until = Math.min(until, clear)
  }
  return Number.isFinite(until) ? until : null
}

/** Why the day of a fact that comes now is to be looked at; undefined when it is not. */
function doubtOf(core: Core, entry: Entry): DoubtfulDay['why'] | undefined {
  const { node } = logParts(entry.log)
  const written = writingTime(entry)
  // A clock that fell back calls everything ahead.
  const isKnown = !isDayUnknown(core)
  if (isKnown && written > core.clock.now() + LIMITS.doubtfulDayMilliseconds) return 'ahead'
  const clear = clearUntil(core, node)
  // What was written in the moment before the word was given may have missed it.
  if (clear !== null && civilDay(written) < civilDay(clear - LIMITS.clockOffsetMilliseconds)) return 'back-dated'
  const told = core.neighbours.below.get(node)?.clockOffset ?? null
  const isOff = entry.clockOffset === null && told !== null && Math.abs(told) >= LIMITS.doubtfulDayMilliseconds
  return isOff ? 'clock-off' : undefined
}

/** Whether people should look at the day of an entry that comes in its own place. */
export const isDayDoubtful = (core: Core, entry: Entry): boolean => whyDoubtful(core, entry) !== undefined

function whyDoubtful(core: Core, entry: Entry): DoubtfulDay['why'] | undefined {
  if (entry.kind !== KIND.fact || !isCase(entry.document) || core.logs.isOwn(entry.log)) return undefined
  return doubtOf(core, entry)
}

/** How people find a case: by its number, else by how its id begins. */
function nameOf({ core, files, deferred }: Staging, id: DocumentId): string {
  const file = files.get(id)
  // Folded beside the file: what it will be at the end of the group counts, not what it is here.
  const number = file && foldCase(id, file.facts, registerOf(core))?.number
  const kind = deferred.has(id) ? '刚送到的' : '暂无编号的'
  return number ? `办件 ${number}` : `一个${kind}办件(标识 ${id.slice(0, ID_SHOWN)}…)`
}

/** To the minute: within one day only the times tell when it came from when it says it was written. */
const minuteOf = (time: number): string => civilTime(time).slice(0, 16).replace('T', ' ')

/** Adds to a group that a fact which comes in its own place has a doubtful day. */
export async function noteFirstSeen(staging: Staging, entry: Entry): Promise<void> {
  const { core } = staging
  const why = whyDoubtful(core, entry)
  if (why === undefined) return
  const { node } = logParts(entry.log)
  const written = writingTime(entry)
  const fact = toHex(entry.hash) as EntryHash
  const known = ((await getLocal(staging, DOUBTFUL_DAY_SPACE, entry.document)) ?? []) as readonly DoubtfulDay[]
  // A root that was restored sees again what it had seen: the first note of a fact stays.
  if (known.length >= LIMITS.doubtfulDays || known.some((one) => one.fact === fact)) return
  const noted: DoubtfulDay = { fact, why, seen: core.clock.now(), written, node }
  noteDays(staging, entry.document, [...known, noted])
  const name = doubtfulDayName(node)
  const stands = (await getLocal(staging, KEPT_FINDINGS, name)) !== undefined
  const before = stands ? (((await getLocal(staging, COUNT_SPACE, node)) ?? 0) as number) : 0
  setLocal(staging, COUNT_SPACE, node, before + 1)
  const from = core.directory.node(node)?.name ?? node
  keepFinding(staging, {
    kind: 'clock',
    kept: name,
    message: `“${from}”有 ${before + 1} 条记录的日期要核对;最近一条在${nameOf(staging, entry.document)}:${minuteOf(noted.seen)} 首次收到,所记时间 ${minuteOf(written)},${WHY_DOUBTFUL[why]}`,
    next: '记录照常有效,没有退回。请逐件打开,“经过”里标着“日期请核对”的就是,向该站点核对;核对完点“已核对”',
  })
}
