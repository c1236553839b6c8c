/** Making the package of a case that was reported up. */
import { reachCase } from '#edge-node/commands/cases/cases.ts'
import { countedOf, isSealLost, SEAL_LOST } from '#edge-node/commands/cases/form.ts'
import { readsNumbers } from '#edge-node/commands/masking.ts'
import { compactTime } from '#protocol/casework/exchange/dates.ts'
import { canonicalJson, type ReportPackage, reportPackage } from '#protocol/casework/exchange/report-package.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { toHex } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { namesOf } from './case-export.ts'

const KEPT = '办件没有变化'

const encoder = new TextEncoder()

/** SHA-256 over the canonical JSON of everything but the digest itself. */
const digestOf = (office: Pick<Office, 'sha256'>, rest: Omit<ReportPackage, 'digest'>): string =>
  toHex(office.sha256(encoder.encode(canonicalJson(rest))))

/** Where and by whom a package is made. */
const makerOf = (office: Office, actor: Actor): ReportPackage['made'] => ({
  at: compactTime(office.time()),
  station: actor.station,
  stationName: office.directory.station(actor.station)?.name ?? actor.station,
  person: actor.person,
  personName: actor.name,
})

/** The package of the case a person names, for the station that handles it: it holds every number in full. */
export async function packageOf(office: Office, actor: Actor, text: string): Promise<Result<ReportPackage>> {
  const found = await reachCase(office, actor, text)
  if (!found.ok) return found
  const view = await office.view(actor, found.value.id)
  if (!view.ok) return view
  if (!readsNumbers(actor, view.value))
    return fail('not-holder', '上报包含有完整的证件号码,只有主办站点可以导出', KEPT, '请由主办站点的承办人导出')
  if (['application', 'materials'].some((name) => isSealLost(view.value.sections, name)))
    return fail('seal-lost', SEAL_LOST, KEPT, '请按纸质件上报;要查原因的,请联系县中心管理员')
  const signatures = await office.signaturesOf(found.value.id)
  const made = reportPackage({
    state: view.value.state,
    item: view.value.item,
    application: countedOf(view.value.sections, 'application'),
    materials: countedOf(view.value.sections, 'materials'),
    made: makerOf(office, actor),
    names: namesOf(office.directory),
    signatures,
  })
  if (!made) return fail('not-reported', '这个办件没有上报,没有上报包', KEPT, '请先办理“上报”')
  await office.audit(actor, 'export', { subject: `上报包 ${made.case.number || found.value.id}` })
  return success({ ...made, digest: digestOf(office, made) })
}
