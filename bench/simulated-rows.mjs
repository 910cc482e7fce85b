// Rows like Gaia's for the benches of the store, made by DuckDB (seeded, in one thread: the same rows every time).
import { DuckDBInstance } from '@duckdb/node-api'

/**
 * Writes rows as archive-like CSV files: ids of the level-12 pixel cannot be had from SQL, so that ids carry the right
 * number of random bits (a position part that grows along the sky, a run number and a flag bit, seven zero bits).
 * Doubles have full mantissas; BP and RP are missing in 18 % of the rows, proper motions in 21 %.
 */
export async function writeRows(path, { rows, perSqDeg, rowsPerFile, seed = 0.5, first = 0 }) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const side = Math.sqrt(rows / perSqDeg)
  await connection.run(`select setseed(${seed})`)
  for (let file = 0, done = 0; done < rows; file++, done += rowsPerFile) {
    const count = Math.min(rowsPerFile, rows - done)
    // Strips of declination, as archives divide by position.
    const decLow = -35 - side / 2 + (side * done) / rows
    const decHigh = -35 - side / 2 + (side * (done + count)) / rows
    await connection.run(`
      copy (
        with base as (
          select i, random() as a, random() as b, random() as c, random() as d, random() as e, random() as f,
            random() as u, random() as v, random() as w, random() as x, random() as y, random() as z
          from range(${first + done}, ${first + done + count}) t(i)
        ), placed as (
          select *, 45 + ${side} / cos(radians(-35)) * (a - 0.5 + 2.3e-10 * u) as ra, ${decLow} + ${
            decHigh - decLow
          } * (b + 2.3e-10 * v) as dec,
            (20.9 + log10(1e-4 + c) / 0.25)::float as g, 0.4 + 1.1 * d + 0.3 * (e + f - 1) as colour, sqrt(-2 * ln(u + 1e-12)) * cos(2 * pi() * v) as n1, sqrt(-2 * ln(u + 1e-12)) * sin(2 * pi() * v) as n2,
            0.0003 + pow(10, 0.3 * ((20.9 + log10(1e-4 + c) / 0.25) - 20.5)) * 0.006 as err
          from base
        )
        select ((floor(b * 4096)::bigint * 4096 + floor(a * 4096)::bigint) << 10) + floor(w * 1024)::bigint as source_id, 2015.5 as ref_epoch, ra, dec, g as phot_g_mean_mag,
          (err * (0.8 + 0.4 * x))::float as phot_g_mean_mag_error,
          (case when y < 0.18 then 'nan'::float else (g + 0.6 * colour + 0.02 * n1)::float end) as phot_bp_mean_mag,
          (case when y < 0.18 then 'nan'::float else (12 * err * (0.7 + 0.6 * e))::float end) as phot_bp_mean_mag_error,
          (case when y < 0.18 then 'nan'::float else (g - 0.4 * colour + 0.02 * n2)::float end) as phot_rp_mean_mag,
          (case when y < 0.18 then 'nan'::float else (8 * err * (0.7 + 0.6 * f))::float end) as phot_rp_mean_mag_error,
          (case when y < 0.18 then 'nan'::float else (1.2 + 0.05 * colour * colour + 0.1 * abs(n1))::float end) as phot_bp_rp_excess_factor,
          (case when z < 0.21 then 'nan'::float else (8 * n1)::float end) as pmra, (case when z < 0.21 then 'nan'::float else (8 * n2)::float end) as pmdec
        from placed
      ) to '${path}-${String(file).padStart(4, '0')}.csv' (format csv, header)`)
  }
}
