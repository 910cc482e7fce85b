import { readableColumn, type ParquetFile } from '../../formats/parquet/index.js'
import { plannedNames, type ColumnPlan } from '../rows/column-plan.js'

/**
 * A plan of a Parquet file's columns, without a designation that is not read. A column that is there in a form that is
 * not read (nested, repeated, a date, bytes) must not pass for one that is absent.
 *
 * @throws InputError `unfit-column` naming the first such column and its form
 */
export function readablePlan(plan: ColumnPlan, file: ParquetFile): ColumnPlan {
  const readable = new Set(file.columns.map((column) => column.name))
  // Some writers leave text without its mark; a designation is one witness among several.
  const { designation } = plan
  const isRead = designation !== undefined && readable.has(designation)
  const readPlan = { ...plan, designation: isRead ? designation : undefined }
  for (const name of plannedNames(readPlan)) readableColumn(file, name)
  return readPlan
}

/** Names of all columns that a file has at its top, those in a form that is not read among them. */
export function presentNames(file: ParquetFile): string[] {
  return file.schema.children.map(({ element }) => element.name)
}
