/** The frame of every page: who is here, how safe the data is, where one can go. */
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { hasRole } from '#edge-node/commands/roles.ts'
import { ROLES } from '#protocol/casework/directory.ts'
import { assetUrl } from './assets.ts'
import { isLarge, takeWrongCount } from './cookies.ts'
import { csrfField } from './forms.ts'
import type { Desk, DeskContext, Html, Visit } from './visit.ts'
import { connectionWords, warningsOf } from './words.ts'

export interface PageContent {
  readonly title: string
  readonly body: Html
  readonly status?: ContentfulStatusCode
  /** A paper page carries no navigation. */
  readonly paper?: boolean
}

/** htmx without its own styles and without eval, so that the content security policy can stay closed. */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  historyEnabled: false,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '[45]..', swap: true, error: true },
  ],
})

function navigation(desk: Desk, visit: Visit, path: string): Html {
  const links = desk.links.filter((link) => link.roles.length === 0 || hasRole(visit.actor, ...link.roles))
  const isCurrent = (href: string) => (href === '/' ? path === '/' : path.startsWith(href))
  return html`<nav class="desk-nav" aria-label="主导航"><div class="container-xl"><ul class="nav nav-underline">${links.map(
    (link) => html`<li class="nav-item"><a class="nav-link${isCurrent(link.href) ? ' active' : ''}" href="${link.href}"
      ${isCurrent(link.href) ? html`aria-current="page"` : ''}>${link.title}</a></li>`,
  )}</ul></div></nav>`
}

function heading(desk: Desk, visit: Visit, large: boolean, path: string): Html {
  const { actor, station } = visit
  const roles = actor.roles.map((role) => ROLES[role]).join('、')
  return html`<header class="navbar desk-head d-print-none"><div class="container-xl">
    <div><a class="desk-name" href="/">${station?.name ?? actor.station}</a>${station?.name === desk.title ? '' : html`<div class="desk-title">${desk.title}</div>`}</div>
    <div class="desk-person"><span>${actor.name} · ${roles}</span>
      <form method="post" action="/display">${csrfField(visit)}<input type="hidden" name="display" value="${large ? 'normal' : 'large'}" />
        <input type="hidden" name="from" value="${path}" />
        <button class="btn btn-sm" type="submit">${large ? '标准字号' : '大字'}</button></form>
      <form method="post" action="/sign-out">${csrfField(visit)}<button class="btn btn-sm" type="submit">退出</button></form>
    </div></div></header>`
}

/** Connection and safety in words, and what is wrong; refreshed by itself. */
export async function statusStrip(desk: Desk): Promise<Html> {
  const status = await desk.office.status()
  const warnings = warningsOf(status, desk.office.time())
  return html`<section id="status" class="desk-status d-print-none" aria-label="连接与安全" data-live="status"
    hx-get="/status" hx-trigger="refresh" hx-swap="outerHTML" hx-select="#status"><div class="container-xl">
    <a class="desk-connection" href="/sync">${connectionWords(status, desk.office.time())}</a>
    <span id="link-words" hidden>页面与本机服务的连接断了,正在重连;已保存的内容不受影响。</span>
    ${warnings.map(
      (warning) => html`<div class="alert alert-${warning.tone} desk-warning" role="alert">
        <div><strong>${warning.message}</strong> ${warning.next}${warning.link ? html` <a class="alert-link" href="${warning.link.href}">${warning.link.words}</a>` : ''}</div></div>`,
    )}</div></section>`
}

/** A whole document around a body. */
export function frame(desk: Desk, options: { title: string; large: boolean; live: boolean; body: Html }): Html {
  return html`<!doctype html>
<html lang="zh-CN" class="${options.large ? 'large' : ''}"><head><meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="htmx-config" content="${HTMX_CONFIG}" />
<title>${options.title} · ${desk.title}</title><link rel="icon" href="data:," />
<link rel="stylesheet" href="${assetUrl('tabler')}" /><link rel="stylesheet" href="${assetUrl('style')}" />
<script src="${assetUrl('htmx')}" defer></script><script type="module" src="${assetUrl('script')}"></script>
</head><body ${options.live ? html`data-events="/live"` : ''}><a class="visually-hidden-focusable skip" href="#main">跳到正文</a>
${options.body}</body></html>`
}

/** Said on the first page after a sign-in, once; what a page fetches by itself, and paper, leave it for that. */
function wrongBox(context: DeskContext, desk: Desk): Html | string {
  const count = context.req.header('hx-request') === 'true' ? 0 : takeWrongCount(context, desk)
  if (count === 0) return ''
  const words = `上次登录以后,这个用户名输错过 ${count} 次密码;不是您本人输错的,请告诉管理员。`
  return html`<div class="alert alert-warning" role="alert"><div><strong>${words}</strong></div></div>`
}

/** Answers with a page for the signed-in person. */
export async function page(context: DeskContext, desk: Desk, content: PageContent): Promise<Response> {
  const visit = context.get('visit')
  const large = isLarge(context)
  const told = content.paper ? '' : wrongBox(context, desk)
  const main = html`<main id="main" class="page-body" tabindex="-1"><div class="container-xl">${told}${content.body}</div></main>`
  const body = content.paper
    ? main
    : html`<div class="page">${heading(desk, visit, large, context.req.path)}
      <div class="d-print-none">${navigation(desk, visit, context.req.path)}</div>
      ${statusStrip(desk)}<div class="page-wrapper">${main}</div>
      <div id="said" class="visually-hidden" role="status" aria-live="polite"></div></div>`
  const document = frame(desk, { title: content.title, large, live: !content.paper, body })
  return context.html(await document, content.status ?? 200)
}

/** The headline of a page. */
export const headline = (title: string, aside: Html | string = ''): Html =>
  html`<div class="desk-headline"><h1>${title}</h1><div class="desk-headline-aside">${aside}</div></div>`

/** Said once after an act that succeeded; only words from here, never from the address. */
export function doneBox(done: string | undefined, words: Readonly<Record<string, string>>): Html | string {
  if (done === undefined || !Object.hasOwn(words, done)) return ''
  return html`<div class="alert alert-success" role="status"><div><strong>${words[done]}</strong></div></div>`
}
