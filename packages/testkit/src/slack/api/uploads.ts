/** Files between `files.getUploadURLExternal` and `files.completeUploadExternal`. */
export type Uploads = Map<string, Upload>

export interface Upload {
  readonly name: string
  readonly length: number
  content: Buffer | undefined
}
