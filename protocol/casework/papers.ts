/** The printed documents (文书) of SOURCES.md section 7, by code. */

/** What each is called, and the mark of its kind in document numbers (文号). */
export const PAPERS = {
  D01: { title: '代办委托书和代收凭证', mark: '代' },
  D02: { title: '收件凭证', mark: '收' },
  D03: { title: '受理通知书', mark: '受' },
  D04: { title: '补正告知书', mark: '补' },
  D05: { title: '补正材料收件凭证', mark: '补收' },
  D06: { title: '不予受理通知书', mark: '不受' },
  D07: { title: '特别程序告知书', mark: '特' },
  D08: { title: '延期通知书', mark: '延' },
  D10: { title: '核查笔录', mark: '核' },
  D11: { title: '决定书', mark: '决' },
  D12: { title: '办结通知书', mark: '办' },
  D13: { title: '送达回证', mark: '送' },
  D14: { title: '移交单', mark: '移' },
  D15: { title: '联办通知单', mark: '联' },
  D16: { title: '上报件通知书', mark: '报' },
  D18: { title: '缴款通知', mark: '缴' },
  D22: { title: '卷内目录', mark: '卷' },
  D25: { title: '更正编号告知书', mark: '更' },
} as const
export type PaperCode = keyof typeof PAPERS

export const PAPER_CODES = Object.keys(PAPERS) as readonly PaperCode[]
