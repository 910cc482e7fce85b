import { parquetMetadata } from 'hyparquet'
import { encodeFooter } from '../../src/formats/parquet/finish-footer.js'

/**
 * A Parquet file whose column is declared as repeated: the two-level lists of old writers, a primitive at the top of
 * the schema.
 */
export async function withRepeated(bytes: Uint8Array, column: string): Promise<Uint8Array> {
  const metadata = parquetMetadata(Uint8Array.from(bytes).buffer)
  const schema = metadata.schema.map((element) =>
    element.name === column ? { ...element, repetition_type: 'REPEATED' as const } : element,
  )
  const footer = await encodeFooter({ ...metadata, schema })
  const start = bytes.byteLength - 8 - metadata.metadata_length
  const whole = new Uint8Array(start + footer.byteLength)
  whole.set(bytes.subarray(0, start))
  whole.set(footer, start)
  return whole
}
