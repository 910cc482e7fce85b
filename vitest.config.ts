import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

const { exclude } = configDefaults

/** What measures, or changes, the process that it runs in: each of these files has a process of its own. */
const OWN_PROCESS = [
  'test/formats/parquet/hostile-sizes.test.ts',
  'test/library.test.ts',
  // Puts a watched flow in the place of the one that modules have loaded.
  'test/pipeline.test.ts',
  'test/node/input/spare-memory.test.ts',
  'test/node/batch/batch-many.test.ts',
  'test/node/threads/*.test.ts',
  'test/hostile/measured-images.test.ts',
]

/** More than three seconds each on an idle core: programs, browsers, many seeds. Not in `npm run test:fast`. */
const SLOW = [
  'test/{in-memory,readme}.test.ts',
  'test/catalog/build/{golden-build,hats,margin,real-gaia,real-inputs,shared-ids,streaming}.test.ts',
  'test/catalog/read/{collection,damage,foreign-hats,read,schema-3}.test.ts',
  'test/catalog/{rows/lite,verify/verify-damage}.test.ts',
  'test/cli/{concurrent,killed-sets,nothing-outside,secrets,unfinished-commit}.test.ts',
  'test/cli/{batch,compare,demo,grid,measure,merge,relation,se,tie}/*.test.ts',
  'test/cli/calibrate/{bad-input,cal,choose-catalog,exposure,files,images,systems,tables}.test.ts',
  'test/cli/catalog/{catalog-copy,catalog-copy-sources,catalog-query}.test.ts',
  'test/docs/*.test.ts',
  'test/formats/shortest-float64.test.ts',
  'test/formats/fits/{fuzz,packed/unpack-image,real,write}.test.ts',
  'test/formats/parquet/{foreign,round-trip}.test.ts',
  'test/grid/{condor-run,hostile-names,slurm,slurm-run}.test.ts',
  'test/healpix/{disc-cover,live-healpy,polygon-cover}.test.ts',
  'test/{hostile,installed,real}/*.test.ts',
  'test/legacy/golden.test.ts',
  'test/node/{batch,exposure,programs,store}/*.test.ts',
  'test/node/disk/commit-journal.test.ts',
  'test/node/http/{http-catalog,range-cache}.test.ts',
  'test/photometry/exposure/{concerns,posterior,simulated,solution}.test.ts',
  'test/photometry/fit/{fit-with-term,zeropoint-honesty}.test.ts',
  'test/photometry/match/astrometric-offset.test.ts',
  'test/photometry/quality/*.test.ts',
  'test/relation-fit/{camera-terms,colour-term,fit-relation}.test.ts',
  'test/products/{judges,recalibrate}.test.ts',
  'test/report/{first-screen,hostile-data,images-in-browser,page-in-browser,plots,report}.test.ts',
  'test/simulate/{exposure,files}.test.ts',
  'test/tie/{amplifier-terms,errors-of,star-flat,tie-exposures}.test.ts',
]

export default defineConfig({
  test: {
    // Nothing is kept of what tests read by HTTP.
    env: { BLISS_CACHE_SIZE: '0' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/count-reporter.ts'],
    // By default one processor is left idle; of two that is half.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Not isolated: the modules are loaded once a worker, not once a file.
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, ...SLOW, ...OWN_PROCESS],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'slow', include: SLOW, exclude: [...exclude, ...OWN_PROCESS], isolate: false },
      },
      { extends: true, test: { name: 'own process', include: OWN_PROCESS } },
    ],
  },
})
