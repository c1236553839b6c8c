/** Who may open and who may change a hub page; checked on every request, whatever the navigation shows. */
import type { Hono, MiddlewareHandler } from 'hono'
import { hasRole } from '#edge-node/commands/roles.ts'
import { isReading } from '#edge-node/desk/gate.ts'
import { problemPage } from '#edge-node/desk/problems.ts'
import type { Desk, DeskEnv } from '#edge-node/desk/visit.ts'
import { ROLES, type Role } from '#protocol/casework/directory.ts'

const words = (roles: readonly Role[]) => roles.map((role) => ROLES[role]).join('、')

/** Closes everything under a path to people without one of the roles; changes need one of `writers`. */
export function allowOnly(
  app: Hono<DeskEnv>,
  desk: Desk,
  path: string,
  roles: { readonly readers: readonly Role[]; readonly writers: readonly Role[] },
): void {
  const guard: MiddlewareHandler<DeskEnv> = async (context, next) => {
    const { actor } = context.get('visit')
    const reading = isReading(context)
    const needed = reading ? roles.readers : roles.writers
    if (hasRole(actor, ...needed)) return next()
    return problemPage(context, desk, {
      status: 403,
      message: `这一页由${words(needed)}${reading ? '查看' : '办理'},您的岗位不能${reading ? '查看' : '改动'}`,
      kept: '没有改动任何数据',
      next: '需要时请联系县中心管理员',
    })
  }
  app.use(path, guard)
  app.use(`${path}/*`, guard)
}
