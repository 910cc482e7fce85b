import type { SchemaElement } from 'hyparquet'

/**
 * Types that a column may be read as; nested and time columns are none of these. Decimals and unsigned integers of up
 * to 32 bits are read as `f64`, of 64 bits as `i64`.
 */
export type ParquetColumnType = 'bool' | 'i32' | 'i64' | 'f32' | 'f64' | 'string'

/** What a column of the schema is read as; undefined for what is not read. */
export function columnTypeOf({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): ParquetColumnType | undefined {
  // pyarrow's and pandas' type of a column without a single value.
  if (logical?.type === 'NULL') return type === 'INT32' ? 'f64' : undefined
  // Scaled numbers, in whatever they are stored; not every one is a double.
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL')
    return type === 'BYTE_ARRAY' || type === undefined ? undefined : 'f64'
  const isUnsigned =
    logical === undefined
      ? /^UINT_(8|16|32|64)$/.test(converted ?? '')
      : logical.type === 'INTEGER' && !logical.isSigned
  if (isUnsigned) return type === 'INT64' ? 'i64' : 'f64'
  const plainInteger =
    logical === undefined
      ? converted === undefined || /^INT_(8|16|32|64)$/.test(converted)
      : logical.type === 'INTEGER' && logical.isSigned
  switch (type) {
    case 'BOOLEAN':
      return 'bool'
    case 'INT32':
      return plainInteger ? 'i32' : undefined
    case 'INT64':
      return plainInteger ? 'i64' : undefined
    case 'FLOAT':
      return 'f32'
    case 'DOUBLE':
      return 'f64'
    case 'BYTE_ARRAY':
      return converted === 'UTF8' || logical?.type === 'STRING' ? 'string' : undefined
    case 'INT96':
    case 'FIXED_LEN_BYTE_ARRAY':
    case undefined:
      return undefined
  }
}
