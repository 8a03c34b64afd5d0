import { describe, expect, it } from 'vitest'
import { apiRoot } from '../../src/maas/api-root.ts'

describe('the MAAS URL', () => {
  it.each([
    'http://maas:5240',
    'http://maas:5240/',
    'http://maas:5240/MAAS',
    ' http://maas:5240/MAAS/ ',
    'http://maas:5240/MAAS/api/2.0',
    'http://maas:5240/MAAS/api/2.0/',
    'http://maas:5240//MAAS//api/2.0/',
    'http://maas:5240/MAAS/api',
  ])('leads to the same API root: %j', (url) => {
    expect(apiRoot(url)).toEqual({ origin: 'http://maas:5240', path: '/MAAS/api/2.0/' })
  })

  it("keeps a proxy's prefix", () => {
    expect(apiRoot('https://dc1.example/infra/MAAS/')).toEqual({
      origin: 'https://dc1.example',
      path: '/infra/MAAS/api/2.0/',
    })
  })

  it.each(['', 'maas:5240', 'ftp://maas/MAAS', 'http://', 'http://maas/MAAS?x=1', 'http://maas/MAAS#x'])(
    'is refused: %j',
    (url) => {
      expect(() => apiRoot(url)).toThrow(expect.objectContaining({ code: 'maas.invalid-config' }))
    },
  )

  it('is refused with a password in it, and the password is not repeated', () => {
    expect(() => apiRoot('http://ada:hunter22@maas/MAAS')).toThrow(
      expect.objectContaining({
        code: 'maas.invalid-config',
        message: expect.not.stringContaining('hunter22'),
      }),
    )
  })
})
