/** The county's register: stations, people, enrolment codes and nodes, kept by administrators at the root. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { administers, hasRole, mayWrite } from '#edge-node/commands/roles.ts'
import { type Administer, accountActs } from '#hub/account-acts.ts'
import { importCatalogue } from '#hub/catalogue/catalogue.ts'
import { createEnrolment } from '#hub/enrolment.ts'
import { createCodes } from '#hub/enrolment-codes.ts'
import { publishable } from '#hub/register/items.ts'
import { revokedLetter } from '#hub/register/letters.ts'
import { addressedNode, movedNodes } from '#hub/register/node-places.ts'
import { checkedRecord } from '#hub/register/records.ts'
import type { Registry } from '#hub/registry-port.ts'
import { checkedStation, movedStation } from '#hub/stations.ts'
import type { RootRecord } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import type { NodeId } from '#protocol/ids.ts'
import { fail, failure, type Result, success } from '#protocol/result.ts'
import type { Enrolled, JoinRequest } from '#protocol/transport/enrolment.ts'

export interface RegistryOptions {
  readonly office: Office
  readonly accounts: Pick<Accounts, 'passwordRecord' | 'passwordProblem'>
  readonly cryptography: Cryptography
  /** The root's own node. */
  readonly root: NodeId
}

/** The register as the hub's pages and the door for new nodes use it. */
export interface HubRegistry extends Registry {
  /** Decides a request to join: checks code and key, leases a number, publishes the node. */
  enrol(request: JoinRequest): Promise<Result<Enrolled>>
}

const KEPT = '没有改动'

const NOT_ADMINISTRATOR = fail('not-authorised', '只有县中心管理员可以这样做', KEPT, '请用管理员账号登录')

/** The register of a running hub. */
export function createRegistry(options: RegistryOptions): HubRegistry {
  const { office } = options
  const codes = createCodes(options)
  const enrolment = createEnrolment({ ...options, codes })

  /** Runs an act of an administrator. */
  const administer: Administer = async (actor, act) => {
    if (!mayWrite(actor)) return failure(READS_ONLY)
    return administers(actor) ? act() : NOT_ADMINISTRATOR
  }
  const checking = () => ({ directory: office.directory, today: office.today() })
  const published = async (actor: Actor, checked: Result<RootRecord>): Promise<Result<void>> =>
    checked.ok ? office.publish(actor, [checked.value]) : checked

  return {
    createStation: (actor, station) =>
      administer(actor, async () => {
        const checked = checkedStation(office.directory, station)
        return checked.ok ? office.publish(actor, [checked.value]) : checked
      }),
    moveStation: (actor, station, parent) =>
      administer(actor, () => published(actor, movedStation(office.directory, station, parent))),
    ...accountActs(options, administer),
    createCode: (actor, station, parentNode, options = {}) =>
      administer(actor, async () => {
        const made = await codes.create(actor, station, parentNode, options.standby ?? false)
        const details = options.standby ? '备用机' : ''
        if (made.ok) await office.audit(actor, 'keys', { subject: `入网码 ${station}`, details })
        return made
      }),
    codes: async (actor) => (hasRole(actor, 'administrator') ? success(await codes.open()) : NOT_ADMINISTRATOR),
    revokeNode: (actor, node, reason, cause) => administer(actor, () => enrolment.revoke(actor, node, reason, cause)),
    setAddresses: (actor, node, addresses) =>
      administer(actor, () => published(actor, addressedNode(office.directory, node, addresses))),
    moveNodes: (actor, nodes, parent) =>
      administer(actor, async () => {
        const moved = movedNodes(office.directory, nodes, parent)
        return moved.ok ? office.publish(actor, moved.value) : moved
      }),
    keep: (actor, record, mode) => administer(actor, () => published(actor, checkedRecord(checking(), record, mode))),
    publishItem: (actor, draft) =>
      administer(actor, async () => {
        const records = publishable(office.directory, draft)
        return records.ok ? office.publish(actor, records.value) : records
      }),
    importItems: (actor, { bytes, format }, mode) =>
      administer(actor, async () => {
        const imported = await importCatalogue(office, actor, bytes, format, mode)
        const details = imported.ok ? `${imported.value.loaded} 行` : imported.problem.message
        if (mode === 'publish') await office.audit(actor, 'import', { subject: `事项目录(${format})`, details })
        return imported
      }),
    revokeLetter: (actor, id, revoked) =>
      administer(actor, () => published(actor, revokedLetter(checking(), id, revoked))),
    enrol: enrolment.enrol,
  }
}
