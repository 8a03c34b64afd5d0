import { createHash } from 'node:crypto'

/** The most characters of an id that are told in the name of its file; those of longer ones are hashed. */
const LONGEST_NAME = 120
const LONGEST_ID = 200
const COLLECTION = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
/** Told as they are. Capitals are not: some disks take `A.json` and `a.json` for one file. */
const PLAIN = /^[a-z0-9_-]$/

/** Whether a document may have this id: 1 to 200 characters (UTF-16 units) of any kind. */
export function isDocumentId(id: string): boolean {
  return id.length >= 1 && id.length <= LONGEST_ID
}

/** @throws TypeError for an id that no document may have */
export function refuseWrongId(id: string): void {
  if (!isDocumentId(id))
    throw new TypeError(`A document's id has 1 to ${LONGEST_ID} characters; this one has ${id.length}.`)
}

/** @throws TypeError for a name that is no kebab-case word of at most 60 characters */
export function refuseWrongCollection(collection: string): void {
  if (!COLLECTION.test(collection) || collection.length > 60)
    throw new TypeError(
      `A collection is named by a kebab-case word of at most 60 characters, not ${JSON.stringify(collection.slice(0, 100))}.`,
    )
}

/**
 * The file of a document: `a/1` is in `a%2f1.json`. Two ids never share one, whatever their characters, letter case included; the
 * names of long ids, and of those that are no text (half a surrogate pair), begin with `~` and are hashes.
 */
export function documentFile(id: string): string {
  const name = [...Buffer.from(id, 'utf8')].map(encoded).join('')
  const tells = name.length <= LONGEST_NAME && Buffer.from(id, 'utf8').toString('utf8') === id
  return `${tells ? name : `~${createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex')}`}.json`
}

function encoded(byte: number): string {
  const character = String.fromCharCode(byte)
  return PLAIN.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
}
