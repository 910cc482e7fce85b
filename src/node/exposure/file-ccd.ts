import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { CcdSteps } from '../../pipeline.js'
import type { StagedCcd, WriteTask } from '../threads/thread-run.js'

/** A CCD of the list whose products go to the output directory. */
export interface FileCcd extends CcdSteps {
  readonly row: CatalogueListRow
  readonly magsType: string
  readonly keepBorrowed: boolean
  /** File name -> SHA-256 of its SExtractor catalogue, once it is read. */
  input(): Readonly<Record<string, string>>
  /** Writes its products under temporary names, in the thread that it belongs to. */
  write(task: WriteTask): Promise<StagedCcd>
}
