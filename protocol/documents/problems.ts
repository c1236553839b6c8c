/** Why an update does not pass the gate, for programs and for people. */
import type { Failure } from '#protocol/result.ts'

const KEPT = '这条编辑已原样保存并继续转发,其他人填写的内容不受影响。'
const REPORT = '请在“同步情况”中查看来源站点,并联系县中心管理员核对该站点的程序。'
const WAIT = '等待缺少的编辑到达后会自动重新检查,无需处理。'

/** Every problem: its sentence, and whether entries that have not arrived yet can still cure it. */
export const GATE_PROBLEMS = {
  'unknown-section': { message: '编辑指向本机程序不认识的栏目。', waits: false },
  'not-a-writer': { message: '该站点无权填写这个栏目。', waits: false },
  'too-large': { message: '编辑内容超过允许的大小。', waits: false },
  malformed: { message: '编辑内容残缺或格式无法识别。', waits: false },
  empty: { message: '编辑没有任何内容。', waits: false },
  'trailing-bytes': { message: '编辑末尾带有多余数据。', waits: false },
  'several-authors': { message: '一条编辑中混有多个作者的内容。', waits: false },
  'wrong-author': { message: '编辑内容的作者编号与来源日志不符。', waits: false },
  'clock-behind': { message: '编辑重复使用了该作者已经用过的序号。', waits: false },
  'clock-gap': { message: '该作者此前的编辑尚未到达或未获通过。', waits: true },
  'too-many-parts': { message: '一条编辑修改的内容过多。', waits: false },
  'foreign-structure': { message: '编辑含有栏目不允许的数据结构。', waits: false },
  'wrong-root': { message: '编辑写到了栏目之外的位置。', waits: false },
  'bad-key': { message: '编辑使用了不允许的栏目名称。', waits: false },
  'bad-value': { message: '编辑填写的内容不符合栏目要求。', waits: false },
  'unheld-origin': { message: '编辑依据的内容尚未到达。', waits: true },
  'split-character': { message: '编辑会拆坏别人填写的文字。', waits: false },
  'bad-deletion': { message: '编辑的删除范围不合规。', waits: false },
  'unheld-deletion': { message: '编辑要删除的内容尚未到达。', waits: true },
} as const satisfies Record<string, { readonly message: string; readonly waits: boolean }>

export type GateProblemCode = keyof typeof GATE_PROBLEMS

/** A refusal at the gate: the entry is kept and quarantined, never dropped. */
export interface GateProblem extends Failure {
  readonly code: GateProblemCode
  /** True when the same bytes may pass once entries arrive that are not held yet. */
  readonly waits: boolean
}

/** The refusal for a code. */
export function gateProblem(code: GateProblemCode): GateProblem {
  const { message, waits } = GATE_PROBLEMS[code]
  return { code, message, waits, kept: KEPT, next: waits ? WAIT : REPORT }
}
