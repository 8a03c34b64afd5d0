import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REDACTED, Redactor } from '../../src/redaction.ts'
import { formsOf, lockedKeyPair, PASSWORDS } from './planted-secrets.ts'

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}

describe('the redactor', () => {
  test.each(Object.entries(PASSWORDS))('knows every usual encoding of the %s', (_, secret) => {
    for (const form of formsOf(secret))
      expect(redactorOf(secret).text(`before ${form} after`)).toBe(`before ${REDACTED} after`)
  })

  test('knows each line of a key, and leaves its first and last line', () => {
    const { privateKey } = lockedKeyPair('passphrase')
    const [first, ...rest] = privateKey.trim().split('\n')
    const masked = redactorOf(privateKey)
      .text(`${first}\nx ${rest.join('\nx ')}`)
      .split('\n')
    expect(masked[0]).toBe('-----BEGIN OPENSSH PRIVATE KEY-----')
    expect(masked.at(-1)).toBe('x -----END OPENSSH PRIVATE KEY-----')
    for (const line of masked.slice(1, -2)) expect(line).toBe(`x ${REDACTED}`)
  })

  test('masks the longest of those that begin at one place, and those that overlap as one', () => {
    expect(redactorOf('word', 'wordy').text('wordy word')).toBe(`${REDACTED} ${REDACTED}`)
    expect(redactorOf('abcdX', 'cdXefgh').text('>abcdXefgh<')).toBe(`>${REDACTED}<`)
    expect(redactorOf('abcd').text('abcdabcd')).toBe(REDACTED.repeat(2))
  })

  test('leaves what is too short to be told from any word', () => {
    expect(redactorOf('abc', '').text('abc abcd')).toBe('abc abcd')
  })

  test('masks keys and values of a structure, and leaves its shape', () => {
    expect(redactorOf('s3cret').value({ a: ['x s3cret', 1, null], s3cret: { b: true } })).toEqual({
      a: [`x ${REDACTED}`, 1, null],
      [REDACTED]: { b: true },
    })
  })

  test('leaves no secret in any text, and nothing else out', () => {
    const secret = fc.string({ unit: fc.constantFrom('a', 'b', '/', '"', 'ö'), minLength: 4, maxLength: 8 })
    const piece = fc.string({ unit: fc.constantFrom('x', 'y', ' ', '-'), maxLength: 6 })
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 5 }),
        fc.array(piece, { minLength: 1 }),
        (known, pieces) => {
          const redactor = redactorOf(...known)
          // Pieces share no character with secrets: between two of them is exactly one secret.
          const text = pieces.join('|')
          const planted = pieces.map((each, index) => each + (known[index % known.length] ?? '')).join('|')
          expect(redactor.text(text)).toBe(text)
          expect(redactor.text(planted)).toBe(pieces.map((each) => each + REDACTED).join('|'))
        },
      ),
    )
  })
})
