/** What a PowerEdge model name says of the board. */
export interface DellBoard {
  /** 14 (2017) to 17; undefined where the name says nothing. */
  readonly generation: number | undefined
  readonly processor: 'intel' | 'amd' | 'unknown'
}

/**
 * PowerEdge models are letters, a digit for the class, one for the generation (R650: 15G), one for the number of sockets where there are
 * four digits (R6515), and a last one that is 5 for AMD.
 */
export function dellBoard(product: string | undefined): DellBoard {
  const digits = /\b(?:PowerEdge\s+)?[A-Z]{1,2}(\d{3,4})[a-z]{0,2}\b/.exec(product ?? '')?.[1]
  if (digits === undefined) return { generation: undefined, processor: 'unknown' }
  return { generation: 10 + Number(digits[1]), processor: digits.endsWith('5') ? 'amd' : 'intel' }
}
