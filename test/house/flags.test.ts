/** What people start by hand runs as what the sample county and the tests start. */
import { expect, test } from 'vitest'
import { bundlePath, NODE_FLAGS, type ProgramName } from '#edge-node/build.ts'
import description from '../../package.json' with { type: 'json' }

test('H55 the scripts start both programs with the flags that the sample county gives them', () => {
  for (const name of ['hub', 'edge-node'] satisfies ProgramName[])
    expect(description.scripts[name]).toContain(`node ${NODE_FLAGS.join(' ')} ${bundlePath(name)}`)
})
