/** What people read when a machine is taken out: until when the county has what it wrote, and what to do about the rest. */
import type { DirectoryRecord, NodeRecord } from '#protocol/casework/directory.ts'
import type { Core } from '../core.ts'
import { lastOf, ownEnds } from '../logs/own-ends.ts'
import type { Finding } from '../office.ts'

type Untold = Omit<Finding, 'time'>

/** A finding for each node that is in use and that the records revoke. */
export async function revokedFindings(core: Core, records: readonly DirectoryRecord[]): Promise<readonly Untold[]> {
  const nodes = records.filter((record): record is NodeRecord => record.type === 'node' && record.revoked !== null)
  const inUse = nodes.filter(({ id }) => core.directory.node(id)?.revoked === null)
  return Promise.all(inUse.map((node) => revokedFinding(core, node)))
}

async function revokedFinding({ storage, logs }: Core, { id, name }: NodeRecord): Promise<Untold> {
  const last = lastOf(await ownEnds(storage, logs.heads.values(), id))
  const held = last ? `县中心有它写的记录 ${last.entries} 条,最后一条写于 ${last.time}` : '县中心没有它写的任何记录'
  return {
    kind: 'revoked',
    message: `节点“${name}”已停用。${held}。`,
    next: `${last ? '这之后' : '此前'}只在那台电脑上办、没有到过别处的,县里没有:请接替的站点把这段时间开出的纸质凭证按编号逐份查询,查不到的补录。电脑还能开机的,联网一次会自动送达。`,
    kept: `revoked-${id}`,
  }
}
