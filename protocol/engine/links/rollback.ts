/** This node's database went back in time (rule S70): others hold entries of its own logs that it lacks. */
import { type LogKey, logParts, type StationCode, type StreamId } from '#protocol/ids.ts'
import { success } from '#protocol/result.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import { checkStubs, endsInWords, ownEnds } from '../logs/own-ends.ts'
import { stagedHead } from '../logs/staged-logs.ts'
import type { GivenBack } from '../neighbours.ts'
import type { EndWords, Finding } from '../office.ts'
import { getLocal, keepFinding, type Staging } from '../writing/staging.ts'
import type { Link } from './link.ts'
import type { LinkContext } from './link-context.ts'

/** Whether a log is one in which this node writes now, and somebody holds more of it than this node. */
const isAhead = ({ logs }: Core, { log, height }: Height): boolean =>
  logs.ownLog(logParts(log).stream) === log && height > logs.head(log).height

/** Goes on under a new incarnation for each log of which admitted entries, signed by us, are not held. */
export async function rotateIfAhead(core: Core, link: Link, heights: readonly Height[]): Promise<void> {
  for (const one of heights) {
    if (!isAhead(core, one)) continue
    const returned = await returnedOver(core, link)
    await core.logs.rotate()
    returned.rotated = true
  }
}

/**
 * As {@link rotateIfAhead}, for a claim of the pinned parent, which is believed. What people have asked for already waits in
 * the queue, on a slow disk for seconds: the next group begins with the rotation that is owed from now on.
 */
export async function believeParent({ core, queue }: LinkContext, link: Link, claim: Height): Promise<void> {
  if (isAhead(core, claim)) {
    core.logs.oweRotation()
    const returned = await returnedOver(core, link)
    await queue.writeAlone(async () => {
      returned.rotated = true
    })
  }
  const { returned } = core.neighbours
  if (!returned?.rotated) return
  const finding = rollbackFinding(core, returned)
  core.news.replace(finding)
  await queue.write(async (staging) => {
    // What came back meanwhile has been kept with its figures.
    const isKept = (await getLocal(staging, KEPT_FINDINGS, finding.kept ?? '')) !== undefined
    if (!isKept) keepFinding(staging, finding)
    return success(undefined)
  })
}

/** Heights of this node's own logs as a group sees them, before a frame is admitted into it. */
export function ownHeights({ core, logs }: Staging): ReadonlyMap<LogKey, number> {
  const own = new Set([...core.logs.heads.keys(), ...logs.heads.keys()].filter((log) => core.logs.isOwn(log)))
  return new Map([...own].map((log) => [log, stagedHead(logs, log).height]))
}

/** Own entries that a frame brought back, by log. Whoever writes a log has all of it, unless its database went back. */
export async function cameBack(
  staging: Staging,
  link: Link,
  before: ReadonlyMap<LogKey, number>,
): Promise<readonly Height[]> {
  const { core, logs } = staging
  const risen = [...logs.heads.values()]
    .filter(({ key, height }) => core.logs.isOwn(key) && height > (before.get(key) ?? 0))
    .map(({ key, height }) => ({ log: key, height: height - (before.get(key) ?? 0) }))
  if (risen.length > 0) keepFinding(staging, rollbackFinding(core, withRisen(await returnedOver(core, link), risen)))
  return risen
}

/** Tells people of what is back, once it is durable: totals, not single logs. */
export function noteCameBack(core: Core, risen: readonly Height[]): void {
  const { returned } = core.neighbours
  if (!returned || risen.length === 0) return
  const { logs, entries } = withRisen(returned, risen)
  for (const log of logs) returned.logs.add(log)
  returned.entries = entries
  core.news.replace(rollbackFinding(core, returned))
}

const withRisen = (returned: GivenBack, risen: readonly Height[]): GivenBack => ({
  ...returned,
  logs: new Set([...returned.logs, ...risen.map(({ log }) => log)]),
  entries: risen.reduce((sum, { height }) => sum + height, returned.entries),
})

/**
 * Where our own logs ended when the program found the database that went back. What is written since says nothing of it:
 * people would not look for the stubs in between. An earlier run may have found it, and have written since.
 */
async function endsAsFound({ news, storage, identity, logs, directory }: Core): Promise<EndWords> {
  const [earliest] = news.findings.filter(({ ends }) => ends).toSorted((left, right) => left.time - right.time)
  if (earliest?.ends) return earliest.ends
  const nameOf = (stream: StreamId) => directory.station(stream as string as StationCode)?.name
  return endsInWords(await ownEnds(storage, logs.found, identity.node), nameOf)
}

/** What came back since the start, with where our own logs ended before any of it did. */
async function returnedOver(core: Core, { direction }: Link): Promise<GivenBack> {
  const { neighbours, clock } = core
  neighbours.returned ??= {
    since: clock.now(),
    ends: await endsAsFound(core),
    logs: new Set(),
    from: new Set(),
    entries: 0,
    rotated: false,
  }
  neighbours.returned.from.add(direction)
  return neighbours.returned
}

function rollbackFinding(
  { isRoot }: Core,
  { since, ends, logs, from, entries, rotated }: GivenBack,
): Omit<Finding, 'time'> {
  const sides = [from.has('up') ? '上级' : '', from.has('down') ? '下级' : ''].filter((side) => side !== '').join('和')
  return {
    kind: 'rolled-back',
    message: `本机数据库退回过较早的状态:${sides}持有本机写过、本机已没有的记录。${
      rotated ? '已启用新的批次号,编号不会重复。' : ''
    }已从${sides}取回 ${entries} 条(${logs.size} 个日志)。`,
    next: `取回自动进行。${checkStubs(isRoot, ends)}`,
    ...(ends.each === '' ? {} : { details: ends.each }),
    kept: `rolled-back-${since}`,
    ends,
  }
}
