/** Connection, safety and times in words. */

import { expect, test } from 'vitest'
import {
  clockWords,
  connectionWords,
  reasonWords,
  sentence,
  sinceWords,
  spanWords,
  timeWords,
  warningsOf,
} from '#edge-node/desk/words.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { createClock } from '#protocol/engine/clock.ts'
import type { Finding, SyncStatus } from '#protocol/engine/office.ts'
import type { NodeId, PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { hostWith } from '#test/clock/host.ts'

const NOW = Date.UTC(2026, 10, 20, 1)
const STATUS: SyncStatus = {
  node: 'ab'.repeat(16) as NodeId,
  stations: [],
  isRoot: false,
  parent: { name: '安昌镇', connected: true, lastContact: NOW },
  casesOnlyHere: 0,
  atRootAlone: null,
  casesNotAtRoot: 0,
  entriesOnlyHere: 0,
  clockOffset: 0,
  clockConfirmedBy: null,
  clockTold: true,
  clockKnown: null,
  clockOfNodes: null,
  clockDoubt: null,
  catalogueVersion: 1,
  calendarVersion: 0,
  calendarUntil: '2026-12-31' as Day,
  refolding: null,
  unlisted: 0,
  health: { writable: true, problem: '', next: '' },
  conservation: { written: 0, applied: 0, setAside: 0, quarantined: 0 },
  findings: [],
  refusal: null,
}
const away = { name: '安昌镇', connected: false, lastContact: NOW - 29 * 60_000 }

test('P265 how long something has waited is said once it has begun, and while people know what day it is', () => {
  const office = (isDayInDoubt: boolean) => ({ time: () => NOW, isDayInDoubt: () => isDayInDoubt })
  const DAY = 24 * 60 * 60_000
  expect(sinceWords(office(false), NOW - 6 * DAY)).toBe(',已 6 天')
  expect(sinceWords(office(false), NOW + 6 * DAY)).toBe('')
  expect(sinceWords(office(true), NOW - 6 * DAY)).toBe('')
})

test('P21 connection and safety are one sentence: connected or not, how many cases are where, when last', () => {
  const say = (change: Partial<SyncStatus>) => connectionWords({ ...STATUS, ...change }, NOW)
  expect(say({})).toBe('已连接安昌镇 · 全部已到县')
  expect(say({ casesOnlyHere: 2, casesNotAtRoot: 3 })).toBe('已连接安昌镇 · 2 件只存在本机 · 3 件未到县')
  expect(say({ parent: away, casesOnlyHere: 12, casesNotAtRoot: 12 })).toBe('离线 · 12 件只存在本机 · 最后同步 08:31')
  expect(say({ parent: away, casesNotAtRoot: 4 })).toBe('离线 · 4 件未到县 · 最后同步 08:31')
  expect(say({ parent: { ...away, lastContact: null } })).toBe('离线 · 没有未送出的办件 · 从未同步')
  expect(say({ isRoot: true, parent: null })).toBe('县中心 · 本机即县级数据')
})

test('P22 a clock that is three days ahead is said to be ahead, and one behind to be behind', () => {
  const said = (days: number) => {
    const clock = createClock(
      hostWith(() => Date.parse('2026-11-26T09:00+08:00') + days * 86_400_000),
      false,
    )
    clock.heardRoot(Date.parse('2026-11-26T09:00+08:00'))
    return clockWords(clock.offset())
  }
  expect(said(3)).toBe('本机时钟比县中心快约 3 天')
  expect(said(-400)).toBe('本机时钟比县中心慢约 400 天')
  expect(said(0)).toBeUndefined()
})

test('P22 a full disk, a refusal and a wrong clock are said at the head of every page with what to do', () => {
  const warnings = warningsOf(
    {
      ...STATUS,
      health: { writable: false, problem: '磁盘已满', next: '请清理磁盘' },
      refusal: { message: '本节点已停用', next: '请联系县中心管理员' },
      clockOffset: -(LIMITS.clockOffsetMilliseconds + 60_000),
    },
    NOW,
  )
  expect(warnings.map((warning) => warning.tone)).toEqual(['danger', 'danger', 'warning'])
  expect(warnings[0]).toMatchObject({ message: '现在不能保存:磁盘已满', next: '请清理磁盘' })
  expect(warnings[1]?.message).toContain('本节点已停用')
  expect(warnings[2]?.message).toBe('本机时钟比县中心快约 3 分钟')
  const revoked = warningsOf({ ...STATUS, parent: { ...STATUS.parent, ...away, revoked: true } }, NOW)
  expect(revoked.map(({ message }) => message)).toEqual(['上级已被停用,等待县中心指定新上级'])
  expect(warningsOf({ ...STATUS, clockOffset: LIMITS.clockOffsetMilliseconds - 1 }, NOW)).toEqual([])
  expect(warningsOf({ ...STATUS, clockOffset: null }, NOW)).toEqual([])
  const slow = { ...STATUS, clockOffset: 3 * 86_400_000 }
  expect(warningsOf(slow, NOW)[0]).not.toHaveProperty('link') // the county says what day it is
  expect(warningsOf({ ...slow, parent: away }, NOW)[0]?.link?.words).toContain('确认今天的日期')
  const others = { nodes: 3, of: 4, offset: 40 * 86_400_000 }
  const [against] = warningsOf({ ...STATUS, isRoot: true, parent: null, clockOfNodes: others }, NOW)
  expect(against?.message).toBe('连着的 4 个节点里,3 个的时钟都比县中心慢约 40 天')
  expect(against?.next).toContain('多半是县中心的时间不对')
})

test('P234 the head names the days by which a node went and how many more stretches there are, not what was said then', () => {
  const found = (from: string, until: string): Finding => ({
    kind: 'clock',
    kept: `wrong-day-${until}`,
    message: '县中心的日期是 2026-12-02',
    next: '',
    time: NOW,
    days: { from: from as Day, until: until as Day },
  })
  const said = (...findings: Finding[]) => warningsOf({ ...STATUS, findings }, NOW).map(({ message }) => message)
  expect(said(found('2026-11-20', '2026-11-20'))).toEqual(['本机按 2026-11-20 办理过,和后来得知的日期不同。'])
  expect(said(found('2026-11-20', '2026-11-23'), found('2026-12-02', '2026-12-02'))).toEqual([
    '本机按 2026-11-20 至 2026-11-23 办理过,和后来得知的日期不同(另有 1 项)。',
  ])
})

test('P238 while a person says the time every page names it, and that it is earlier than what the county had reached', () => {
  const confirmed = { ...STATUS, parent: away, clockConfirmedBy: 'wang' as PersonId }
  const [same] = warningsOf(confirmed, NOW)
  expect(same?.message).toBe('现按确认的时间 2026年11月20日 周五 09:00 办理')
  expect(same?.next).toBe('联网后以县中心的时间为准。')
  expect(same?.link?.words).toContain('重新确认')
  const earlier = { ...confirmed, clockOffset: 3 * 86_400_000, clockKnown: Date.parse('2026-11-23T10:30+08:00') }
  expect(warningsOf(earlier, NOW)[0]?.message).toBe(
    '现按确认的时间 2026年11月20日 周五 09:00 办理,本机时钟慢约 3 天,早于县中心到过的 11月23日 10:30',
  )
})

test('P226 a span is told to the nearest unit, and a clock is compared to a day that a person confirmed as that', () => {
  const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]
  const spans = [59.6 * second, 59.6 * minute, 47.6 * hour, 3 * day - minute, 2.4 * day]
  expect(spans.map(spanWords)).toEqual(['1 分钟', '1 小时', '2 天', '3 天', '2 天'])
  expect(clockWords(3 * day - minute)).toBe('本机时钟比县中心慢约 3 天')
  expect(clockWords(3 * day - minute, true)).toBe('本机时钟慢约 3 天')
})

