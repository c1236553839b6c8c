/** The cover sheet of a report package: what lies in the file, for people who read paper. */
import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import type { Html } from '#edge-node/desk/visit.ts'
import { presentNumber } from '#edge-node/desk/words.ts'
import { OPINIONS } from '#protocol/casework/codes.ts'
import { readDay } from '#protocol/casework/exchange/dates.ts'
import type { ReportPackage } from '#protocol/casework/exchange/report-package.ts'

const MODULE_PIXELS = 4
/** As many digits of the digest as a person compares. */
const DIGEST_DIGITS = 32

const row = (name: string, words: string): Html => html`<tr><th scope="row">${name}</th><td>${words}</td></tr>`

/** A day of the package as people write it; empty when there is none. */
function dayWords(text: string): string {
  const day = readDay(text)
  if (day === undefined) return ''
  const [year = '', month = '', date = ''] = day.split('-')
  return `${year}年${Number(month)}月${Number(date)}日`
}

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): Html =>
  html`<table class="paper-list"><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
    <tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`

const materials = (made: ReportPackage): Html =>
  table(
    ['材料', '必需', '份数'],
    made.materials.map(({ name, required, pieces }) => [
      name,
      required ? '是' : '',
      pieces === 0 ? '未清点' : String(pieces),
    ]),
  )

const opinions = (made: ReportPackage): Html =>
  table(
    ['环节', '意见', '经办人', '日期'],
    [
      ...made.steps
        .filter(({ opinion }) => opinion !== '')
        .map(({ title, opinion, personName, time }) => [title, opinion, personName, dayWords(time)]),
      ...made.opinions.map(({ department, opinion, reasons, day }) => [
        `协办:${department}`,
        `${OPINIONS[opinion as keyof typeof OPINIONS] ?? opinion}${reasons === '' ? '' : `:${reasons}`}`,
        '',
        dayWords(day),
      ]),
    ],
  )

/** The sheet; its code holds case number and digest, so that paper and file can be compared without a network. */
export function coverSheet(made: ReportPackage): Html {
  const { report, case: record, digest, made: maker } = made
  const code = renderSVG(`${record.number} ${digest}`, { pixelSize: MODULE_PIXELS, ecc: 'M' })
  return html`<article class="paper"><header><div><p class="paper-organ">${maker.stationName}</p><h2>上报件封面</h2></div>
      <div class="receipt-code" role="img" aria-label="办件编号和上报包摘要的二维码">${raw(code)}</div></header>
    <table>${row('报', report.organ)}${row('办件编号', presentNumber(record))}${row('上报文号', report.document)}
      ${row('事项', `${record.itemName}(${record.item})`)}${row('申请人', record.applicant)}${row('证件号码', record.idNumber)}
      ${row('收件、受理', `${dayWords(record.received)}、${dayWords(record.accepted)}`)}${row('法定届满日', dayWords(record.statutory))}
      ${row('上报日期', dayWords(report.day))}${row('预计答复日', dayWords(report.expected))}${row('审查意见', report.note)}
      ${row('材料', `共 ${report.materials} 份`)}</table>
    <h3>材料清单</h3>${materials(made)}<h3>办理意见</h3>${opinions(made)}
    <p>上报包内有 ${made.facts.length} 条签名记录、${made.papers.length} 份文书的文号。摘要(前 ${DIGEST_DIGITS} 位):<code>${digest.slice(0, DIGEST_DIGITS)}</code></p>
    <footer><span>经办人:${maker.personName}</span><span>${dayWords(maker.at)}</span><span>接收机关签收:____________</span></footer></article>`
}
