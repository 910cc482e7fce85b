"""Reads simulated files with astropy and healpy and prints what they hold as JSON. usage: read_simulated.py DIRECTORY"""
import glob
import json
import os
import sys

import healpy
import numpy as np
from astropy.io import fits

top = sys.argv[1]
out = {'fullcat': [], 'immask': {}, 'store': {}}
for path in sorted(glob.glob(os.path.join(top, '*_fullcat.fits'))):
    with fits.open(path) as hdus:
        hdus.verify('exception')
        cards = ''.join(c.ljust(80) for c in np.atleast_1d(hdus[1].data[0][0]))
        header = fits.Header.fromstring(cards)
        data = hdus[2].data
        good = (data['FLUX_PSF'] > 0) & (data['MAG_PSF'] < 90)
        out['fullcat'].append({
            'names': [h.name for h in hdus],
            'columns': [[c.name, c.format] for c in hdus[2].columns],
            'header': {k: header[k] for k in ('EXPNUM', 'BAND', 'FILTER', 'CCDNUM', 'DETPOS', 'EXPTIME', 'MJD-OBS', 'DATE-OBS', 'NITE', 'AIRMASS', 'GAINA', 'SATURATE', 'RA_CENT', 'DECC4')},
            'rows': len(data),
            'sumFluxPsf': float(np.sum(data['FLUX_PSF'], dtype=np.float64)),
            'worstMagPsf': float(np.max(np.abs(data['MAG_PSF'][good] - 25 + 2.5 * np.log10(data['FLUX_PSF'][good])))),
            'aperture8': bool('FLUX_APER' not in data.names or np.array_equal(data['FLUX_APER'][:, 7], data['FLUX_APER_8'])),
        })
for path in sorted(glob.glob(os.path.join(top, '*_immask.fits'))):
    with fits.open(path) as hdus:
        out['immask'][os.path.basename(path)] = [len(hdus), hdus[0].header['NAXIS'], hdus[0].header['RAC1'], hdus[0].header['BAND']]
for path in sorted(glob.glob(os.path.join(top, 'GaiaOut*XX', '*.csv'))):
    pixel = int(os.path.basename(path)[7:12])
    with open(path) as lines:
        rows = [line.strip().split(',') for line in lines]
    ra, dec = np.array([r[1] for r in rows[1:]], float), np.array([r[2] for r in rows[1:]], float)
    inside = healpy.ang2pix(32, ra, dec, lonlat=True) == pixel if ra.size else np.array([], bool)
    out['store'][pixel] = {'header': ','.join(rows[0]), 'rows': int(ra.size), 'inside': bool(inside.all()), 'sorted': bool((np.diff(ra) >= 0).all()), 'folder': os.path.basename(os.path.dirname(path))}
with fits.open(os.path.join(top, 'gaia_source.fits')) as hdus:
    data = hdus[1].data
    cells = healpy.ang2pix(4096, data['ra'], data['dec'], nest=True, lonlat=True)
    out['gaia'] = {
        'columns': [[c.name, c.format] for c in hdus[1].columns],
        'rows': len(data),
        'ownCell': float(np.mean((data['source_id'] >> 35) == cells)),
        'xorId': str(int(np.bitwise_xor.reduce(data['source_id']))),
        'nanBp': int(np.isnan(data['phot_bp_mean_mag']).sum()),
        'worstFluxError': float(np.nanmax(np.abs(data['phot_g_mean_flux'] / data['phot_g_mean_flux_error'] / data['phot_g_mean_flux_over_error'] - 1))),
        'spreadOfZeropoint': float(np.ptp(data['phot_g_mean_mag'] + 2.5 * np.log10(data['phot_g_mean_flux']))),
    }
json.dump(out, sys.stdout)
