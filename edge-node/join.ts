/** Joining: the one-time act by which a new machine becomes a node below a parent. */
import { keepEnrolment, loadKeys, readEnrolment } from '#edge-node/identity.ts'
import { askToJoin, impostor, type Met, meet, parentAddress } from '#edge-node/parent-call.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Cryptography, KeyPair } from '#protocol/engine/ports/host.ts'
import { toHex } from '#protocol/ids.ts'
import { fail, failure, type Result, success } from '#protocol/result.ts'
import { type Enrolled, type JoinRequest, requestBytes, signHex } from '#protocol/transport/enrolment.ts'
import { type EnrolmentCode, keyFingerprint, readCode } from '#protocol/transport/enrolment-code.ts'
import { nodeHost, nodeIdOf } from '#protocol/transport/node-host.ts'

export interface JoinOptions {
  readonly folder: string
  /** The parent's address as typed. */
  readonly parent: string
  /** The code as typed. */
  readonly code: string
  /** What this machine is called in the node list; empty to be called like its station. */
  readonly name: string
}

/**
 * Joins below a parent. The secret leaves this machine only after the machine at the address has proved, over the very
 * TLS connection's certificate, that it holds the key the code names. Safe to repeat when the answer was lost.
 */
export async function joinParent(options: JoinOptions): Promise<Result<Enrolled>> {
  const { cryptography } = nodeHost
  const address = beforeTheCode(parentAddress(options.parent))
  if (!address.ok) return address
  const code = readCode(cryptography.sha256, options.code)
  if (!code.ok) return code
  const keys = loadKeys(options.folder)
  if (!keys.ok) return keys
  const before = readEnrolment(options.folder, keys.value)
  if (!before.ok) return before
  if (before.value) return alreadyJoined(before.value.parent?.name ?? '县中心')

  const met = beforeTheCode(await meet(cryptography, address.value))
  if (!met.ok) return met
  if (!isNamedBy(code.value, met.value)) return beforeTheCode(impostor(address.value, '入网码指定的上级节点'))
  const request = await requestOf(cryptography, keys.value, code.value, met.value, options.name)
  const { publicKey } = met.value.hello
  const known = { address: address.value, publicKey, certificate: met.value.certificate }
  const answer = await askToJoin(cryptography, known, request)
  if (!answer.ok) return answer
  if (answer.value.node !== nodeIdOf(keys.value.publicKey) || answer.value.parent.publicKey !== publicKey)
    return fail('answer-not-ours', '上级的答复不是给本机的', '本机没有入网', '请重试;仍然如此请联系县中心管理员')
  const kept = keepEnrolment(options.folder, {
    node: answer.value.node,
    lease: answer.value.lease,
    root: answer.value.root,
    county: answer.value.stations.at(-1)?.name ?? '',
    parent: { ...answer.value.parent, address: address.value.href, certificate: met.value.certificate },
  })
  return kept.ok ? success(answer.value) : kept // the code may be used again by this machine
}

/** What went wrong before the code was sent: it is as good as before. */
const beforeTheCode = <Value>(result: Result<Value>): Result<Value> =>
  result.ok ? result : failure({ ...result.problem, kept: '没有发送入网码,入网码仍可使用;本机没有改动' })

const alreadyJoined = (parent: string) =>
  fail(
    'already-joined',
    `本机已经入网(上级:${parent})`,
    '没有发送入网码,本机没有改动',
    '直接运行 npm run edge-node 即可;上级换了地址或换了机器,请运行 npm run edge-node -- parent <上级地址>;要改到另一个站点,请先由县中心管理员吊销本节点,再换一个数据目录入网',
  )

function isNamedBy(code: EnrolmentCode, { hello }: Met): boolean {
  const key = Buffer.from(hello.publicKey, 'hex')
  return hello.node === nodeIdOf(key) && keyFingerprint(nodeHost.cryptography.sha256, key) === code.fingerprint
}

async function requestOf(
  cryptography: Cryptography,
  keys: KeyPair,
  code: EnrolmentCode,
  met: Met,
  name: string,
): Promise<JoinRequest> {
  const request = {
    secret: code.secret,
    parent: met.hello.node,
    publicKey: toHex(keys.publicKey),
    name,
  }
  return { ...request, level: RULES_LEVEL, proof: await signHex(cryptography, keys.privateKey, requestBytes(request)) }
}
