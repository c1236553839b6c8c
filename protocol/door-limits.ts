/** Limits of the HTTP doors: what strangers and people may send, hold open and make a node hold. */
export const DOOR_LIMITS = {
  /** Open connections without links: small systems give a program 4,096 sockets and files in all. */
  connections: 3_000,
  /** Those of one address: a browser opens six and its live pages; a hall of 200 windows behind one address has two for each. */
  connectionsOfCaller: 500,
  /** Requests over one connection that are not answered yet: browsers and programs send the next one after the answer. */
  requestsOfConnection: 8,
  /** Chunks of one body that may be tiny: a program that writes a form field by field sends some hundred; they cost 2 ms. */
  tinyChunks: 1_000,
  /** What more chunks must have in them on average: programs fill them with kilobytes. The longest form has no more than the first thousand then, and each one kept costs more than its bytes. */
  chunkBytes: 256,
  /** The first message of TLS: two kilobytes with a key of the newest kind, some more with a long ticket; one record holds as much. */
  helloBytes: 16 * 1024,
  /** Records in which it comes: one; programs that hide a name from who looks on make some of it. Each costs OpenSSL what a piece does. */
  helloRecords: 8,
  /** Reads in which it comes: the poorest line carries 250 bytes at once, and each is a call and a buffer. */
  helloPieces: 64,
  /** Pieces of a connection that may be tiny, one after the other: over TLS each record is one, and a body of a thousand tiny chunks has two for each. */
  tinyPieces: 2_000,
  /** Tiny pieces that all connections of one address owe together: 20 ms of the program, which nobody else has meanwhile. */
  tinyPiecesOfCaller: 5_000,
  /** Those of all addresses: 90 ms. */
  tinyPiecesInAll: 20_000,
  /** What a connection may owe even then: a head that is written word by word, and no flood of 3,000 connections. */
  tinyPiecesInCrowd: 64,
  /** Bytes that pay for a piece: programs fill records with kilobytes, and the poorest line still carries 500 bytes at once. */
  pieceBytes: 256,
  /** Pieces that a request or a message pays for: a head that is written line by line has some ten. */
  piecesOfWhole: 16,
  /** An answer of which nothing is taken for so long is not waited for: a slow line empties a third of the system's buffer, some 40 KB, at once. */
  unreadMilliseconds: 30_000,
  /** Texts that are shown again to whoever is no longer signed in, in characters: eight of the longest notes. */
  keptCharacters: 32_000,
  /** What one turn counts at most, and what an address owes, in milliseconds: a page costs some. */
  turnMilliseconds: 5,
  /** Connections that are let in between two pieces of work, where so many wait. */
  arrivalsPerTurn: 64,
  /** Fields of one posted form: the longest of the desk have some hundred. */
  postedFields: 1_000,
  /** Parts of one form with a file: ours have some five, and to take one apart costs ten times a field. */
  postedParts: 100,
  /** One HTTP request body at the desk or the API. */
  requestBytes: 256 * 1024,
  /** What a sign-in is sent: a name, a password, and the way to go on. */
  signInBytes: 16 * 1024,
  /** Bodies and unread answers of one address that are held at once: 250 of the longest forms. */
  heldBytesOfCaller: 64 * 1024 * 1024,
  /** Those of all addresses: what a computer of 4 GB can spare. */
  heldBytes: 128 * 1024 * 1024,
  /** Files from one address that come at once: three of the longest. */
  fileBytesOfCaller: 100 * 1024 * 1024,
  /** Those from all addresses. */
  fileBytes: 200 * 1024 * 1024,
} as const
