/** What is said where a station has more records of itself than its list shows. */
import { html } from 'hono/html'
import type { Html } from '#edge-node/desk/visit.ts'
import { LISTED, type StationRecord } from '#protocol/casework/directory.ts'

/** A sentence once a list is full (rule R27): what is older is kept, and is not on it. */
export const fullListNote = (type: StationRecord['type'], count: number): Html | string =>
  count < LISTED[type]
    ? ''
    : html`<p class="alert alert-warning" role="status">本站点的记录已满 ${LISTED[type]} 条:这里只有最近写下的 ${LISTED[type]} 条。更早的没有丢,仍在数据库和日志里;其中还没办完的,请另外登记一条。</p>`
