/** The acting person as casework asks for it. */
import type { Core } from '../core.ts'
import type { Actor } from '../office.ts'

/** Code and names of the department that employs a person; none for people of a hall itself. */
function departmentsOf({ directory }: Core, { person }: Actor): readonly string[] {
  const code = directory.person(person)?.department
  if (code === undefined || code === '') return []
  const department = directory.department(code)
  return department === undefined ? [code] : [code, department.name, department.shortName]
}

/** The actor as casework asks for it. */
export const workActor = (core: Core, actor: Actor) => ({
  station: actor.station,
  person: actor.person,
  roles: actor.roles,
  transcribes: actor.transcribes === true,
  departments: departmentsOf(core, actor),
  root: core.isRoot,
  connected: core.neighbours.parentConnected,
})