test('P34 times are Chinese civil time on every machine and as short as they stay clear', () => {
  expect(timeWords(NOW, NOW)).toBe('09:00')
  expect(timeWords(Date.UTC(2026, 10, 19, 17), NOW)).toBe('01:00')
  expect(timeWords(Date.UTC(2026, 10, 19, 15, 59), NOW)).toBe('11月19日 23:59')
  expect(timeWords(Date.UTC(2025, 11, 31, 16), NOW)).toBe('1月1日 00:00')
  expect(timeWords(Date.UTC(2025, 11, 31, 15), NOW)).toBe('2025年12月31日 23:00')
  expect([30_000, 59 * 60_000, 26 * 3_600_000, 49 * 3_600_000].map(spanWords)).toEqual([
    '30 秒',
    '59 分钟',
    '26 小时',
    '2 天',
  ])
  expect([sentence('好'), sentence('好。'), sentence('')]).toEqual(['好。', '好。', ''])
})

test('P169 a calendar that is missing or about to end is said at the head of every page with what it risks', () => {
  const said = (calendarUntil: Day | null, today: string) =>
    warningsOf({ ...STATUS, calendarUntil }, Date.parse(`${today}T09:00+08:00`)).map(({ message }) => message)
  expect(said(null, '2026-11-20')).toEqual(['本机还没有工作日历,到期日不能计算'])
  expect(said('2026-12-31' as Day, '2026-12-02')).toEqual(['工作日历只到2026-12-31,之后的到期日不能计算'])
  expect(said('2026-12-31' as Day, '2026-11-20')).toEqual([])
})

test('P195 equal reasons are told once, with how often', () => {
  const [kept, early] = ['留作证据的编辑', '依据的编辑尚未到达'].map((reason) => ({ reason }))
  if (!kept || !early) throw new Error('no reasons')
  expect(reasonWords([kept, early, kept, kept])).toEqual([
    '留作证据的编辑。原文已保存。(3 条)',
    '依据的编辑尚未到达。原文已保存。',
  ])
  expect(reasonWords([])).toEqual([])
})
