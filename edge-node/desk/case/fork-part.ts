/** The sides of what stops a case, as people tell them apart: at the head of the page, and beside each record of the story. */
import { html } from 'hono/html'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { stationName } from '#edge-node/desk/words.ts'
import { type ForkSide, forkSides } from '#protocol/casework/acts/fork.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { anchorOf } from './anchors.ts'

const NUMERALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'] as const
const nameOf = (place: number): string => `第${NUMERALS[place] ?? ` ${place + 1} `}边`

const linkTo = ({ hash, title }: StoryLine): Html => html`<a href="#${anchorOf(hash)}">${title}</a>`
const joined = (parts: readonly Html[]): Html => html`${parts.map((part, at) => html`${at === 0 ? '' : '、'}${part}`)}`

/** A side in one line: its records in their order, each with its station. */
const sideWords = ({ office }: Desk, side: ForkSide): Html =>
  html`${joined(
    side.slice(0, LIMITS.shownAsides).map((line) => html`${linkTo(line)}(${stationName(office, line.station)})`),
  )}${side.length > LIMITS.shownAsides ? ' 等' : ''}`

/** What stands against each other, one side a line; of very many sides the first. */
export function sidesList(desk: Desk, { state }: CaseView): Html {
  const sides = forkSides(state)
  const shown = sides.slice(0, LIMITS.shownAsides)
  const rest = sides.length - shown.length
  return html`<ul class="mb-0">${shown.map((side, place) => html`<li><strong>${nameOf(place)}</strong>:${sideWords(desk, side)}</li>`)}${
    rest > 0 ? html`<li>还有 ${rest} 边,见下面的经过。</li>` : ''
  }</ul>`
}

/** Where a record stands in what stops a case. */
export interface Sided {
  /** What its side is called. */
  readonly side: string
  /** The record that its side begins with. */
  readonly first: StoryLine
  /** What other sides begin with; of very many the first. */
  readonly others: readonly StoryLine[]
  /** Whether there are more. */
  readonly hasMore: boolean
}

/** The side of each record that stands in one; computed once for a page. */
export function sidedLines({ state }: CaseView): ReadonlyMap<EntryHash, Sided> {
  const sides = forkSides(state)
  const firsts = sides.flatMap(([first]) => (first ? [first] : []))
  const found = new Map<EntryHash, Sided>()
  for (const [place, side] of sides.entries()) {
    const [first] = side
    if (first === undefined) continue
    const others = firsts.slice(0, LIMITS.shownAsides + 1).filter((other) => other !== first)
    const sided = { side: nameOf(place), first, others, hasMore: firsts.length - 1 > others.length }
    for (const { hash } of side) if (!found.has(hash)) found.set(hash, sided)
  }
  return found
}

/** Under a record of a side: what it conflicts with, or what it stands on, and that the ruling decides it. */
export function sideBox(line: StoryLine, { side, first, others, hasMore }: Sided): Html {
  const against = html`和另一边的${joined(others.map(linkTo))}${hasMore ? ' 等' : ''}冲突`
  const words = line === first ? against : html`写在本边的${linkTo(first)}之后,随它一起定`
  return html`<div class="alert alert-warning mb-0" role="note"><div class="w-100"><strong>${side}${line.aside ? ',暂不生效' : ''}</strong>:${words}。等县中心协调员改派,现在不用采纳或不采纳。</div></div>`
}
