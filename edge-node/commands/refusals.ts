/** Refusals that every door says in the same words, whoever asks. */
import type { Failure } from '#protocol/result.ts'

const NOTHING_KEPT = '没有写入任何数据'

/** Said to supervisors, whatever other roles they have. */
export const READS_ONLY: Failure = {
  code: 'reads-only',
  message: '监察员只能查看,不能改动办件',
  kept: NOTHING_KEPT,
  next: '发现问题请联系主办站点或县中心协调员',
}

/** Said to people whose roles have no part in handling cases. */
export const NOT_AN_EDITOR: Failure = {
  code: 'not-authorised',
  message: '您的岗位不填写办件内容',
  kept: '办件没有变化',
  next: '请由主办站点的代办员、窗口人员、承办人或首席代表填写',
}

/** People who handle no cases take none in either. */
export const NO_EXCHANGE: Failure = {
  code: 'not-authorised',
  message: '您的岗位不办理办件,不能补录办件',
  kept: NOTHING_KEPT,
  next: '请由窗口人员、承办人或首席代表导入',
}

/** Unknown and foreign cases answer alike, so that guessing a number tells nobody what exists elsewhere. */
export const CASE_UNKNOWN: Failure = {
  code: 'unknown-case',
  message: '本机没有这个办件,或者它不归本站查看',
  kept: NOTHING_KEPT,
  next: '请核对编号;别的站点的办件要等同步到达,或到该站点、县中心查询',
}

/** The same for what a station or the county keeps. */
export const RECORD_UNKNOWN: Failure = {
  code: 'unknown-record',
  message: '没有这条记录,或它不归本站点查看',
  kept: NOTHING_KEPT,
  next: '请核对代码;县里新发布的记录要等同步到达',
}

/** Said by every node that has no register of the county. */
export const NOT_ROOT: Failure = {
  code: 'not-root',
  message: '目录资料只能在县中心发布',
  kept: NOTHING_KEPT,
  next: '请到县中心的电脑上办理,发布后随同步到达本机',
}
