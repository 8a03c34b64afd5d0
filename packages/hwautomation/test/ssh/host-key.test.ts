import { describe, expect, it } from 'vitest'
import { fingerprint, HostKeyPin, pinOf } from '../../src/ssh/host-key.ts'

const ONE = `SHA256:${'A'.repeat(43)}`
const TWO = `SHA256:${'B'.repeat(43)}`

describe('a host key pin', () => {
  it('is written as OpenSSH writes it', () => {
    expect(fingerprint(Buffer.from(''))).toBe('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU')
  })

  it('trusts the first key and holds to it', () => {
    const pin = new HostKeyPin()
    expect([pin.accepts(ONE), pin.accepts(TWO), pin.accepts(ONE), pin.sha256]).toEqual([true, false, true, ONE])
  })

  it('trusts only the key it was given, with or without prefix and padding', () => {
    for (const form of [ONE, 'A'.repeat(43), `${'A'.repeat(43)}=`, `sha256:${'A'.repeat(43)}`]) {
      const pin = new HostKeyPin({ sha256: form })
      expect([pin.accepts(TWO), pin.accepts(ONE)]).toEqual([false, true])
    }
  })

  it('refuses a fingerprint that is none, rather than trusting nothing or anything', () => {
    for (const form of ['', 'SHA256:', 'SHA256:short', 'aa:bb:cc', '0'.repeat(64)]) {
      expect(() => new HostKeyPin({ sha256: form })).toThrow(expect.objectContaining({ code: 'ssh.bad-fingerprint' }))
    }
  })

  it('is shared when it is passed on', () => {
    const pin = new HostKeyPin()
    expect(pinOf(pin)).toBe(pin)
    expect(pinOf('trust-first').sha256).toBeUndefined()
  })
})
