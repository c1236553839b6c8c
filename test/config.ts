/** What the tests take from the environment. */

/** Path of a Chromium to drive instead of the one that is found; empty when not given. */
export const CHROMIUM = process.env.CHROMIUM ?? ''

/** Path of the program of libsql-server, to try the adapter by address against it; empty when not given. */
export const SQLD = process.env.SQLD ?? ''

/** Where the system keeps its programs. */
export const PROGRAM_FOLDERS = process.env.PATH ?? ''

/** The environment of a program that a test starts: ours, with some variables as given. */
export const environmentWith = (values: Readonly<Record<string, string>>): Record<string, string | undefined> => ({
  ...process.env,
  ...values,
})
