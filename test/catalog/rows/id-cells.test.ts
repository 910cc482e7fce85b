import { describe, expect, test } from 'vitest'
import { buildInMemory } from '../memory-store.js'
import { memoryInput } from '../simulated-rows.js'

/**
 * Ids with the order-12 cell of healpy, ICRS, and the same places as astropy gives them: galactic, ecliptic (mean,
 * J2000), FK4 B1950.
 */
const PLACES = [
  '3274291098612137984,54.150087712,3.494755223,181.901899339,-39.767465670,52.670070981,-15.420026446,53.496088656,3.330410698',
  '449011239926890624,54.238223692,57.418619326,143.791111360,1.410293332,66.851327994,36.818403902,53.247506044,57.254018194',
  '439339076655513856,45.459766831,49.767760811,143.496267186,-7.825361547,58.037141938,31.152294623,44.587214942,49.571031268',
  '340546685589520768,38.574041403,44.423103761,141.615608403,-14.685130441,50.897416199,27.713871442,37.765463941,44.204277393',
  '2506530956756648448,31.617921071,-0.759533567,160.374252940,-58.068909534,29.189555076,-12.748939580,30.979508416,-0.997433428',
  '21547507326648960,41.501066424,9.302301873,164.213366535,-44.195296722,41.947488612,-6.419627333,40.830779192,9.092719444',
  '128367810744156928,42.254196163,27.668935183,152.534393608,-28.359156084,48.119504218,10.903585799,41.516560405,27.461695733',
  '4969427794565006208,31.358255817,-33.919728704,240.559782989,-72.712099278,13.813105295,-43.137752579,30.814730760,-34.158209966',
  '78464070335857664,31.462731322,15.559611692,148.065847968,-43.650757345,34.654667029,2.642133715,30.782357565,15.321293703',
  '5111285272952177792,59.975283452,-12.854839547,204.607780177,-43.782450689,54.580695488,-32.676185242,59.389846738,-12.995401758',
  '435480168799143168,49.571073348,47.965117333,146.772594179,-7.992676057,60.358107392,28.600770228,48.697701578,47.783007242',
  '4967375212514379136,37.035306050,-33.578556269,236.050031004,-68.223361323,19.872733695,-44.994993741,36.505793525,-33.801626065',
].map((line) => line.split(','))

const csv = (position: (place: string[]) => (string | number)[], id = (place: string[]) => place[0]!) =>
  [
    'source_id,ra,dec,phot_g_mean_mag,ref_epoch',
    ...PLACES.map((place) => [id(place), ...position(place), 15, 2015.5].join(',')),
  ].join('\n')
const build = async (content: string) => (await buildInMemory([memoryInput('a.csv', content)])).report

describe('the cells that ids hold', () => {
  test('sound positions, a twelfth of them a cell away, and ids that are row numbers', async () => {
    expect((await build(csv(([, ra, dec]) => [ra!, dec!]))).rowCount).toBe(12)
    const shifted = csv((place) => [place[1]!, Number(place[2]) + (place === PLACES[3] ? 0.008 : 0)])
    expect((await build(shifted)).rowCount).toBe(12)
    expect(
      (
        await build(
          csv(
            ([, , , l, b]) => [l!, b!],
            (place) => String(PLACES.indexOf(place) + 1),
          ),
        )
      ).rowCount,
    ).toBe(12)
  })

  test.each([
    ['right ascension and declination are swapped', ([, ra, dec]: string[]) => [dec!, ra!]],
    ['they are in radians', ([, ra, dec]: string[]) => [(Number(ra) * Math.PI) / 180, (Number(dec) * Math.PI) / 180]],
    ['the right ascension is in hours', ([, ra, dec]: string[]) => [Number(ra) / 15, dec!]],
    ['they are galactic longitude and latitude', ([, , , l, b]: string[]) => [l!, b!]],
    ['they are ecliptic longitude and latitude', ([, , , , , lon, lat]: string[]) => [lon!, lat!]],
    ['they are of equinox B1950', ([, , , , , , , ra, dec]: string[]) => [ra!, dec!]],
    ['they are of other rows, or the ids are not those of Gaia', ([, ra, dec]: string[]) => [Number(ra) + 50, dec!]],
  ])('%s', async (reason, position) => {
    await expect(build(csv(position))).rejects.toThrow(
      `a.csv: the positions are not where the cells in their source_id lie: ${reason}`,
    )
    await expect(build(csv(position))).rejects.toThrow('(found 12 of 12 rows elsewhere, expected ICRS degrees')
  })

  test('a quarter of the rows is too many', async () => {
    const some = csv((place) => [place[1]!, Number(place[2]) + (PLACES.indexOf(place) < 3 ? 1 : 0)])
    await expect(build(some)).rejects.toThrow('found 3 of 12 rows elsewhere')
  })
})
