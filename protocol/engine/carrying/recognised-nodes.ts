/** Nodes that a root knows again by the record of them that it signed itself, after it has lost its directory. */
import { COUNTY_STREAM } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import { provenEntry } from '../directory/placement.ts'
import { append } from '../writing/placing.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

/**
 * Root only: whoever shows the record, it is written again with the same version: a later one that comes back, such as a
 * revocation, stays in force. What proves nothing never enters the queue: strangers keep no writer waiting.
 */
export async function recognise(
  core: Core,
  queue: WriteQueue,
  carried: Uint8Array,
): Promise<Result<'known' | 'recognised'>> {
  const proven = core.isRoot ? await provenEntry(core.host.cryptography, core.identity.root, carried) : undefined
  if (!proven) return NOT_GENUINE
  const { log: _log, seq: _seq, hash: _hash, signature: _signature, ...draft } = proven.entry
  const { id, name } = proven.record
  if (core.directory.node(id)) return success('known')
  return queue.write<Result<'known' | 'recognised'>>(
    async (staging) => {
      if (core.directory.node(id)) return success('known')
      const written = append(staging, COUNTY_STREAM, [draft])
      return written.ok ? success('recognised') : written
    },
    (recognised) => {
      if (recognised.ok && recognised.value === 'recognised') core.news.add(recognisedAs(name))
    },
  )
}

const recognisedAs = (name: string) =>
  ({
    kind: 'rolled-back',
    message: `本机的目录里没有节点“${name}”,但它出示了县中心亲自签名的登记,已重新认可。`,
    next: '它手里的目录、站点人员和办件会自动取回。取回之后,请在“节点”页核对;不该再使用的电脑到那时再停用:现在停用,县中心还没取回的记录会暂不生效。',
  }) as const

const NOT_GENUINE = fail(
  'record-not-genuine',
  '这不是县中心签名的节点登记,或者问的不是县中心',
  '没有改动',
  '请核对上级地址;地址无误的,请联系县中心管理员',
)
