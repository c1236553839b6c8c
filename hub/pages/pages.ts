/** The pages only the county hub has; they hang behind the desk's gate. */
import type { MorePages } from '#edge-node/desk/desk.ts'
import type { Registry } from '#hub/registry-port.ts'
import type { Role } from '#protocol/casework/directory.ts'
import { boardRoutes } from './board.ts'
import { CALENDAR_IMPORT, calendarRoutes } from './calendars.ts'
import { CATALOGUE, catalogueRoutes } from './catalogue.ts'
import { IMPORT, importRoutes } from './catalogue-files.ts'
import { departmentRoutes } from './departments.ts'
import { enrolmentRoutes } from './enrolment.ts'
import { itemRoutes } from './item-routes.ts'
import { letterRoutes } from './letters.ts'
import { localRuleRoutes } from './local-rules.ts'
import { nodeRoutes } from './nodes.ts'
import { peopleRoutes } from './people.ts'
import { presenceRoutes } from './presence.ts'
import { SETTINGS_PATH, settingsPath } from './records.ts'
import { regionRoutes } from './regions.ts'
import { allowOnly } from './roles.ts'
import { stationRoutes } from './stations.ts'
import { windowRoutes } from './windows.ts'

const READERS = ['coordinator', 'supervisor', 'administrator'] as const satisfies readonly Role[]

export function createHubPages(registry: Registry): MorePages {
  return {
    filePaths: [IMPORT, CALENDAR_IMPORT],
    links: [
      { href: '/hub/transfers', title: '移交看板', roles: ['coordinator', 'supervisor', 'administrator'] },
      { href: '/hub/nodes', title: '节点', roles: ['coordinator', 'supervisor', 'administrator'] },
      { href: CATALOGUE, title: '事项目录', roles: READERS },
      { href: SETTINGS_PATH, title: '登记与规则', roles: READERS },
      { href: '/hub/stations', title: '站点', roles: ['administrator', 'supervisor'] },
      { href: '/hub/people', title: '人员', roles: ['administrator', 'supervisor'] },
      { href: '/hub/enrolment', title: '节点入网', roles: ['administrator'] },
    ],
    mount(app, desk) {
      allowOnly(app, desk, CATALOGUE, { readers: READERS, writers: ['administrator'] })
      allowOnly(app, desk, SETTINGS_PATH, { readers: READERS, writers: ['administrator'] })
      app.get(SETTINGS_PATH, (context) => context.redirect(settingsPath('departments'), 303))
      for (const routes of [
        departmentRoutes,
        windowRoutes,
        letterRoutes,
        calendarRoutes,
        localRuleRoutes,
        regionRoutes,
      ])
        routes(app, desk, registry)
      presenceRoutes(app, desk)
      catalogueRoutes(app, desk)
      importRoutes(app, desk, registry) // before the items: an address of its own, not a code
      itemRoutes(app, desk, registry)
      boardRoutes(app, desk)
      nodeRoutes(app, desk, registry)
      stationRoutes(app, desk, registry)
      peopleRoutes(app, desk, registry)
      enrolmentRoutes(app, desk, registry)
    },
  }
}
