/** What people are told of logs with two versions. */
import { type LogKey, logParts } from '#protocol/ids.ts'
import { type Failure, fail, type Result } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import type { Parting } from '../logs/partings.ts'

const nameOf = (core: Core, log: LogKey): string => {
  const { node } = logParts(log)
  return core.directory.node(node)?.name ?? node
}

/** A log has two versions. */
export function tellForked(core: Core, log: LogKey): void {
  core.news.add({
    kind: 'fork',
    message: `“${nameOf(core, log)}”的日志出现两个版本(分区 ${logParts(log).stream}),可能是数据文件夹被复制或恢复。`,
    next: '双方的记录都保留。作者节点会自动启用新的批次号;若该节点有两台机器在运行,请停用其中一台。',
  })
}

/** Of what could not be written again so much is named: who wants to know all looks at the cases. */
export const UNWRITTEN_NAMED = 5

/** Our version of a log has given way. */
export function tellMoved(
  core: Core,
  log: LogKey,
  { common, moved, unwritten, words }: Pick<Parting, 'common' | 'moved' | 'unwritten' | 'words'>,
): void {
  const named = words.slice(0, UNWRITTEN_NAMED).join(';')
  const more = unwritten > UNWRITTEN_NAMED ? '等' : ''
  const lacking =
    unwritten === 0
      ? ''
      : `其中 ${unwritten} 处填写内容没有能重新写入,原编辑仍保留,请有权填写的站点补写:${named}${more}。`
  core.news.add({
    kind: 'fork',
    message: `日志 ${log} 与其他节点持有的版本从第 ${common + 1} 条起不同。对方的版本保留;本机的 ${moved} 条记录已完整转入本机的新日志。${lacking}`,
    next: '请打开“同步情况”查看转入的办件;同一环节有两条记录的办件等待协调员处理。',
  })
}

const NOTHING_CUT = '没有截断或改写任何记录,双方的版本都在。'

/** The other side said what cannot be true, or cannot be checked. */
export const forkUnproved = (core: Core, log: LogKey): Result<never, Failure> =>
  fail(
    'fork-unproved',
    `“${nameOf(core, log)}”的日志有两个版本(${log}),但对方说明的分叉位置前后矛盾或无法核实,${NOTHING_CUT}`,
    NOTHING_CUT,
    '重新连接时会再核对;反复出现请联系管理员检查对方程序。',
  )

/** What both share could not be passed on together with what follows it. */
export const forkTooLong = (core: Core, log: LogKey): Result<never, Failure> =>
  fail(
    'fork-too-long',
    `“${nameOf(core, log)}”的日志有两个版本(${log}),但分叉处连续未签名的记录过长,接收后无法再传给其他节点,${NOTHING_CUT}`,
    NOTHING_CUT,
    '正常程序不会写出这样的记录,请联系管理员检查作者节点。',
  )

/** The other side's program cannot say where the two part. */
export const forkTooOld = (core: Core, log: LogKey): Result<never, Failure> =>
  fail(
    'fork-old-peer',
    `“${nameOf(core, log)}”的日志有两个版本(${log}),对方程序版本较旧,说不出从哪一条起不同,${NOTHING_CUT}`,
    NOTHING_CUT,
    '请把对方程序升级到新版本,升级后自动核对并继续。',
  )
