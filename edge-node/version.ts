/** The program's version, from the one place where it is written. */
import description from '../package.json' with { type: 'json' }

export const VERSION: string = description.version
