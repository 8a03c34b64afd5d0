import { z } from 'zod'

const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, 'is not a plain file name')

/**
 * An in-band tool that the operator supplies: the ephemeral OS has none, and vendors do not let us ship theirs.
 * One description per architecture.
 */
export const toolDescriptionSchema = z.strictObject({
  architecture: z.enum(['aarch64', 'x86_64']).describe('`uname -m` of the hosts it runs on'),
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe('local file'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hex'),
        name: name.describe('file name on the host, in the tool’s folder'),
        mode: z
          .string()
          .regex(/^0?[0-7]{3}$/, 'is not a mode such as 0755')
          .default('0755'),
      }),
    )
    .min(1),
  install: z
    .array(z.array(z.string()).min(1))
    .default([])
    .describe('commands as argv, run as root in the tool’s folder'),
  command: z.string().min(1).describe('program to call: a file of the folder, or an absolute path'),
  check: z
    .strictObject({ args: z.array(z.string()), contains: z.string().min(1) })
    .describe('what the program must print, called with these arguments'),
})
export type ToolDescription = z.infer<typeof toolDescriptionSchema>

/** Described tools by name: `{ ilorest: [for aarch64, for x86_64] }`. */
export const toolsSchema = z.record(name, z.array(toolDescriptionSchema).min(1))
export type Tools = z.infer<typeof toolsSchema>
