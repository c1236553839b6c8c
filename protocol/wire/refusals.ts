/** Why a link or a frame is refused: whose fault it is and what the receiver should do. */

export interface RefusalRule {
  /** Whose fault: the receiver of the refusal, its sender, or nobody's. */
  readonly fault: 'yours' | 'mine' | 'nobody'
  /** Whether connecting again without a person's help can succeed. */
  readonly retry: boolean
  /** What happened, for people. */
  readonly message: string
  /** What to do, for people. */
  readonly next: string
}

const KEPT = '本机数据都在,没有丢失。'

/** Codes travel on the wire by position: append only. */
export const REFUSALS = {
  version: {
    fault: 'yours',
    retry: false,
    message: '程序版本过旧或过新,双方没有共同的协议版本',
    next: `${KEPT}请把程序较旧的一方升级后重新连接;升级前照常办件,连上后自动上交。`,
  },
  malformed: {
    fault: 'yours',
    retry: true,
    message: '收到无法识别的数据',
    next: `${KEPT}重新连接;反复出现请联系管理员。`,
  },
  oversized: { fault: 'yours', retry: true, message: '数据帧超过上限', next: `${KEPT}重新连接;反复出现请升级程序。` },
  'unknown-node': {
    fault: 'nobody',
    retry: true,
    message: '上级尚未登记本节点',
    next: `${KEPT}稍后自动重试;若超过一天仍如此,请联系县中心管理员核对入网登记。`,
  },
  revoked: {
    fault: 'yours',
    retry: false,
    message: '本节点已被县中心停用',
    next: `${KEPT}本机写下的记录会自动送达上级:电脑坏了或退役而停用的,不论何时送达都照常有效;丢失、被盗或被冒用而停用的,停用之后才送达的暂不生效。本站如已由新电脑接替,请勿再在此办件。请联系县中心管理员。`,
  },
  'wrong-key': {
    fault: 'yours',
    retry: false,
    message: '身份验证失败,密钥与入网登记不符',
    next: `${KEPT}请联系县中心管理员,核实对方是否冒充。`,
  },
  'same-node': {
    fault: 'yours',
    retry: false,
    message: '对方使用了与本机相同的节点身份(可能是复制的数据文件夹)',
    next: `${KEPT}请停用其中一台,并为另一台重新入网。`,
  },
  'foreign-stream': {
    fault: 'yours',
    retry: true,
    message: '数据属于未授权的分区',
    next: `${KEPT}重新连接;反复出现请联系管理员核对站点授权。`,
  },
  'unknown-author': {
    fault: 'nobody',
    retry: true,
    message: '条目作者的登记资料尚未到达',
    next: `${KEPT}资料同步后会自动重发。`,
  },
  'bad-chain': {
    fault: 'yours',
    retry: true,
    message: '日志校验不符(散列链断裂)',
    next: `${KEPT}重新连接后自动重发;反复出现请联系管理员。`,
  },
  'bad-signature': {
    fault: 'yours',
    retry: true,
    message: '签名无效',
    next: `${KEPT}重新连接后自动重发;反复出现可能有人篡改,请联系管理员。`,
  },
  gap: { fault: 'yours', retry: true, message: '条目不连续,缺少前面的条目', next: `${KEPT}重新连接后从缺口处重发。` },
  'out-of-order': { fault: 'yours', retry: true, message: '消息次序不符合协议', next: `${KEPT}重新连接。` },
  'window-exceeded': { fault: 'yours', retry: true, message: '未等确认就发送过多', next: `${KEPT}重新连接。` },
  storage: { fault: 'mine', retry: true, message: '对方磁盘暂时不能写入', next: `${KEPT}对方恢复后自动重发。` },
  silent: { fault: 'nobody', retry: true, message: '连接长时间没有响应', next: `${KEPT}自动重连。` },
  stopping: { fault: 'nobody', retry: true, message: '对方程序正在停止', next: `${KEPT}自动重连。` },
  internal: {
    fault: 'mine',
    retry: true,
    message: '对方程序内部出错',
    next: `${KEPT}自动重连;反复出现请联系管理员查看对方的运行日志。`,
  },
} as const satisfies Record<string, RefusalRule>

export type RefusalCode = keyof typeof REFUSALS
export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[]
