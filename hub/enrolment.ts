/** Deciding requests to join, and taking nodes out again. */
import { type Codes, type CodesOptions, type KeptCode, servingNode } from '#hub/enrolment-codes.ts'
import { standbyOf } from '#hub/register/nodes.ts'
import type { RevocationCause } from '#hub/registry-port.ts'
import { chainOf } from '#hub/stations.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { FIRST_LEVEL } from '#protocol/casework/rules/level.ts'
import { MAXIMUM_LEASE } from '#protocol/documents/clocks.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { fromHex, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { type Enrolled, type JoinRequest, requestBytes, verifyHex } from '#protocol/transport/enrolment.ts'
import { nodeIdOf } from '#protocol/transport/node-host.ts'

interface Decisions {
  enrol(request: JoinRequest): Promise<Result<Enrolled>>
  revoke(actor: Actor, node: NodeId, reason: string, cause: RevocationCause | undefined): Promise<Result<void>>
}

const KEPT = '没有登记新节点'
const NEW_CODE = '请向县中心管理员要一个新的入网码'

/** Decides one request after the other, because each takes a number that the next must not take. */
export function createEnrolment(options: CodesOptions & { readonly codes: Codes }): Decisions {
  let line: Promise<unknown> = Promise.resolve()
  return {
    enrol(request) {
      const turn = line.then(() => decide(options, request))
      line = turn.catch(() => undefined) // the caller gets the error; the line only waits
      return turn
    },
    revoke: (actor, node, reason, cause) => revoke(options, actor, node, reason, cause),
  }
}

type Options = CodesOptions & { readonly codes: Codes }

async function decide(options: Options, request: JoinRequest): Promise<Result<Enrolled>> {
  const { office, cryptography, codes } = options
  const proved = await verifyHex(cryptography, request.publicKey, requestBytes(request), request.proof)
  if (!proved) return fail('proof-invalid', '新节点没有证明它持有自己的密钥', KEPT, '请重新运行入网命令')
  const node = nodeIdOf(fromHex(request.publicKey) ?? new Uint8Array())
  const found = await codes.find(request.secret)
  const usable = checkCode(office, found?.code, request, node)
  if (!usable.ok || !found) return usable.ok ? unknownCode : usable
  // Used first: if the power fails between the two, the same machine may ask again and nobody else can.
  if (found.code.usedBy === null) {
    const marked = await codes.markUsed(found.key, found.code, node)
    if (!marked.ok) return marked
  }
  if (!office.directory.node(node)) {
    const published = await office.publish(null, [recordOf(office, found.code, request, node)])
    if (!published.ok) return published
  }
  return answerFor(options, node)
}

const unknownCode = fail('code-unknown', '没有这个入网码', KEPT, `请核对入网码;确认无误时,${NEW_CODE}`)

/** Whether the program of a new machine knows what the county has enabled. */
const knowsEnough = ({ directory }: Office, { level = FIRST_LEVEL }: JoinRequest): boolean => level >= directory.level()

/** A machine whose answer was lost may use its code again; nobody else may. */
function checkCode(office: Office, code: KeptCode | undefined, request: JoinRequest, node: NodeId): Result<void> {
  if (!code) return unknownCode
  if (code.parentNode !== request.parent)
    return fail('code-elsewhere', '这个入网码是给另一个上级节点的', KEPT, '请核对上级地址,或要一个新的入网码')
  if (code.usedBy !== null && code.usedBy !== node)
    return fail('code-used', '这个入网码已经用过', KEPT, `每个入网码只能用一次,${NEW_CODE}`)
  const known = office.directory.node(node)
  if (known?.revoked)
    return fail('node-revoked', '本机的节点身份已被吊销', KEPT, '请换一个空的数据目录,用新的入网码重新入网')
  if (known && !known.stations.includes(code.station))
    return fail('node-known', `本机已登记为节点“${known.name}”,服务另一个站点`, KEPT, '请换一个空的数据目录再入网')
  if (code.usedBy === null && office.now() >= code.expiresAt)
    return fail('code-expired', `这个入网码已过期(有效 ${LIMITS.enrolmentCodeMinutes} 分钟)`, KEPT, NEW_CODE)
  const place = office.directory.station(code.station)
  if (!place) return fail('station-unknown', '入网码对应的站点已不存在', KEPT, NEW_CODE)
  const serving = code.standby ? standbyOf(office.directory) : servingNode(office, code.station)
  if (serving && serving.id !== node)
    return fail('station-served', `${place.name}已有节点“${serving.name}”在用`, KEPT, '请联系县中心管理员先吊销原节点')
  if (!knowsEnough(office, request))
    return fail(
      'program-too-old',
      `新电脑上的程序较旧:全县已启用规则版本 ${office.directory.level()},它只懂 ${request.level ?? FIRST_LEVEL}`,
      KEPT,
      '请先在新电脑上换上与县中心相同的新版本,再用同一个入网码入网',
    )
  if (office.directory.node(code.parentNode)?.revoked)
    return fail('parent-revoked', '上级节点已被吊销', KEPT, '请联系县中心管理员')
  return success(undefined)
}

