/** Talking to a parent outside a link: asking who it is, handing it a request to join, asking where this node belongs. */
import { isLoopback } from '#edge-node/config.ts'
import type { Placement } from '#protocol/engine/directory/placement.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import { fromHex, type NodeId, toHex } from '#protocol/ids.ts'
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
  PlacementAnswer,
  readMessage,
  type ShownRecord,
  verifyHex,
} from '#protocol/transport/enrolment.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { type Answer, CertificateChanged, call } from '#protocol/transport/pinned.ts'

const UNCHANGED = '本机没有改动'

/** An address as a person types it; only loopback may be plain HTTP. */
export function parentAddress(text: string): Result<URL> {
  const typed = text.trim()
  const address = URL.canParse(typed) ? new URL(typed) : undefined
  if (!address || !['http:', 'https:'].includes(address.protocol) || address.hostname === '')
    return fail('address-malformed', `上级地址“${text}”不是网址`, UNCHANGED, '请按 https://地址:端口 的样子填写')
  if (typed.length > LIMITS.addressCharacters)
    return fail('address-malformed', '上级地址过长', UNCHANGED, `请填写不超过 ${LIMITS.addressCharacters} 个字符的地址`)
  if (address.protocol === 'http:' && !isLoopback(address.hostname))
    return fail(
      'address-not-encrypted',
      `上级地址“${text}”没有加密(http),只允许本机使用`,
      UNCHANGED,
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
    answer = await ask(address, `/join/hello?nonce=${nonce}`)
  } catch (error) {
    return (await otherScheme(address, error)) ?? unreachable(address, error)
  }
  const hello = answer.status === 200 ? readMessage(ParentHello, answer.body) : undefined
  if (!hello) return fail('not-a-node', `${address.host} 上运行的不是本系统的节点`, UNCHANGED, '请核对上级地址和端口')
  const proved = await verifyHex(cryptography, hello.publicKey, helloBytes(nonce, hello), hello.signature)
  if (!proved || hello.certificate !== answer.certificate) return impostor(address)
  return success({ hello, certificate: answer.certificate })
}

/** A question that everybody may hear, to a machine of which nothing is believed yet. */
const ask = (address: URL, path: string, maximumBytes: number = LIMITS.enrolmentBytes): Promise<Answer> =>
  call({
    address: new URL(path, address),
    pin: null,
    maximumBytes,
    milliseconds: LIMITS.handshakeMilliseconds,
  })

/** What is said when a machine is not the one it should be. */
export const impostor = (address: URL, expected = '所期望的上级节点') =>
  fail(
    'parent-not-genuine',
    `${address.host} 不是${expected},可能有人冒充`,
    UNCHANGED,
    '请核对上级地址;地址无误时不要继续,请立即联系县中心管理员',
  )

/** How a connection breaks when one side speaks TLS and the other does not. */
const MIXED_UP = ['ECONNRESET', 'EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']
const isMixedUp = (code: string) => MIXED_UP.includes(code) || code.startsWith('HPE_')

/** Whether a node answers at the address in the other manner, http instead of https or the other way round: that is then said. */
async function otherScheme(address: URL, error: unknown): Promise<Result<never> | undefined> {
  if (!isMixedUp(codeOf(error))) return undefined
  const secure = address.protocol === 'https:'
  const other = new URL(address.href.replace(/^https?:/, secure ? 'http:' : 'https:'))
  const answer = await ask(other, `/join/hello?nonce=${'0'.repeat(32)}`).catch(() => undefined)
  if (!answer || !readMessage(ParentHello, answer.body)) return undefined
  return secure
    ? fail(
        'address-scheme',
        `${address.host} 没有使用加密(https)`,
        UNCHANGED,
        isLoopback(address.hostname)
          ? `请改用 http://${address.host}`
          : '请先给上级节点配置证书,或不填 DESK_WITHOUT_TLS',
      )
    : fail('address-scheme', `${address.host} 只接受加密连接(https)`, UNCHANGED, `请改用 https://${address.host}`)
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).name

/** What to do about a machine that does not answer, by how it does not. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: '那台机器开着,但这个端口上没有程序:请核对端口,确认上级节点的程序已启动',
  ECONNRESET: '请核对端口,以及地址应以 https:// 还是 http:// 开头',
  ENOTFOUND: '没有这个主机名:请核对地址,或改用 IP 地址',
}

function unreachable(address: URL, error: unknown) {
  if (error instanceof CertificateChanged) return impostor(address)
  const code = codeOf(error)
  const next = REMEDIES[code] ?? '请检查网线、地址和端口,确认上级节点已启动,然后重试'
  return fail('parent-unreachable', `连接不上 ${address.host}(${code})`, UNCHANGED, next)
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

/** Shows a parent that does not know this node the record of it that the root signed; the root takes it back by that. */
export async function showRecord(parent: Known, record: Uint8Array): Promise<Result<void>> {
  try {
    const { status, body } = await call({
      address: new URL('/join/known', parent.address),
      body: JSON.stringify({ node: toHex(record) } satisfies ShownRecord),
      pin: parent.certificate,
      maximumBytes: LIMITS.enrolmentBytes,
      milliseconds: LIMITS.handshakeMilliseconds,
    })
    const refusal = readMessage(JoinRefusal, body)
    if (refusal) return { ok: false, problem: refusal.problem }
    if (status === 200) return success(undefined)
  } catch (error) {
    return unreachable(parent.address, error)
  }
  return fail('not-a-node', `${parent.address.host} 的程序较旧,不能凭登记认回节点`, UNCHANGED, '请升级那台机器的程序')
}

/** Asks any machine where a node belongs. The answer proves itself, so it does not matter who gives it. */
export async function askForPlacement(address: URL, node: NodeId): Promise<Result<Placement>> {
  try {
    const { body } = await ask(address, `/join/placement?node=${node}`, LIMITS.placementBytes)
    const refusal = readMessage(JoinRefusal, body)
    if (refusal) return { ok: false, problem: refusal.problem }
    const answer = readMessage(PlacementAnswer, body)
    const [own, parent] = [fromHex(answer?.node ?? ''), fromHex(answer?.parent ?? '')]
    if (own && parent && answer) return success({ node: own, parent })
  } catch (error) {
    return unreachable(address, error)
  }
  return fail('not-a-node', `${address.host} 的程序较旧,不能答复上级登记`, UNCHANGED, '请升级那台机器的程序后重试')
}
