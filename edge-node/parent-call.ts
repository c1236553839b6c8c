/** Talking to a parent about enrolment: asking who it is, and handing it a request to join. */
import { isLoopback } from '#edge-node/config.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import {
  answerBytes,
  Enrolled,
  helloBytes,
  JoinAnswer,
  JoinRefusal,
  type JoinRequest,
  ParentHello,
  readMessage,
  verifyHex,
} from '#protocol/transport/enrolment.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { type Answer, CertificateChanged, call } from '#protocol/transport/pinned.ts'

const NOTHING_SENT = '没有发送入网码,本机没有改动'

/** A parent's address as a person types it; only loopback may be plain HTTP. */
export function parentAddress(text: string): Result<URL> {
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (!address || !['http:', 'https:'].includes(address.protocol) || address.hostname === '')
    return fail('address-malformed', `上级地址“${text}”不是网址`, NOTHING_SENT, '请按 https://地址:端口 的样子填写')
  if (address.protocol === 'http:' && !isLoopback(address.hostname))
    return fail(
      'address-not-encrypted',
      `上级地址“${text}”没有加密(http),只允许本机使用`,
      NOTHING_SENT,
      `请改用 https://${address.host}`,
    )
  return success(new URL('/', address))
}

export interface Met {
  readonly hello: ParentHello
  /** Fingerprint of the certificate the hello came over; null on plain HTTP. */
  readonly certificate: string | null
}

/** Asks a machine who it is; what it says is proved by its own key and bound to the certificate it shows. */
export async function meet(cryptography: Cryptography, address: URL): Promise<Result<Met>> {
  const nonce = toHex(nodeHost.random(16))
  let answer: Answer
  try {
    answer = await call({
      address: new URL(`/join/hello?nonce=${nonce}`, address),
      pin: null,
      maximumBytes: LIMITS.enrolmentBytes,
      milliseconds: LIMITS.handshakeMilliseconds,
    })
  } catch (error) {
    return unreachable(address, error)
  }
  const hello = answer.status === 200 ? readMessage(ParentHello, answer.body) : undefined
  if (!hello)
    return fail('not-a-node', `${address.host} 上运行的不是本系统的节点`, NOTHING_SENT, '请核对上级地址和端口')
  const proved = await verifyHex(cryptography, hello.publicKey, helloBytes(nonce, hello), hello.signature)
  if (!proved || hello.certificate !== answer.certificate) return impostor(address)
  return success({ hello, certificate: answer.certificate })
}

/** What is said when a machine is not the one it should be. */
export const impostor = (address: URL) =>
  fail(
    'parent-not-genuine',
    `${address.host} 不是入网码指定的上级节点,可能有人冒充`,
    NOTHING_SENT,
    '请核对上级地址;地址无误时不要继续,请立即联系县中心管理员',
  )

function unreachable(address: URL, error: unknown) {
  if (error instanceof CertificateChanged) return impostor(address)
  const code = (error as NodeJS.ErrnoException).code ?? (error as Error).name
  return fail(
    'parent-unreachable',
    `连接不上 ${address.host}(${code})`,
    '本机没有改动,入网码仍可使用',
    '请检查网线、地址和端口,确认上级节点已启动,然后重试',
  )
}

/** Where a request goes, and by what that machine is known. */
export interface Known {
  readonly address: URL
  readonly publicKey: string
  readonly certificate: string | null
}

/** Hands a request to a known machine; its answer counts only under its signature. */
export async function askToJoin(
  cryptography: Cryptography,
  parent: Known,
  request: JoinRequest,
): Promise<Result<Enrolled>> {
  let answer: Answer
  try {
    answer = await call({
      address: new URL('/join', parent.address),
      body: JSON.stringify(request),
      pin: parent.certificate,
      maximumBytes: LIMITS.enrolmentBytes,
      milliseconds: LIMITS.enrolmentMilliseconds,
    })
  } catch (error) {
    return unreachable(parent.address, error)
  }
  const refusal = readMessage(JoinRefusal, answer.body)
  if (refusal) return { ok: false, problem: refusal.problem }
  const signed = readMessage(JoinAnswer, answer.body)
  const genuine =
    signed && (await verifyHex(cryptography, parent.publicKey, answerBytes(request, signed.enrolled), signed.signature))
  const enrolled = genuine ? readMessage(Enrolled, signed.enrolled) : undefined
  if (enrolled) return success(enrolled)
  return fail(
    'answer-not-genuine',
    `${parent.address.host} 的答复无法验证`,
    '本机没有入网',
    '请重试;仍然如此请联系县中心管理员',
  )
}