function recordOf(office: Office, code: KeptCode, request: JoinRequest, node: NodeId): NodeRecord {
  const { publicKey } = request
  const { station, parentNode, standby } = code
  const nodes = office.directory.nodes()
  const lease = unusedLease(
    nodes.map((other) => other.lease),
    office.random,
  )
  return {
    type: 'node',
    id: node,
    version: 0,
    name: request.name || `${office.directory.station(station)?.name ?? station}${standby ? '备用机' : ''}`,
    publicKey,
    stations: [station],
    parent: parentNode,
    lease,
    predecessors: nodes.filter(({ stations }) => stations.includes(station)).length,
    revoked: null,
    ...(standby ? { standby } : {}),
  }
}

/** Leases below this stay short in every edit (client ids of four bytes). */
const SHORT_LEASES = 16_384

/**
 * A number no known node has. Chosen at random, not counted: a hub restored from a backup does not yet know the
 * nodes it enrolled since, and must not give their numbers again.
 */
function unusedLease(leased: readonly number[], random: Office['random']): number {
  const numbers = new Set(leased)
  const bound = numbers.size * 2 < SHORT_LEASES ? SHORT_LEASES : MAXIMUM_LEASE
  const bytes = random(4)
  let lease = 1 + (new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % bound)
  while (numbers.has(lease)) lease = 1 + (lease % bound) // ends: at most half of the numbers are taken
  return lease
}

/** What an enrolled node is told; the same however often it asks. */
function answerFor({ office, root }: Options, node: NodeId): Result<Enrolled> {
  const { directory } = office
  const record = directory.node(node)
  const parent = record?.parent ? directory.node(record.parent) : undefined
  const own = directory.node(root)
  if (!record || !parent || !own)
    return fail('register-incomplete', '县中心的登记资料不完整', KEPT, '请联系县中心管理员核对节点登记')
  const stations = record.stations.flatMap((code) => chainOf(directory, code))
  return success({
    node,
    name: record.name,
    lease: record.lease,
    root: { node: own.id, publicKey: own.publicKey },
    parent: { node: parent.id, publicKey: parent.publicKey, name: parent.name },
    stations: stations.map(({ id, name, tier }) => ({ id, name, tier })),
  })
}

async function revoke(
  { office, root }: Options,
  actor: Actor,
  node: NodeId,
  reason: string,
  cause: RevocationCause | undefined,
): Promise<Result<void>> {
  const kept = '节点没有改动'
  const record = office.directory.node(node)
  if (!record) return fail('node-unknown', '没有这个节点', kept, '请刷新名单后重试')
  if (node === root) return fail('node-is-root', '县中心节点不能吊销', kept, '请选择下级节点')
  const text = reason.trim()
  if (text === '' || text.length > LIMITS.noteCharacters)
    return fail('reason-missing', '请写明吊销的原因', kept, '原因会留在记录里', 'reason')
  if (cause === undefined)
    return fail('cause-missing', '请选择这台电脑怎么了', kept, '它决定以后才送达的记录是否有效', 'cause')
  // Lost after all, or revoked while the county did not hold what it had written: then everything may be made to count.
  const isCorrected = cause === 'broken' && record.revoked && record.revoked.held !== null
  if (record.revoked && !isCorrected) return fail('node-revoked', '这个节点已经吊销', kept, '不需要再做什么')
  return office.publish(actor, [
    { ...record, revoked: { time: office.now(), reason: text, ...(cause === 'broken' ? { held: null } : {}) } },
  ])
}
