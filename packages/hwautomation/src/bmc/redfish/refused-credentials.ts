import type { HwError } from '../../errors.ts'

/**
 * Credentials that a BMC has refused. Who has them refused asks no second time, also not with another client: an iDRAC ignores a sender
 * for a minute after three refused logins within one (its IPBlocking settings), for all users, and other BMCs lock the account.
 */
export class RefusedCredentials {
  readonly #refused: { readonly user: string; readonly password: string; readonly error: HwError }[] = []

  remember(user: string, password: string, error: HwError): void {
    this.#refused.push({ user, password, error })
  }

  /** The error they were refused with. */
  find(user: string, password: string): HwError | undefined {
    return this.#refused.find((one) => one.user === user && one.password === password)?.error
  }
}
