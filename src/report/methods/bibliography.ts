/** A work that results may have to cite. */
export interface Citation {
  /** As the text names it: `Bertin & Arnouts 1996`. */
  readonly named: string
  /** Its entry, and the key that the entry has. */
  readonly key: string
  readonly bibtex: string
}

const entry = (kind: string, key: string, fields: Readonly<Record<string, string>>): string => {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}},`)
  return `@${kind}{${key},\n${lines.join('\n')}\n}\n`
}

const article = (named: string, key: string, fields: Readonly<Record<string, string>>): Citation => ({
  named,
  key,
  bibtex: entry('article', key, fields),
})

export const SEXTRACTOR = article('Bertin & Arnouts 1996', 'Bertin1996', {
  author: 'Bertin, E. and Arnouts, S.',
  title: '{SExtractor: Software for source extraction}',
  journal: 'Astronomy and Astrophysics Supplement Series',
  year: '1996',
  volume: '117',
  pages: '393--404',
  doi: '10.1051/aas:1996164',
})

export const PSFEX: Citation = {
  named: 'Bertin 2011',
  key: 'Bertin2011',
  bibtex: entry('inproceedings', 'Bertin2011', {
    author: 'Bertin, E.',
    title: '{Automated Morphometry with SExtractor and PSFEx}',
    booktitle: 'Astronomical Data Analysis Software and Systems XX',
    series: 'Astronomical Society of the Pacific Conference Series',
    volume: '442',
    pages: '435',
    year: '2011',
  }),
}

export const HEALPIX = article('Gorski et al. 2005', 'Gorski2005', {
  author:
    "G{\\'o}rski, K. M. and Hivon, E. and Banday, A. J. and Wandelt, B. D. and Hansen, F. K. and Reinecke, M. and " +
    'Bartelmann, M.',
  title:
    '{HEALPix: A Framework for High-Resolution Discretization and Fast Analysis of Data Distributed on the Sphere}',
  journal: 'The Astrophysical Journal',
  year: '2005',
  volume: '622',
  pages: '759--771',
  doi: '10.1086/427976',
})

const GAIA_MISSION = article('Gaia Collaboration, Prusti et al. 2016', 'Gaia2016', {
  author: '{Gaia Collaboration} and Prusti, T. and others',
  title: '{The Gaia mission}',
  journal: 'Astronomy and Astrophysics',
  year: '2016',
  volume: '595',
  eid: 'A1',
  doi: '10.1051/0004-6361/201629272',
})

/** Of the releases that are described in `catalogs/`, the mission first. */
export const GAIA: Readonly<Record<string, readonly Citation[]>> = {
  gaia_dr2: [
    GAIA_MISSION,
    article('Gaia Collaboration, Brown et al. 2018', 'Gaia2018', {
      author: '{Gaia Collaboration} and Brown, A. G. A. and others',
      title: '{Gaia Data Release 2. Summary of the contents and survey properties}',
      journal: 'Astronomy and Astrophysics',
      year: '2018',
      volume: '616',
      eid: 'A1',
      doi: '10.1051/0004-6361/201833051',
    }),
  ],
  gaia_dr3: [
    GAIA_MISSION,
    article('Gaia Collaboration, Vallenari et al. 2023', 'Gaia2023', {
      author: '{Gaia Collaboration} and Vallenari, A. and others',
      title: '{Gaia Data Release 3. Summary of the content and survey properties}',
      journal: 'Astronomy and Astrophysics',
      year: '2023',
      volume: '674',
      eid: 'A1',
      doi: '10.1051/0004-6361/202243940',
    }),
  ],
}

const preprint = (named: string, key: string, fields: Readonly<Record<string, string>>): Citation => ({
  named,
  key,
  bibtex: entry('misc', key, { ...fields, archiveprefix: 'arXiv' }),
})

export const DES_Y6 = preprint('Rykoff et al. 2023', 'Rykoff2023', {
  author: 'Rykoff, E. S. and others',
  title: '{The Dark Energy Survey Six-Year Calibration Star Catalog}',
  year: '2023',
  eprint: '2305.01695',
})

export const PAN_STARRS1 = preprint('Chambers et al. 2016', 'Chambers2016', {
  author: 'Chambers, K. C. and others',
  title: '{The Pan-STARRS1 Surveys}',
  year: '2016',
  eprint: '1612.05560',
})

/** The program itself. */
export const programCitation = (version: string): Citation => ({
  named: `version ${version}`,
  key: 'bliss-calib',
  bibtex: entry('software', 'bliss-calib', {
    author: '{bliss-calib contributors}',
    title: '{bliss-calib: photometric zeropoints of CCD images from a reference catalogue}',
    version,
  }),
})
