/** What is said of facts whose day is in doubt: beside each of them, and once in the head of the case. */
import { html } from 'hono/html'
import { dayWords } from '#edge-node/desk/due-words.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { paperTime } from '#edge-node/desk/words.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { WHY_DOUBTFUL } from '#protocol/engine/writing/doubtful-days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { anchorOf } from './anchors.ts'

/** How the county came to have it; whoever only sees that its day has not come says so. */
const SEEN = {
  'not-come': (when: string) => `县中心 ${when} 确认日期时已有这条记录`,
  'to-come': (when: string) => `现在是 ${when}`,
} as const

/** When it was first seen, where that and the day it bears do not go together. */
export function doubtBox({ office }: Desk, view: CaseView, line: StoryLine): Html | string {
  const noted = view.doubtfulDays.find(({ fact }) => fact === line.hash)
  if (!noted) return ''
  const { seen, written, why } = noted
  // Within one day only the times tell them apart.
  const isOneDay = civilDay(seen) === civilDay(written)
  const when = (time: number) => (isOneDay ? paperTime(time) : dayWords(civilDay(time), office.today()))
  const how = why === 'not-come' || why === 'to-come' ? SEEN[why](when(seen)) : `县中心 ${when(seen)} 首次收到`
  return html`<div class="desk-late-words"><strong>日期请核对</strong>:${how},所记${isOneDay ? '时间' : '日期'} ${when(written)},${WHY_DOUBTFUL[why]}。记录照常有效。</div>`
}

/** Which facts of the case have a day that nobody has looked at, the latest first, and what to do about it. */
export function openDoubts(view: CaseView): { readonly title: string; readonly words: Html } | undefined {
  const asked = new Set(view.daysToCheck.map(({ fact }) => fact))
  const open = view.state.story.filter(({ hash, kind }) => kind !== 'deemed' && asked.has(hash)).toReversed()
  if (open.length === 0) return undefined
  const named = open.slice(0, LIMITS.shownAsides)
  const names = named.map(
    ({ hash, title }, at) => html`${at === 0 ? '' : '、'}<a href="#${anchorOf(hash)}">${title}</a>`,
  )
  const next =
    '记录照常有效,已写下的日期不能改:请主办站点按纸质凭证核对,真实日期写进“备注”;影响期限的,报县中心协调员决定。'
  return {
    title: `有 ${open.length} 条记录的日期请核对:`,
    words: html`${names}${open.length > named.length ? ' 等' : ''}。 ${next}`,
  }
}
