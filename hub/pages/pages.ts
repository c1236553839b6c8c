/** The pages only the county hub has; they hang behind the desk's gate. */
import type { MorePages } from '#edge-node/desk/desk.ts'
import type { Registry } from '#hub/registry-port.ts'
import { boardRoutes } from './board.ts'
import { enrolmentRoutes } from './enrolment.ts'
import { nodeRoutes } from './nodes.ts'
import { peopleRoutes } from './people.ts'
import { stationRoutes } from './stations.ts'

export function createHubPages(registry: Registry): MorePages {
  return {
    links: [
      { href: '/hub/transfers', title: '移交看板', roles: ['coordinator', 'supervisor', 'administrator'] },
      { href: '/hub/nodes', title: '节点', roles: ['coordinator', 'supervisor', 'administrator'] },
      { href: '/hub/stations', title: '站点', roles: ['administrator', 'supervisor'] },
      { href: '/hub/people', title: '人员', roles: ['administrator', 'supervisor'] },
      { href: '/hub/enrolment', title: '节点入网', roles: ['administrator'] },
    ],
    mount(app, desk) {
      boardRoutes(app, desk)
      nodeRoutes(app, desk, registry)
      stationRoutes(app, desk, registry)
      peopleRoutes(app, desk, registry)
      enrolmentRoutes(app, desk, registry)
    },
  }
}
