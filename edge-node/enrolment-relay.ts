/** Enrolment at a node that is not the root: it hands the request to its own parent and waits until it knows the child. */
import type { Parent } from '#edge-node/parent.ts'
import { askToJoin } from '#edge-node/parent-call.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import type { Enrolled, JoinRequest } from '#protocol/transport/enrolment.ts'

export interface RelayOptions {
  readonly cryptography: Cryptography
  readonly office: Office
  /** The parent as it is known now; it can change while the program runs. */
  readonly parent: Pick<Parent, 'current' | 'at'>
  after(milliseconds: number, callback: () => void): () => void
}

/** Forwards requests to join; relays need no secret of their own and decide nothing. */
export function createRelay(options: RelayOptions): (request: JoinRequest) => Promise<Result<Enrolled>> {
  return async (request) => {
    const { address, name } = options.parent.current()
    const known = await options.parent.at(address)
    const answer = known.ok ? await askToJoin(options.cryptography, known.value, request) : known
    if (answer.ok) await knowing(options, answer.value.node)
    else if (answer.problem.code === 'parent-unreachable') return countyUnreachable(name)
    return answer
  }
}

const countyUnreachable = (name: string) =>
  fail(
    'county-unreachable',
    `已找到上级节点,但它现在联系不上${name},入网须由县中心确认`,
    '没有登记,入网码仍可使用',
    '请等上级节点与县中心恢复连接后重试',
  )

/** A child that calls before its record has come down would be refused as unknown: wait for the record, within bounds. */
function knowing({ office, after }: RelayOptions, node: NodeId): Promise<void> {
  if (office.directory.node(node)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      unwatch()
      resolve()
    }
    const cancel = after(LIMITS.handshakeMilliseconds / 2, done)
    const unwatch = office.watch(() => {
      if (office.directory.node(node)) done()
    })
  })
}
