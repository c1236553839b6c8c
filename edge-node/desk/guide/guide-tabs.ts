/** The way between the pages that anybody may need at the counter: items, representatives, deadlines. */
import { html } from 'hono/html'
import type { Html } from '#edge-node/desk/visit.ts'

const LINKS = [
  { href: '/guide', title: '办事指南' },
  { href: '/representatives', title: '授权公示' },
  { href: '/deadlines', title: '期限怎么算' },
] as const

export const guideTabs = (current: (typeof LINKS)[number]['href']): Html =>
  html`<nav class="btn-list mb-3 d-print-none" aria-label="分页">${LINKS.map(
    ({ href, title }) =>
      html`<a class="btn btn-sm${href === current ? ' active' : ''}" href="${href}" ${href === current ? html`aria-current="page"` : ''}>${title}</a>`,
  )}</nav>`
