/** Every queue, message, list and wait has its limit here, with its unit in the name and its reason. */
import { CLOCK_LIMITS } from './clock-limits.ts'
import { DOOR_LIMITS } from './door-limits.ts'

export const LIMITS = {
  ...CLOCK_LIMITS,
  ...DOOR_LIMITS,
  /** Lines of a stopped case that are looked at for where its ruling is written, and as many of declines: a station takes a case some times. */
  rulingLines: 32,
  /** A frame on the wire; bigger ones stall small links and fill memory on 4 GB machines. */
  frameBytes: 256 * 1024,
  /** What a message on a link may carry around its frame. */
  frameHeaderBytes: 1024,
  /** A frame after decompression; bounds what a hostile 256 KiB frame can unpack to. */
  unpackedFrameBytes: 1024 * 1024,
  /** A pack on disk; reading one entry reads its whole pack, so packs stay small. */
  packBytes: 64 * 1024,
  /** A pack as it comes over a link: a pack with one entry of the largest size behind it; its frame stays a frame. */
  receivedPackBytes: 64 * 1024 + 128 * 1024,
  /** One entry at the door; rows on Durable Objects end at 2 MB and a form never needs this much. */
  entryBytes: 128 * 1024,
  /** So much longer may an entry be that carries another one: names, hash and signature around it are under 600 bytes. */
  carrierBytes: 1024,
  /** Content of what is written here, except directory records: carried, it is still an entry to a program of version 1. */
  writtenBytes: 126 * 1024,
  /** One Yjs update inside an edit; a section of a form is a few KB. */
  updateBytes: 64 * 1024,
  /** Entries covered by one signature at most, so that a cut frame still ends at a signed entry. */
  runEntries: 100,
  /** Frames sent and not yet acknowledged on one link; enough to keep a 200 ms link busy. */
  windowFrames: 8,
  /** Bytes sent and not yet acknowledged on one link; bounds the receiver's memory per link. */
  windowBytes: 2 * 1024 * 1024,
  /** What one frame of entries takes on a link at its measured rate: so much is repeated when the link is cut. */
  frameMilliseconds: 5_000,
  /** What may be under way on a link takes so long: the next frame never waits for an acknowledgement that is near. */
  windowMilliseconds: 12_500,
  /** So many entries that the parent lacks of one's own logs go on in a new log: what is captured now does not wait for them. */
  overtakenEntries: 100,
  /** First frames on a link of unknown rate: 8 seconds at 16 kbit/s; smaller ones cost a county that comes back more commits. */
  firstFrameBytes: 16 * 1024,
  /** Frames get no smaller than this, however slow the link: smaller ones compress badly. */
  leastFrameBytes: 4 * 1024,
  /** Bytes given to a socket and not yet sent; twice the window, so only a peer that stopped reading gets there. */
  sendBufferBytes: 4 * 1024 * 1024,
  /** Frames kept for a connection that nobody listens to yet; an honest peer waits for an answer after two. */
  unheardFrames: 16,
  /** Write requests committed together; beyond it a commit blocks the desk noticeably. */
  groupRequests: 256,
  /** Entries after which a group takes in no further request: the commit of so many is some 25 ms, in which nobody reads. */
  groupEntries: 1_000,
  /** Steps of the work on a group's entries in one go: each entry is followed, placed and folded, so about 15 ms. */
  sliceSteps: 1_000,
  /** Unpacked bytes of all links waiting for the write queue: beyond it frames stay packed, links unread, new ones come back. */
  admissionQueueBytes: 64 * 1024 * 1024,
  /** Of them those of one link: a window of honest frames, which unpack to about half a megabyte each. */
  linkQueueBytes: 4 * 1024 * 1024,
  /** Entries of one author that a node takes from below at full speed: years of a busy township after a county was put back. */
  authorBurstBytes: 512 * 1024 * 1024,
  /** By so much an hour that fills up again: an hour of imports; a hostile member fills 6 GB a day and people read of it. */
  authorHourBytes: 256 * 1024 * 1024,
  /** An entry counts there as so many bytes at least: however short it is, it takes as much time as one of a kilobyte (measured). */
  leastEntryBytes: 1024,
  /** A link whose author is beyond both is not read for so long at most: other messages wait as well, the largest frame takes 15 s. */
  authorRestMilliseconds: 20_000,
  /** Open links on one node; a county has 55 stations, this leaves room for ten counties. */
  links: 600,
  /** Links from below that one key may have: a few copies of a machine, and some that nobody has noticed to be dead. */
  linksOfPeer: 16,
  /** Links whose peer has not proved its key yet; beyond, one goes: a county's stations prove themselves in a second. */
  unprovedLinks: 200,
  /** Frames from a peer that has not proved its key, and after the end of a link: two lead there, and a window may follow at once. */
  unprovedFrames: 100,
  /** Pings and pongs on a link within heartbeatMilliseconds: our programs send none, a proxy one in some seconds. */
  controlFrames: 60,
  /** Parts of one message: our programs send one, a proxy may cut it into buffers of some kilobytes. */
  messageFragments: 128,
  /** Addresses that one budget of a door remembers; a county's network has some hundred computers, each is 100 bytes. */
  callers: 4_000,
  /** Logs of one node that others take: a record that revokes it names each and has to fit an entry, a stream is told in one message. */
  logsOfNode: 800,
  /** A version that a program says of itself, in characters; with it a full list of reports stays inside a message. */
  versionCharacters: 40,
  /** Logs named in one frontier; 600 nodes with several incarnations each. */
  frontierLogs: 20_000,
  /** Heights told of a forked log in one message; with doubling steps they reach back over any log. */
  forkRungs: 64,
  /** Questions until the height at which two versions of a log part is exact; each leaves a sixtieth of the gap, so six do for any log. */
  forkQuestions: 10,
  /** Receipts in one message; each is about 200 bytes, a message stays inside a frame. */
  messageReceipts: 500,
  /** Receipts told again to a child that comes back; a child with more of them has a fault that people see anyway. */
  standingReceipts: 5_000,
  /** What a child has acknowledged of them is told again after this time: it may have rebuilt what it holds. */
  standingAgainMilliseconds: 24 * 60 * 60_000,
  /** A link without any sign of life for this long is dropped (half-open TCP). */
  silenceMilliseconds: 30_000,
  /** A link sends a sign of life this often while idle. */
  heartbeatMilliseconds: 10_000,
  /** A machine that does not answer a call for this long is not there; on a poor line the answer is lost twice. */
  connectMilliseconds: 15_000,
  /** A handshake that takes longer is given up; TLS, upgrade, hello and proof are four round trips of 2 s and some KB. */
  handshakeMilliseconds: 45_000,
  /** A revoked node that has more to deliver and sends nothing for this long is let go; it may come again. */
  deliveryMilliseconds: 5 * 60_000,
  /** Entries that a revocation names one by one, because forks had cut them off: 67 KB of a record; a fork leaves some tens. */
  revokedEntries: 1_000,
  /** Pauses before reconnecting may always be this long: every child of a parent that restarts calls again. */
  reconnectBaseMilliseconds: 2_000,
  /** Longest pause before reconnecting: people expect the network back within a minute. */
  reconnectCapMilliseconds: 60_000,
  /** A link that lived this long and was then refused begins the back-off anew. */
  healthyMilliseconds: 60_000,
  /** A clock that is ahead by so much after a pause tells that the computer slept; no machine is held up as long. */
  sleepMilliseconds: 30_000,
  /** Pauses of the uplink are cut into pieces this long, so that waking up is noticed; as often a program looks for what the command wrote. */
  wakeCheckMilliseconds: 5_000,
  /** After a start nodes first call their parent spread over this time: a county's power comes back at once. */
  coldSlotMilliseconds: 3_000,
  /** Pause after a refusal that only a person can lift; long, but nobody has to travel to the village afterwards. */
  refusedPauseMilliseconds: 10 * 60_000,
  /** A program that is told to stop is gone after this long, whatever its links and browsers do. */
  stopMilliseconds: 8_000,
  /** The sidecar follows the heads at most this often; each refresh is an fsync of a small file. */
  sidecarMilliseconds: 1_000,
  /** Lines of the log that could not be written yet are kept up to here, then the newest are lost. */
  unwrittenLogBytes: 1024 * 1024,
  /** A disk that refused is tried again after this time even when nobody writes, so that the health is true within a minute. */
  sidecarRetryMilliseconds: 60_000,
  /** The database is looked through at most this often while the program runs, and after an end that was none. */
  checkMilliseconds: 24 * 60 * 60_000,
  /** The first look through the database waits until the start, with its first sync, is over. */
  checkAfterMilliseconds: 60_000,
  /** Lines of a list inside a fact (what is missing, who attended); a form page holds no more. */
  factLines: 100,
  /** A short text or a line of a list, in characters. */
  lineCharacters: 200,
  /** Text of one form field, in characters. */
  fieldCharacters: 4_000,
  /** A note or an opinion, in characters. */
  noteCharacters: 4_000,
  /** Pieces of a text that are walked along until all stand at their places (documents/piece-list.ts); people who wrote alone for a year cause thousands. Another number is another text, so a level. */
  textSteps: 2_000_000,
  /** Fields in a section, materials on a list. */
  sectionKeys: 200,
  /** Fields of one record in a section; a material has five. */
  recordFields: 16,
  /** Copies of one material handed in. */
  materialCopies: 999,
  /** Ranges one update may delete; a note of noteCharacters cannot have more pieces. */
  deletedRanges: 4_000,
  /** Sections of a case that have a seal: a form has about ten, and each fact looks at all of them. */
  sealedSections: 64,
  /** Edits of one station in one case; beyond it that station writes facts only. What others write counts for them. */
  stationEdits: 5_000,
  /** Entries carried into other streams with one commit: few for one case, so that others' acts come between. */
  carriedEntries: 200,
  /** Documents kept decoded in memory; more only saves reads. */
  cachedDocuments: 400,
  /** Memory for decoded cases, by estimate: all that are kept are short, or few are long. A case of stationEdits edits is 4 MB. */
  cachedCaseBytes: 64 * 1024 * 1024,
  /** Memory for sections that are open, by estimate: a form takes up to ten times the bytes of its updates, a text in tiny pieces thirty (measured). */
  openSectionBytes: 32 * 1024 * 1024,
  /** Places of a document that are written again with its next entry: a page of the database; a case of ninety entries has fewer. */
  growingPlaceBytes: 4 * 1024,
  /** Packs kept in memory after reading; the entries of one case lie in few packs. */
  cachedPackBytes: 4 * 1024 * 1024,
  /** Statements kept prepared on a connection: all that programs run are under a hundred; lists vary with their filters. */
  preparedStatements: 200,
  /** Pages SQLite keeps in memory; with less, a large commit spills to disk before it ends. */
  databaseCacheBytes: 16 * 1024 * 1024,
  /** Packs looked at for one range read; packs of single acts are small, so bytes alone would not bound the rows. */
  packsPerRead: 2_000,
  /** Years of a calendar; a case lives a few years, and each year is 365 days in memory. */
  calendarYears: 60,
  /** Working days of one limit that is explained day by day; the longest limit of the law is 60. */
  deadlineDays: 500,
  /** Pauses of one limit that is explained; a case has one or two special procedures. */
  deadlinePauses: 100,
  /** Steps from an abolished region code to the one in force; each step is one reform. */
  regionSteps: 10,
  /** Cases judged anew in one request of the write queue: about 15 ms, the longest that a person's act waits for it. */
  sliceCases: 20,
  /** Cases listed in one request behind the commit of their entries: some 15 ms, in pieces; more only gains a little. */
  listedCases: 100,
  /** Groups of others before a list has its turn all the same: so many frames bring a thousand entries each. */
  groupsBeforeList: 8,
  /** Cases that may be stored and not listed before the links wait for the list: some seconds of folding, a megabyte of names. */
  unlistedCases: 10_000,
  /** Cases with facts of foreign people that are looked up to be judged anew, half a megabyte of names; of more, all are judged. */
  foreignDocuments: 10_000,
  /** Pause between two such requests, in which everybody else has a turn. */
  slicePauseMilliseconds: 5,
  /** A new day is noticed this late at most, also when a clock is set right or a computer wakes up. */
  dayCheckMilliseconds: 10 * 60_000,
  /** Cases a text is looked for first, the latest ones: a text that one case in a hundred has fills its page there, in 2 ms. */
  recentCases: 5_000,
  /** A text that so many of them have is common: the index of terms would gather tens of thousands of cases for it. */
  commonHits: 50,
  /** Cases a text finds by the index of terms: they are read and sorted, 15 ms; more are looked for in the order of the list. */
  termHits: 5_000,
  /** Rows on one page of a list. */
  pageRows: 50,
  /** Cases on one hand-over list: a person's open work is tens of cases, and the record must fit an entry. */
  handoverCases: 300,
  /** An absence (去向) as JSON, in characters: two short texts and ten small fields, tenfold. */
  absenceCharacters: 4_000,
  /** A consultation (首问) as JSON, in characters: question and answer of noteCharacters each, lines and quotes escaped. */
  consultationCharacters: 16_000,
  /** A hand-over list as JSON, in characters: handoverCases numbers of fifty characters. */
  handoverCharacters: 16_000,
  /** Parts of one record of a station beside the numbers on a hand-over list: it has 13, and an empty part takes 50 bytes of memory. */
  stationRecordParts: 60,
  /** Absences of one station on the lists, the latest written: with their longest texts 16 MB of memory. */
  listedAbsences: 2_000,
  /** Consultations of one station on the lists: 20 days of a busy hall, years of a village; with their longest texts 64 MB of memory. */
  listedConsultations: 2_000,
  /** Hand-over lists of one station on the lists: tens a year; with their longest lists 20 MB of memory. */
  listedHandovers: 500,
  /** A text in the audit log, in characters: what it is about or more in words; a list of file or record names is cut to it. */
  auditCharacters: 400,
  /** Events of one kind by one person, or from one address, that a node writes down in a minute; more are counted. Nobody works as fast; guesses have no end. */
  auditPerMinute: 60,
  /** Events of one kind by people who are not signed in, from all addresses, that are written in a minute: a whole hall that forgot its passwords; addresses have no end. */
  auditStrangersPerMinute: 300,
  /** Events remembered as just written, so that a page that refreshes itself is one: all that a hall's people open in an hour. */
  auditRecent: 2_000,
  /** Entries of the audit log, with the days and documents in which they lie, looked at for one page of it: days of a whole county, about a second. */
  auditReadEntries: 20_000,
  /** Entries of its own that a node looks at for one page of what it recorded under a wrong day: about a second. */
  dayRecordEntries: 20_000,
  /** Entries of one station on one day that can be read, the last ones: a busy hall has thousands, a flood has no end. */
  auditDayPlaces: 50_000,
  /** Days with a wrong clock that the page of the audit log links: each machine makes one or two; hostile ones make a century of them. */
  auditStrangeDays: 30,
  /** Pages of the audit log in one file that an auditor takes out: 10,000 lines, a second or two; the file says where the next begins. */
  auditFilePages: 200,
  /** Cases of one person whose readings are found by the person's name or number. */
  auditCases: 20,
  /** Pages of cases looked through for them: names that contain the name are found as well; some milliseconds each. */
  auditCasePages: 40,
  /** Facts set aside that the head of a case page names, the latest: a fork or a silent holder leaves a few. */
  shownAsides: 5,
  /** Changes behind a seal that a case page shows, the latest: more would be read by nobody, all are in the log. */
  shownChanges: 50,
  /** Seals of which a case page shows what they took over, the last: few cases have more, and each is gone through edit by edit. */
  shownResealings: 6,
  /** Edits behind a seal that are gone through one by one for these, the latest: people make a few, a hostile station thousands. */
  walkedEdits: 200,
  /** Bytes of a section times edits gone through: each step reads all of it, and this much takes under half a second. */
  walkedBytes: 8 * 1024 * 1024,
  /** Stations of an audit question that are looked up one by one on each day; for more the day's list of all stations is read. */
  auditLookUps: 4,
  /** Version of a record by anybody but the root: the end of the year 9999 in milliseconds. Above it only the county writes. */
  recordVersion: 253_402_300_799_999,
  /** Entries of directory records read at once when they are placed again: a hostile station has gigabytes of them. */
  recordReadBytes: 4 * 1024 * 1024,
  /** Rows looked through for fees; a county has some thousand charged cases a year. */
  feeSearchRows: 20_000,
  /** Cases of a vertical system in one import file; each is up to five facts, so a file takes some seconds. */
  importRows: 500,
  /** Cases looked at for one answer of an export; each is folded, 50 µs to 1 ms. */
  exportCases: 2_000,
  /** A file to import; 5,000 items as a spreadsheet are about 1 MB, as CSV 8 MB. */
  catalogueBytes: 32 * 1024 * 1024,
  /** What a spreadsheet of a catalogue may unpack to: catalogueRows of items, half filled; read, it takes ten times as much. */
  unpackedCatalogueBytes: 64 * 1024 * 1024,
  /** Places of a sheet, rows times columns: catalogueRows of two hundred columns; each takes 8 bytes, filled or not. */
  sheetCells: 4_000_000,
  /** Parts of a spreadsheet file; a workbook has some tens. */
  archiveEntries: 1_000,
  /** A code of an item; the longest of GB/T 39046 has 33 characters. */
  itemCodeCharacters: 36,
  /** An item's record; with what the office adds it must fit one entry, and a character takes up to four bytes. */
  itemBytes: 124 * 1024,
  /** Departments that handle an item together with its own; a county has about 35. */
  coDepartments: 100,
  /** Names on the list of one green channel; a longer list is kept as a file and named here. */
  listedNames: 1_000,
  /** Rows of a catalogue file; a county has about 2,000 items. */
  catalogueRows: 20_000,
  /** Characters in one cell, which is all that spreadsheet programs keep. */
  cellCharacters: 32_767,
  /** Directory records written in one commit; more would keep the desk waiting. */
  publishedRecords: 500,
  /** A sign-in without any request ends. */
  idleMinutes: 30,
  /** Wrong passwords before an account locks (GB/T 22239-2019, login-failure handling). */
  passwordAttempts: 5,
  /** How long a locked account stays locked. */
  lockMinutes: 15,
  /** Wrong passwords further apart than this are not counted together. */
  attemptWindowMinutes: 15,
  /** Wrong passwords for one name from all addresses together: ten strangers; beyond it, only familiar addresses may try. */
  accountAttempts: 50,
  /** Addresses that are familiar for one account: the desks where somebody sits, and their former addresses. */
  familiarCallers: 8,
  /** Names without an account whose wrong passwords are counted; bounds what guessing can fill. */
  strangerNames: 500,
  /** So many user names with a wrong password from one address are no mistakes any more: fewer people share a computer. */
  sprayedNames: 10,
  /** They are counted together within this time. */
  sprayWindowMinutes: 10,
  /** Longest wait of an address that tries many names: 20 passwords in ten minutes, while a colleague there still gets in. */
  sprayPauseMilliseconds: 30_000,
  /** Shortest password (GB/T 22239-2019 practice). */
  passwordLeastCharacters: 8,
  /** Longest password; more only costs hashing time. */
  passwordCharacters: 128,
  /** Work of a password hash, scrypt's N as a power of two: 32 MB and 100 to 200 ms on an office computer. */
  passwordCost: 15,
  /** The same as programs before 0.3.0 take it, who write no number. */
  oldPasswordCost: 14,
  /** More than this a record cannot ask for: 256 MB, and a second or two of everybody who signs in. */
  mostPasswordCost: 18,
  /** Sign-ins open at one node; a county hall has about 200 windows, with room for department systems. */
  signIns: 2_000,
  /** Sign-ins of one person, so that a program that signs in for every request ends only its own. */
  signInsPerPerson: 10,
  /** Live pages of one sign-in; a browser opens six connections to one machine. */
  liveStreams: 12,
  /** Live pages of all: one for each sign-in that may be open; of the connections there are a thousand left for all else. */
  liveStreamsInAll: 2_000,
  /** Sign-ins of one address that wait for each other; each costs 100 to 200 ms of processor, people wait some seconds. */
  signInsWaiting: 40,
  /** Sign-ins that wait or are checked, of all addresses where somebody has signed in before, and as many of all others. */
  signInsWaitingInAll: 400,
  /** Sign-ins checked at once: Node hashes with four threads, and files and the database need one of them. */
  signInsChecked: 3,
  /** A sign-in in use is renewed on disk this often; each renewal is a write. */
  renewSeconds: 60,
  /** Stations that a row of the lists names beside home and holder: a case that forty have worked on is found by number. */
  rowStations: 40,
  /** Answers kept for department systems that ask again with the same key after a lost answer. */
  keptAnswers: 5_000,
  /** How long such an answer is kept; a retry comes within minutes, a system repaired overnight within hours. */
  keptAnswerHours: 24,
  /** An enrolment code lives this long. */
  enrolmentCodeMinutes: 60,
  /** Enrolment codes open at once; a county opens its points in groups, and each code is a way in. */
  enrolmentCodes: 100,
  /** Wrong codes of one address in a minute; each costs a scrypt. */
  enrolmentAttemptsPerMinute: 20,
  /** The same at a node that hands them on: its parent counts them as this node's, so that three strangers here close nobody's way. */
  relayedAttemptsPerMinute: 5,
  /** Wrong codes of all addresses in a minute: ten that do nothing else; 40 bits stand far beyond this in an hour. */
  enrolmentAttemptsInAllPerMinute: 200,
  /** Body of an enrolment request or answer: two keys, a chain of stations, signatures. */
  enrolmentBytes: 16 * 1024,
  /** Answer to who asks where it belongs: two entries, each with what proves it, in hex. */
  placementBytes: 4 * (128 * 1024 + 1024) + 1024,
  /** Questions (who are you, where does a node belong) of one address in a minute: a county behind one address has as many links. */
  doorQuestionsPerMinute: 600,
  /** Questions of all addresses in a minute; an answer costs 0.1 ms, so this is a hundredth of a processor. */
  doorQuestionsInAllPerMinute: 6_000,
  /** Beyond that a question waits up to this long; whoever asks gives up after handshakeMilliseconds. */
  doorWaitMilliseconds: 20_000,
  /** A step of enrolment that takes longer is given up: a relay may have to wait for the county. */
  enrolmentMilliseconds: 60_000,
  /** A node's own certificate is good for this long: what browsers and systems last allowed certificates to be. */
  certificateDays: 825,
  /** With less than this left it is made anew: a machine that is switched on once in a year has a good one. */
  certificateRenewalDays: 365,
  /** While a program runs, its certificate is looked at this often. */
  certificateCheckMilliseconds: 24 * 60 * 60_000,
  /** Addresses of one node: wire, radio and office network, each old and new. */
  nodeAddresses: 6,
  /** One address; longer ones are no addresses that somebody reads out. */
  addressCharacters: 200,
  /** A parent that could not be reached for this long is asked for elsewhere; a restart or a short outage is shorter. */
  parentSearchMilliseconds: 10 * 60_000,
  /** A node above the parent is asked this often although all seems well: a parent that was replaced may still answer. */
  parentQuestionMilliseconds: 6 * 60 * 60_000,
  /** A node's word that nothing is unsent there counts once its link has lived so long: before, its parent may still be compared with. */
  settledLinkMilliseconds: 5 * 60_000,
  /** Findings in memory and shown; older ones are in the log file. What is to be checked stays beside them. */
  findingsKept: 100,
  /** Nodes with an older program that a page names: of a county of hundreds so many say where to begin. */
  namedNodes: 20,
  /** Problems of a record that one message names: so many say enough. */
  namedProblems: 5,
  /** Parts within parts of a directory record; its own go a tenth as deep, and what lists them walks through all. */
  recordDepth: 64,
} as const

/** A whole message on a link: longer ones end the link before they are read into memory. */
export const MESSAGE_BYTES = LIMITS.frameBytes + LIMITS.frameHeaderBytes
