/** One start of the installed command, in the directory that the ones before have left. */
export interface Invocation {
  /**
   * As typed after `bliss-calib`, words split at blanks; `URL` is the address of a server of the catalogue `catalog`.
   */
  readonly line: string
  /** 0 unless said. */
  readonly exitCode?: number
  /** Files that must exist afterwards. */
  readonly makes?: readonly string[]
  /**
   * One of those that load what a release of Node may load otherwise: a thread, a codec, a module imported late.
   * The others of a release that is not the oldest or the newest are left to the soak.
   */
  readonly everywhere?: true
  /** What stdout and stderr together must match. */
  readonly says?: RegExp
}

const ONE = '--expnum 668439 --catalog catalog --workdir sim/work'

/**
 * Every command and every option of the help at least once; `every-option.test.ts` fails if one is missing. Each line
 * is a process, so that options share lines wherever they do not exclude one another.
 */
export const INVOCATIONS: readonly Invocation[] = [
  {
    line:
      'simulate --outdir sim --seed 7 --expnum 668439 --band i --ra 53.1 ' +
      '--dec -27.8 --ccds 1,28,35 --density 9000 --quiet',
    makes: ['sim/truth.json'],
    everywhere: true,
  },
  {
    line:
      'catalog build --from sim/raw --to catalog --release gaia_dr2 --columns ' +
      'default,parallax --margin 10 --metadata --workers 2 --quiet',
    everywhere: true,
  },
  { line: 'catalog build --from sim/raw --to catalog --release gaia_dr2 --lite --force --quiet' },
  {
    line: 'catalog build --from sim/raw --to catalog --release gaia_dr2 --exact --force --quiet',
    makes: ['catalog/collection.properties'],
    everywhere: true,
  },
  { line: 'catalog build --from zstd.parquet --to from-zstd --release gaia_dr2 --quiet', everywhere: true },
  { line: 'catalog build --from lz4.parquet --to from-lz4 --release gaia_dr2 --quiet', everywhere: true },
  { line: 'catalog info catalog --json --svg sky.svg', makes: ['sky.svg'], says: /"gaia_dr2"/ },
  { line: 'catalog info URL --cache cache --cache-size 100M --json', says: /"gaia_dr2"/ },
  { line: 'camera list', says: /^decam: DECam$/m },
  { line: 'camera check camera.json sim/work/D00668439_i_28_r4p5_fullcat.fits', says: /camera +decam/ },
  { line: 'catalog verify from-zstd --json --quiet' },
  { line: 'catalog verify from-lz4 --quick', says: /sound/ },
  // ZSTD pages. DuckDB writes no _common_metadata: the two findings are that it is missing, and cannot be read.
  { line: 'catalog verify hats', exitCode: 3, says: /hats: 2 findings \(14 files, 500 rows\)/, everywhere: true },
  {
    line: 'catalog query catalog --cone 53.1,-27.8,0.3 --columns source_id,ra,dec --format json --quiet',
    says: /"source_id"/,
  },
  {
    line: 'catalog query catalog --polygon 53,-28,53.2,-28,53.2,-27.6,53,-27.6 --to rows.arrow --quiet',
    makes: ['rows.arrow'],
    everywhere: true,
  },
  { line: 'catalog query catalog --cone 53.1,-27.8,0.3 --to rows.ldac --quiet', makes: ['rows.ldac'] },
  { line: 'catalog query catalog --cone 53.1,-27.8,0.3 --to rows.parquet --quiet', makes: ['rows.parquet'] },
  {
    line:
      'catalog copy --from catalog --to night --exposures sim/work --columns ' +
      'source_id,phot_bp_mean_mag --margin 30arcsec --quiet',
  },
  { line: 'catalog copy --from catalog --to night --cone 53.1,-27.8,0.5 --force --quiet' },
  {
    line: 'catalog fetch --from URL --cone 53.1,-27.8,0.3 --to fetched --cache cache --quiet',
    makes: ['fetched/collection.properties'],
  },
  { line: 'catalog fetch --from URL --for sim/work --to fetched --force --quiet --cache cache --cache-size 100M' },
  {
    line: 'catalog fetch --from gaia_dr3 --service esa --url ftp://host/tap --cone 53.1,-27.8,0.3 --to x --offline',
    exitCode: 2,
    says: /--url must be the address of a TAP service/,
  },
  { line: 'catalog build --from sim/raw --to again --kind gaia_dr2 --positions sim/raw --quiet' },
  { line: 'catalog build --from field.vot --to from-votable --release gaia_dr3 --quiet', everywhere: true },
  { line: 'catalog copy --from catalog --to corner --polygon 53,-28,53.2,-28,53.2,-27.6,53,-27.6 --quiet' },
  { line: 'catalog copy --from catalog --to probable --skymap sky.fits --level 0.5 --quiet' },
  {
    line: 'catlist --workdir sim/work --outdir list --expnum 668439 --quiet',
    makes: ['list/D00668439_r4p5_red_catlist.csv'],
  },
  { line: 'catlist --workdir sim/work --outdir list --legacy --quiet' },
  { line: 'catlist --workdir sim/work --outdir list --expnum 668439 --force --quiet' },
  {
    line:
      `${ONE} --reqnum 4 --attnum 5 --ccd 1 --magsType mag_psf --sex_mag_zeropoint 25 --system ` +
      `des-ab --estimator robust --outdir one --plots --report --quiet`,
    makes: [
      'one/D00668439_i_01_r4p5_fullcat.fits.png',
      'one/D00668439_i_01_r4p5_fullcat.fits.svg',
      'one/report_D00668439_01_r4p5.html',
      'one/matches_D00668439_01_r4p5.parquet',
    ],
  },
  {
    line:
      `calibrate ${ONE} --ccd 1,28,35 --magType mag_auto --suspects suspects.csv --camera camera.json ` +
      `--keep-borrowed --accept-borrowed --force --workers 2 --verbose 1 --debug --json --outdir one`,
    says: /"ccds"/,
  },
  {
    line:
      `${ONE} --ccd all --mags-type mag_auto --sex-mag-zeropoint 25 --system catalog ` +
      `--estimator sigma-clip --outdir gaia --plots --report --quiet`,
    makes: ['gaia/D00668439_r4p5_ZP.fits'],
    everywhere: true,
  },
  { line: `${ONE} --legacy --ccd all --outdir legacy --quiet`, exitCode: 0 },
  {
    line:
      '--expnum 668439 --ccd 1 --catalog URL --cache cache --cache-size ' +
      '100M --workdir sim/work --outdir far --quiet',
    everywhere: true,
  },
  { line: '--expnum 668439 --ccd 1 --catalog URL --cache cache --offline --workdir sim/work --outdir near --quiet' },
  {
    line:
      'merge --expnum 668439 --reqnum 4 --attnum 5 --workdir sim/work --outdir one ' +
      '--json --accept-borrowed --force --workers 1 --quiet',
  },
  {
    line: 'report one --outdir page --workdir sim/work --catalog catalog --suspects suspects.csv --quiet',
    makes: ['page/report_D00668439_r4p5.html'],
  },
  { line: 'report . --night --quiet', makes: ['night.html'] },
  { line: 'compare legacy one --tolerance-mag 0.5 --old-system catalog --json', exitCode: 4, says: /"/ },
  { line: 'compare one one --quiet' },
  {
    line: 'validate one --against catalog --report --outdir one --json --quiet',
    exitCode: 2,
    says: /was calibrated with this catalogue/,
  },
  {
    line:
      'camera fit one --camera camera.json --band i --filter i --description mine.json --to fitted.json --force ' +
      '--report --outdir one --json --quiet',
    exitCode: 3,
    says: /mine\.json: the description cannot be read/,
  },
  {
    line:
      'relation fit catalog --truth corner --kind gaia_dr2 --truth-kind gaia_dr2 --system des-ab --band i --base G ' +
      '--colour bp-rp --degree 3 --colour-range 0.5,2.5 --mag-range 14,19 --terms none --to fit.json --force --report ' +
      '--outdir one --json --quiet --cache cache --cache-size 100M --offline',
    exitCode: 2,
    says: /the truth is of the same release as the catalogue/,
  },
  {
    line:
      'relation check catalog --truth corner --kind gaia_dr2 --truth-kind gaia_dr2 --system des-ab --band i --report ' +
      '--description mine.json --outdir one --json --quiet --cache cache --cache-size 100M --offline',
    exitCode: 3,
    says: /mine\.json: the description cannot be read/,
  },
  {
    line:
      'starlists --expnum 668439 --reqnum 4 --attnum 5 --templates ' +
      'one/D00668439_r4p5_ZP.csv --workdir sim/work --outdir lists --quiet',
  },
  {
    line:
      'batch sim/work --catalog catalog --reference-priority --ccd 1,28 --magsType mag_psf --system des-ab --estimator ' +
      'robust --suspects suspects.csv --camera camera.json --force --workers 2 --quiet --keep-borrowed --accept-borrowed ' +
      '--workdir sim/work --outdir batch --summary batch/all.parquet --rehash --accept-failures --retries 1',
    makes: ['batch/all.parquet'],
  },
  {
    line:
      'batch sim/work --catalog catalog --magType mag_auto --outdir watched --watch ' +
      '--idle 1 --until-complete --settle 0.1 --poll 1 --quiet',
  },
  {
    line: 'batch sim/work --catalog catalog --starflat suspects.csv --outdir batch',
    exitCode: 3,
    says: /suspects\.csv/,
  },
  {
    line:
      'batch sim/work/D00668439_i_28_r4p5_fullcat.fits --band i --columns flux=FLUX_PSF,fluxErr=FLUXERR_PSF ' +
      '--catalog catalog --outdir files --quiet',
    makes: ['files/batch_summary.parquet'],
  },
  { line: 'batch sim/work --catalog catalog --mags-type mag_auto --outdir watched --quiet' },
  {
    line:
      'grid condor sim/work --to condor --per ccd --minutes 20 --seconds-per-ccd 0.1 --catalog catalog ' +
      '--mags-type mag_psf --system des-ab --estimator robust --keep-borrowed --outdir products --memory ' +
      '500 --disk 100 --together 10 --retries 2 --program bliss-calib --submit-line ' +
      'accounting_group=des --split-by band --nodes-per-dag 1000 --quiet',
    makes: ['condor/bliss.plan.json'],
  },
  {
    line:
      'grid condor sim/work --to condor --catalog catalog --magType mag_psf --outdir products --jobsub ' +
      '--requests --jobsub-options=-n --script job.sh --script-args={ccd} --force --quiet',
  },
  {
    line:
      'grid slurm sim/work --to slurm --per chunk --minutes 20 --seconds-per-ccd 0.1 --catalog catalog ' +
      '--magType mag_psf --system des-ab --estimator robust --keep-borrowed --outdir products --memory 500 ' +
      '--disk 100 --together 10 --retries 2 --program bliss-calib --max-array-size 100 --force --quiet',
    makes: ['slurm/bliss.plan.json'],
  },
  {
    line: 'grid slurm sim/work --se --to se-slurm --catalog catalog --quiet',
    makes: ['se-slurm/bliss.plan.json', 'se-slurm/submit.sh'],
  },
  {
    line: 'grid condor sim/work --se --to se-condor --catalog catalog --quiet',
    makes: ['se-condor/bliss.plan.json', 'se-condor/bliss.dag'],
  },
  { line: 'grid slurm sim/work --to slurm --catalog catalog --mags-type mag_psf --outdir products --force --quiet' },
  {
    line:
      'grid condor sim/work/D00668439_r4p5_red_catlist.csv --to dag --catalog catalog ' +
      '--magsType mag_psf --outdir products --no-requests --jobsub --quiet',
  },
  { line: 'grid slurm sim/work --to slurm --catalog catalog --magsType mag_psf --outdir products --force --quiet' },
  { line: 'grid prepare slurm/bliss.plan.json' },
  { line: 'grid verify slurm/bliss.plan.json --expnum 668439 --reqnum 4 --attnum 5', exitCode: 3 },
  { line: 'grid verify slurm/bliss.plan.json --salvage', exitCode: 3 },
  { line: 'grid summary slurm/bliss.plan.json --to all.parquet', exitCode: 3 },
  { line: 'bench sim/raw/gaia_source.csv.gz --radius-arcsec 1 --runs 1 --workers 2 --neighbours 2', says: /2 nearest/ },
  // scipy need not be there.
  { line: 'bench no-such.csv --peer', exitCode: 3, says: /no-such\.csv: / },
  { line: 'demo --outdir demo' },
  { line: 'demo --image --outdir demo' },
  { line: 'bench demo/demo_image.fits', says: /^own +calibration /m },
  { line: 'bench demo/demo_image.fits --json', says: /"engines"/ },
  {
    line: 'demo/demo_image.fits --camera demo/demo_camera.json --measure own --grade full --catalog demo --outdir products',
    makes: ['products/demo_image_fullcat.fits', 'products/demo_image_zeropoint.json'],
  },
  {
    line:
      'batch demo/demo_image.fits --camera demo/demo_camera.json --measure own --grade calibration --catalog demo ' +
      '--workers 2 --outdir night',
    makes: ['night/demo_image/demo_image_ZP.fits', 'night/batch_summary.parquet'],
    says: /1 exposure: 1 calibrated, 0 unchanged; CCDs: 1 fitted/,
  },
  {
    line:
      'batch demo/*_image.fits --watch --idle 0.5 --settle 0.1 --camera demo/demo_camera.json --measure own ' +
      '--grade calibration --catalog demo --workers 2 --outdir night',
    says: /1 exposure: 0 calibrated, 1 unchanged/,
  },
  {
    line:
      'measure demo/demo_image.fits --measure own --grade calibration --camera demo/demo_camera.json --outdir one ' +
      '--vignet 25 --workers 2 --json --quiet',
    makes: ['one/demo_image_fullcat.fits'],
    says: /^\{"image":"demo\/demo_image\.fits",/,
  },
  { line: 'completion bash', says: /complete -o default -F _bliss_calib bliss-calib/ },
  { line: 'completion zsh', says: /compdef _bliss_calib bliss-calib/ },
  { line: 'completion fish', says: /complete -c bliss-calib/ },
  {
    line:
      'sim/work/D00668439_i_28_r4p5_fullcat.fits --catalog catalog --outdir products --name gw --band i ' +
      '--columns desdm --mjd 57983.38 --exptime 90 --cal vot --header head --header-zeropoint 25',
    makes: [
      'products/D00668439_i_28_r4p5_fullcat_zeropoint.json',
      'products/D00668439_i_28_r4p5_fullcat_cal.vot',
      'products/D00668439_i_28_r4p5_fullcat.head',
    ],
    says: /D00668439_i_28_r4p5_fullcat {2}\d\d\.\d{4} ±/,
  },
  {
    line:
      'sim/work/D00668439_i_28_r4p5_fullcat.fits sim/work/D00668439_i_01_r4p5_fullcat.fits --catalog catalog ' +
      '--methods --outdir products --target sn=53.1,-27.8 --targets targets.csv --target-radius 2',
    makes: ['products/D00668439_i_exposure_targets.ecsv', 'products/D00668439_i_exposure_methods.bib'],
    says: /^target sn {2}/m,
  },
  {
    line: 'lightcurve products one --target sn=53.1,-27.8 --targets targets.csv --target-radius 2 --outdir . --quiet',
    makes: ['sn_lightcurve.ecsv', 'afterglow_lightcurve.ecsv'],
  },
  {
    line:
      'simulate --outdir visit --seed 8 --sky-seed 7 --dither 0.05,0.03 --expnum 600001 --ccds 1,28,35 --density 9000 ' +
      '--quiet',
    makes: ['visit/truth.json'],
  },
  {
    line: '--expnum 600001 --ccd 28 --magsType mag_auto --catalog catalog --workdir visit/work --outdir visit --quiet',
  },
  {
    line: 'tie one --templates visit --hold-templates --name gw --outdir tied --json --quiet',
    makes: ['tied/tie_gw.json', 'tied/tie_gw_stars.parquet', 'tied/Zero_D00668439_28_r4p5.csv'],
    says: /"verdict": "LOOK"/,
  },
  { line: 'tie one --templates visit --starflat --outdir flat --quiet', exitCode: 3, says: /no star flat: / },
  {
    line: `calibrate ${ONE} --ccd 28 --starflat suspects.csv --outdir one`,
    exitCode: 3,
    says: /suspects\.csv/,
  },
  { line: 'starlists --expnum 668439 --tie tied/tie_gw.json --workdir sim/work --outdir lists --quiet' },
  { line: '-h', says: /Examples:/ },
  { line: 'mrege', exitCode: 2, says: /did you mean 'merge'/ },
  { line: '--version', says: /^\d+\.\d+\.\d+\n$/, everywhere: true },
  { line: '', exitCode: 2, says: /expnum/ },
  { line: '--expnum 668439 --ccd 2 --catalog catalog --workdir sim/work --outdir none', exitCode: 3 },
  {
    line: '--expnum 1 --ccd 1 --catalog catalog --workdir sim/work --outdir none',
    exitCode: 3,
    says: /no list of this exposure|no catalogue list/,
  },
  {
    line:
      '--expnum 668439 --ccd 1,28 --workdir sim/work --catalog corner --catalog catalog --outdir products ' +
      '--report --quiet',
    makes: ['products/D00668439_r4p5_ZP.fits'],
  },
  {
    line:
      '--expnum 668439 --ccd 1 --workdir sim/work --catalog corner --catalog catalog --reference-priority ' +
      '--outdir products --force --quiet',
  },
  // No images there: the programs that it drives are not asked for.
  {
    line:
      'se --expnum 668439 --reqnum 4 --attnum 5 --band i --nite 20170817 --ccd 1 --dest nowhere --schema gw --layout {d} ' +
      '--reference-priority ' +
      '--calibrate --from-calibrate --overwrite --template --single --season dp33 --veto-list v --star-list s --flag-y ' +
      '--flag-v 2 --flag-f --keep --segmentation --columns desdm --scamp --magsType mag_psf --catalog catalog --system catalog ' +
      '--estimator robust --starflat flat.fits --keep-borrowed --accept-borrowed --report --workers 1 --quiet --cache cache ' +
      '--cache-size 100M --offline',
    exitCode: 3,
    says: /nowhere: the directory of the exposure cannot be read/,
    everywhere: true,
  },
  {
    line: 'se -E 668439 -r 4 -p 5 -b i -n 20170817 --layout nowhere --join --quiet',
    exitCode: 3,
    says: /nowhere: the directory of the exposure cannot be read/,
    everywhere: true,
  },
]
