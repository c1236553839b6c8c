/** Enrolment codes: made for one station below one parent node, kept only as a hash, good once and for an hour. */
import * as z from 'zod'
import { standbyOf } from '#hub/register/nodes.ts'
import type { IssuedCode, OpenCode } from '#hub/registry-port.ts'
import { chainOf } from '#hub/stations.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import { fromHex, isNodeId, isPersonId, isStationCode, type NodeId, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { codeText, SECRET_BYTES, secretOf } from '#protocol/transport/enrolment-code.ts'

const SPACE = 'enrolment-codes'
const KEPT = '没有生成入网码'
const LIFE_MILLISECONDS = LIMITS.enrolmentCodeMinutes * 60_000
/** Expired and used codes are kept this long, so that people hear which of the two it was. */
const MEMORY_MILLISECONDS = 24 * 60 * 60_000

const KeptCode = z.object({
  station: z.string().refine(isStationCode),
  parentNode: z.string().refine(isNodeId),
  createdAt: z.number(),
  expiresAt: z.number(),
  createdBy: z.string().refine(isPersonId),
  /** For a standby of the county hall; absent in codes of earlier programs. */
  standby: z.boolean().default(false),
  /** The node that used it; null while open. */
  usedBy: z.string().refine(isNodeId).nullable(),
})
export type KeptCode = z.output<typeof KeptCode>

export interface CodesOptions {
  readonly office: Office
  readonly cryptography: Cryptography
  readonly root: NodeId
}

export interface Codes {
  create(actor: Actor, station: StationCode, parentNode: NodeId, standby: boolean): Promise<Result<IssuedCode>>
  open(): Promise<readonly OpenCode[]>
  /** The code that belongs to a secret. Costs a scrypt, so that the hashes are worth nothing to a thief. */
  find(secret: string): Promise<{ readonly key: string; readonly code: KeptCode } | undefined>
  markUsed(key: string, code: KeptCode, node: NodeId): Promise<Result<void>>
}

/** The codes of a hub. */
export function createCodes(options: CodesOptions): Codes {
  const { office, cryptography, root } = options
  const salt = fromHex(root) ?? new Uint8Array()
  const keyOf = async (secret: string) => toHex(await cryptography.hashPassword(secret, salt))
  const kept = async () => {
    const rows = await office.localAll(SPACE)
    return rows.flatMap(({ key, value }) => {
      const code = KeptCode.safeParse(value)
      return code.success ? [{ key, code: code.data }] : []
    })
  }
  const isOpen = (code: KeptCode) => code.usedBy === null && office.now() < code.expiresAt

  return {
    async create(actor, station, parentNode, standby) {
      const allowed = standby ? checkStandby(options, station, parentNode) : checkPlace(office, station, parentNode)
      if (!allowed.ok) return allowed
      const rows = await kept()
      for (const { key, code } of rows)
        if (office.now() > code.createdAt + MEMORY_MILLISECONDS) await office.setLocal(SPACE, key, null)
      if (rows.filter(({ code }) => isOpen(code)).length >= LIMITS.enrolmentCodes)
        return fail('too-many-codes', '未使用的入网码太多', KEPT, '请等待其中一些使用或过期后再生成')
      const secret = secretOf(office.random(SECRET_BYTES))
      const createdAt = office.now()
      const expiresAt = createdAt + LIFE_MILLISECONDS
      const createdBy = actor.person
      const code: KeptCode = { station, parentNode, standby, createdAt, expiresAt, createdBy, usedBy: null }
      const stored = await office.setLocal(SPACE, await keyOf(secret), code)
      if (!stored.ok) return stored
      return success({ text: codeText(cryptography.sha256, secret, allowed.value), expiresAt })
    },
    async open() {
      const open = (await kept()).filter(({ code }) => isOpen(code))
      return open
        .map(({ key, code: { usedBy: _, ...code } }) => ({ id: key.slice(0, 12), ...code }))
        .sort((left, right) => right.createdAt - left.createdAt)
    },
    async find(secret) {
      const key = await keyOf(secret)
      const code = KeptCode.safeParse(await office.local(SPACE, key))
      return code.success ? { key, code: code.data } : undefined
    },
    markUsed: (key, code, node) => office.setLocal(SPACE, key, { ...code, usedBy: node }),
  }
}

/** Whether a node may serve the station below the parent; the parent's public key, for the code. */
function checkPlace(office: Office, station: StationCode, parentNode: NodeId): Result<Uint8Array> {
  const { directory } = office
  const place = directory.station(station)
  if (!place) return fail('station-unknown', '没有这个站点', KEPT, '请先建立站点', 'station')
  const serving = servingNode(office, station)
  if (serving)
    return fail('station-served', `${place.name}已有节点“${serving.name}”`, KEPT, '换机器时请先吊销原节点', 'station')
  const parent = directory.node(parentNode)
  if (!parent || parent.revoked)
    return fail('parent-unknown', '没有这个上级节点,或它已被吊销', KEPT, '请选择在用的上级节点', 'parent')
  const above = chainOf(directory, station).slice(1)
  if (!above.some(({ id }) => parent.stations.includes(id)))
    return fail('parent-unfit', `节点“${parent.name}”不是${place.name}的上级`, KEPT, '请选择上级站点的节点', 'parent')
  return success(fromHex(parent.publicKey) ?? new Uint8Array())
}

/** Whether a standby may be enrolled: at the county hall, below the root, and one at a time. */
function checkStandby({ office, root }: CodesOptions, station: StationCode, parent: NodeId): Result<Uint8Array> {
  const { directory } = office
  const hub = directory.node(root)
  if (!hub?.stations.includes(station))
    return fail('standby-elsewhere', '备用机只能设在县中心', KEPT, '站点请选择县中心', 'station')
  if (parent !== root) return fail('parent-unfit', '备用机只能接到县中心节点', KEPT, '上级节点请选择县中心', 'parent')
  const present = standbyOf(directory)
  if (present)
    return fail('standby-exists', `已有备用机“${present.name}”`, KEPT, '更换时请先吊销原来的备用机', 'standby')
  return success(fromHex(hub.publicKey) ?? new Uint8Array())
}

/** The node in use at a station: two of them would both hold its cases, so beside the county's standby there is at most one. */
export const servingNode = (office: Office, station: StationCode) =>
  office.directory.nodes().find((node) => !node.revoked && !node.standby && node.stations.includes(station))
