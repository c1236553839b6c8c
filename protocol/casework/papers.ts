/** The printed documents (文书) of SOURCES.md section 7: titles, and which must be there before a case is archived. */
import type { Stage } from './case.ts'

/** Documents that facts make, by code. */
export const PAPERS = {
  D01: '代办委托书和代收凭证',
  D02: '收件凭证',
  D03: '受理通知书',
  D04: '补正告知书',
  D05: '补正材料收件凭证',
  D06: '不予受理通知书',
  D07: '特别程序告知书',
  D08: '延期通知书',
  D10: '核查笔录',
  D11: '决定书',
  D12: '办结通知书',
  D13: '送达回证',
  D14: '移交单',
  D15: '联办通知单',
  D16: '上报件通知书',
  D18: '缴款通知',
  D22: '卷内目录',
} as const
export type PaperCode = keyof typeof PAPERS

/** What a file must hold before it is archived, by the stage in which the case ended. */
export const REQUIRED_PAPERS: Readonly<Partial<Record<Stage, readonly PaperCode[]>>> = {
  '70': ['D02', 'D11', 'D13'],
  '80': ['D02', 'D06'],
  '81': ['D02', 'D06'],
  '82': ['D02', 'D06'],
  '84': ['D02', 'D04', 'D12'],
}
