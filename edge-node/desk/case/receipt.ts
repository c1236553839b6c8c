/** The receipt on paper: two copies on one A4 sheet, with number, QR and what is not yet confirmed. */
import type { Hono } from 'hono'
import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import { materialsLine } from '#edge-node/commands/cases/form.ts'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { limitWords, paperDay } from '#edge-node/desk/due-words.ts'
import { page } from '#edge-node/desk/layout.ts'
import { failurePage } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import {
  isAtCounty,
  materialWords,
  numberWords,
  personName,
  presentNumber,
  stationName,
  writtenWords,
} from '#edge-node/desk/words.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import type { Item } from '#protocol/casework/item.ts'
import { tellingNote } from '#protocol/casework/item-law.ts'
import type { CaseView } from '#protocol/engine/office.ts'

const TAKING_IN: readonly StoryLine['kind'][] = ['captured', 'received']

/** The acts in force that took the materials in; the last one counts most, because a later office confirms an earlier one. */
const takenIn = (view: CaseView): readonly StoryLine[] =>
  view.state.story.filter((line) => TAKING_IN.includes(line.kind) && line.aside === null)

const titleOf = ({ kind }: StoryLine): string => (kind === 'captured' ? '代收凭证' : '收件凭证')

/** Squares of the drawing per QR module; the sheet scales it. */
const MODULE_PIXELS = 4

/** The number and the first digits of the act's hash: any node that holds the case can compare them without a network. */
export function codeOf(view: CaseView, hash: string): Html {
  const text = `${view.state.number} ${hash.slice(0, 32)}`
  return html`<div class="receipt-code" role="img" aria-label="办件编号 ${presentNumber(view.state)} 的二维码">${raw(
    renderSVG(text, { pixelSize: MODULE_PIXELS, ecc: 'M' }),
  )}</div>`
}

const row = (name: string, words: string): Html => html`<tr><th scope="row">${name}</th><td>${words}</td></tr>`

const limit = ({ days, unit }: Item['promised'], name: string): string =>
  days === null ? '' : `${name} ${limitWords(days, unit)}`

/** The promised and the statutory limit and the fees, as the catalogue publishes them. */
function promiseWords({ promised, statutory, fees }: Item): string {
  const promise = promised.days === 0 ? '当场办结' : limit(promised, '受理后')
  const limits = [promise, limit(statutory, '法定')].filter((words) => words !== '').join(',')
  const fee = fees.map(({ name, standard }) => `${name} ${standard}`).join(';')
  return `${limits === '' ? '' : `${limits};`}收费:${fee === '' ? '不收费' : fee}`
}

function copy(desk: Desk, view: CaseView, line: StoryLine, destination: string): Html {
  const { state, item } = view
  const captured = line.kind === 'captured'
  const list = materialsLine(view.sections, item, materialWords)
  const unconfirmed = isAtCounty(view.safety)
    ? ''
    : html`<p class="receipt-note">本凭证在未联网时出具,以县级确认为准。</p>`
  const late =
    line.enteredOn === null ? '' : html`<p>补录:实际发生在${paperDay(line.day)},${paperDay(line.enteredOn)}登记。</p>`
  return html`<article class="receipt"><header><div><h2>${titleOf(line)}</h2><p>${stationName(desk.office, line.station)}</p></div>
      ${codeOf(view, line.hash)}</header>
    <table>${row('办件编号', numberWords(state))}${row('事项', item?.name ?? state.item)}${row('申请人', state.applicant.name)}
      ${row('证件号码', state.applicant.idNumber)}${row('联系电话', state.applicant.phone)}
      ${row('材料', `${list === '' ? '' : `${list}。`}共 ${String(line.fields.materials ?? 0)} 份`)}
      ${row(captured ? '代收时间' : '收件时间', writtenWords(line))}${row('经办人', personName(desk.office, line.person))}
      ${item ? row('承诺时限', promiseWords(item)) : ''}</table>
    ${captured ? html`<p>代收是受申请人委托代为递交,不等于行政机关已经收件或受理;代办免费。</p>` : html`<p>${tellingNote(item)}</p>`}
    ${late}${unconfirmed}<footer><span>申请人签名:____________</span><span>经办人签名:____________</span><span>${destination}</span></footer></article>`
}

async function receiptPage(context: DeskContext, desk: Desk): Promise<Response> {
  const now = await caseOf(context, desk)
  const all = now.ok ? takenIn(now.value) : []
  const taken = all.find(({ hash }) => hash === context.req.query('of')) ?? all.at(-1)
  const found = taken ? await caseOf(context, desk, taken.hash) : now
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const line = taken
  const back = { href: `/cases/${view.state.id}`, title: '回到办件' }
  if (!line)
    return failurePage(
      context,
      desk,
      {
        code: 'no-receipt',
        message: '这个办件还没有代收或收件,没有凭证可打',
        kept: '办件没有变化',
        next: '请先填完申请表并代收或收件',
        field: 'case',
      },
      back,
    )
  const title = titleOf(line)
  const others = all.filter((other) => other !== line)
  await desk.office.audit(context.get('visit').actor, 'print', {
    subject: `${title} ${view.state.number || view.state.id}`,
  })
  const body = html`<div class="receipt-bar d-print-none"><h1>${title} ${presentNumber(view.state)}</h1>
      <button class="btn btn-primary btn-lg" type="button" data-print>打印(Ctrl+P)</button>
      ${others.map((other) => html`<a class="btn btn-lg" href="${back.href}/receipt?of=${other.hash}">${titleOf(other)}</a>`)}
      <a class="btn btn-lg" href="${back.href}">${back.title}</a><a class="btn btn-lg" href="/capture">下一件</a></div>
    <div class="receipt-sheet">${copy(desk, view, line, '第一联 交申请人')}${copy(desk, view, line, '第二联 存根')}</div>`
  return page(context, desk, { title: `凭证 ${presentNumber(view.state)}`, body, paper: true })
}

export function receiptRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/cases/:id/receipt', (context) => receiptPage(context, desk))
}
