/** What the tests take from the environment. */

/** Path of a Chromium to drive; the usual place of Linux distributions when not given. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
