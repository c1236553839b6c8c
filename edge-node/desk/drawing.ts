/** Drawing what lies stored, part by part: what cannot be drawn says so in its place, and the page around it comes all the same. */
import { html } from 'hono/html'
import type { Desk, Html } from './visit.ts'

/** Keeps for people, and for whoever reads the log, what could not be drawn. */
function passedOver(desk: Desk, what: string, problem: unknown): void {
  desk.undrawn(problem instanceof Error ? problem : new Error(String(problem)))
  desk.office.noteUndrawn(what)
}

/** Draws the rows of a table. `nameOf`: what a row that cannot be drawn is called. */
export const drawRows = <Row>(
  desk: Desk,
  rows: readonly Row[],
  columns: number,
  nameOf: (row: Row) => string,
  draw: (row: Row) => Html,
): Html[] =>
  rows.map((row) => {
    try {
      return draw(row)
    } catch (problem) {
      const name = nameOf(row)
      passedOver(desk, name, problem)
      return html`<tr><td class="field-problem" colspan="${columns}">这一行无法显示(${name})。内容都在,没有改动;请把“同步与安全”页交给管理员。</td></tr>`
    }
  })

/** Draws a part of a page; `what`: what it is called where it cannot be drawn. */
export function drawPart(desk: Desk, what: string, draw: () => Html | string): Html | string {
  try {
    return draw()
  } catch (problem) {
    passedOver(desk, what, problem)
    return html`<p class="field-problem">这一部分无法显示(${what})。内容都在,没有改动;请把“同步与安全”页交给管理员。</p>`
  }
}
