/** What is said of a case that a fork stops: that it stands still, between whom, and that the coordinator decides. */
import type { Desk } from '#edge-node/desk/visit.ts'
import { stationName } from '#edge-node/desk/words.ts'
import { forkStations } from '#protocol/casework/acts/fork.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { CaseView } from '#protocol/engine/office.ts'

export const isStopped = ({ forks }: CaseState): boolean => forks.length > 0

/** Whether the reader is the coordinator who ends it. */
export const maySettle = (view: CaseView): boolean =>
  isStopped(view.state) && view.acts.some(({ kind, allowed }) => kind === 'reassigned' && allowed)

/** Between what it stands still: the stations that have all signed for it, else what followed one record. */
export function whyStopped({ office }: Desk, state: CaseState): string {
  const signed = forkStations(state).filter(({ lines }) => lines.some(({ kind }) => kind === 'taken'))
  const names = signed.map(({ station }) => stationName(office, station))
  return names.length > 1 ? `${names.join('、')}都已签收,只能由一个接着办` : '同一环节出现了不止一条记录,只能有一条作数'
}

/** The same with what people may expect, for the head of the page. */
export function stoppedWords(desk: Desk, view: CaseView): { readonly title: string; readonly words: string } {
  const isMine = maySettle(view)
  const rest = isMine
    ? '请核对后在“改派”里选定由谁接着办。选定的站点只在一边承办、那一边自己没有冲突的,那一边的记录就作数,其他的留着,由它采纳或不采纳;不是这样的,各边的都留着由它处理。改派以后在经过里能看到哪些作数。'
    : '县中心协调员改派以前,哪个站点都不能接着办;两边的记录都完整保存,可以先写备注。'
  return {
    title: isMine ? '办件已停住,等您改派。' : '办件已停住,等县中心协调员改派。',
    words: `${whyStopped(desk, view.state)}。${rest}`,
  }
}
