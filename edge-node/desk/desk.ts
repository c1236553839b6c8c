/** The desk: pages where staff work, on any node and any runtime. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import type { ParentDoor } from '#edge-node/commands/station/parent-address.ts'
import type { Office } from '#protocol/engine/office.ts'
import { isBrokenOff } from '#protocol/transport/callers.ts'
import { failureOf } from './api/statuses.ts'
import { auditRoutes } from './audit-page.ts'
import { captureRoutes } from './capture/capture.ts'
import { caseRoutes } from './case/case-page.ts'
import { clockRoutes } from './case/clock-page.ts'
import { paperRoutes } from './case/papers.ts'
import { receiptRoutes } from './case/receipt.ts'
import { absenceRoutes } from './counter/absences.ts'
import { consultationRoutes } from './counter/consultations.ts'
import { feeMonthRoutes } from './counter/fee-month.ts'
import { feeRoutes } from './counter/fees.ts'
import { handoverRoutes } from './counter/handovers.ts'
import { jointRoutes } from './counter/joint-page.ts'
import { exchangeRoutes } from './exchange/pages.ts'
import { keepGate, keepHeaders } from './gate.ts'
import { deadlineRoutes } from './guide/deadline-page.ts'
import { guideRoutes } from './guide/guide.ts'
import { representativeRoutes } from './guide/representatives.ts'
import { liveRoutes } from './live.ts'
import { failurePage, notFound, unaskedPage } from './problems.ts'
import { searchRoutes } from './search.ts'
import { displayRoutes, signInRoutes } from './sign-in.ts'
import { syncRoutes } from './sync-page.ts'
import type { Desk, DeskEnv, PageLink } from './visit.ts'
import { workRoutes } from './work.ts'

/** Pages that only some installations have, such as the hub's. */
export interface MorePages {
  readonly links: readonly PageLink[]
  /** Addresses of theirs whose forms carry a file. */
  readonly filePaths: readonly string[]
  /** Adds the pages behind the gate. */
  mount(app: Hono<DeskEnv>, desk: Desk): void
}

export interface DeskOptions {
  readonly office: Office
  readonly accounts: Accounts
  /** Name of the installation, such as 安县政务服务网. */
  readonly title: string
  /** Whether it is served over TLS. */
  readonly secure: boolean
  readonly hubPages?: MorePages
  /** Where the node's parent is; absent at the root. */
  readonly parent?: ParentDoor
  /** Told of what a person did that the node keeps nowhere else, for the program's log. */
  readonly noted?: Desk['noted']
  /** Told of errors that nobody expected; people see words, this sees the error. */
  readonly onFault?: (error: Error) => void
}

const LINKS: readonly PageLink[] = [
  { href: '/', title: '我的工作', roles: [] },
  { href: '/capture', title: '新办件', roles: ['agent', 'clerk', 'handler', 'chief'] },
  { href: '/transfers', title: '移交', roles: [] },
  { href: '/joint', title: '联办', roles: ['clerk', 'handler', 'chief'] },
  { href: '/search', title: '查询', roles: [] },
  { href: '/consultations', title: '首问', roles: ['agent', 'clerk', 'handler', 'chief'] },
  { href: '/fees', title: '收费', roles: ['cashier', 'chief', 'coordinator', 'supervisor'] },
  { href: '/absences', title: '去向', roles: [] },
  { href: '/handovers', title: '交接', roles: ['clerk', 'handler', 'chief'] },
  { href: '/exchange', title: '数据交换', roles: ['clerk', 'handler', 'chief', 'coordinator', 'supervisor'] },
  { href: '/guide', title: '办事指南', roles: [] },
  { href: '/sync', title: '同步与安全', roles: [] },
  { href: '/audit', title: '审计日志', roles: ['auditor'] },
]

/** The desk as a Hono app. Static files are not part of it: mains add them with {@link serveAssets}. */
export function createDesk(options: DeskOptions): Hono<DeskEnv> {
  const { office, accounts, title, secure, hubPages } = options
  const desk: Desk = {
    office,
    accounts,
    title,
    secure,
    links: [...LINKS, ...(hubPages?.links ?? [])],
    filePaths: hubPages?.filePaths ?? [],
    noted: options.noted ?? (() => {}),
    undrawn: options.onFault ?? (() => {}),
    ...(options.parent ? { parent: options.parent } : {}),
  }
  const app = new Hono<DeskEnv>()
  app.onError((error, context) => {
    if (error instanceof HTTPException) return unaskedPage(context, desk, error.status as ContentfulStatusCode)
    if (isBrokenOff(context, error)) return unaskedPage(context, desk, 400)
    options.onFault?.(error)
    return failurePage(context, desk, failureOf(error))
  })
  app.notFound((context) => notFound(context, desk))
  keepHeaders(app, desk)
  signInRoutes(app, desk)
  keepGate(app, desk)
  displayRoutes(app, desk)
  workRoutes(app, desk)
  captureRoutes(app, desk)
  receiptRoutes(app, desk)
  paperRoutes(app, desk)
  clockRoutes(app, desk)
  caseRoutes(app, desk)
  consultationRoutes(app, desk)
  feeRoutes(app, desk)
  feeMonthRoutes(app, desk)
  absenceRoutes(app, desk)
  handoverRoutes(app, desk)
  jointRoutes(app, desk)
  searchRoutes(app, desk)
  exchangeRoutes(app, desk)
  guideRoutes(app, desk)
  representativeRoutes(app, desk)
  deadlineRoutes(app, desk)
  syncRoutes(app, desk)
  auditRoutes(app, desk)
  liveRoutes(app, desk)
  hubPages?.mount(app, desk)
  app.all('*', (context) => notFound(context, desk))
  return app
}
