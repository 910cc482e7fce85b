"""Sums bright isolated stars of an image in apertures with numpy, at places that astropy's WCS gives, and prints the median zeropoint of
the whole flux as JSON. usage: aperture_zeropoint.py IMAGE STARS.csv (ra, dec, mag; no header)"""
import json
import sys

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

with fits.open(sys.argv[1]) as hdus:
    hdus.verify('exception')
    header, pixels = hdus[0].header, hdus[0].data
ra, dec, mag = np.loadtxt(sys.argv[2], delimiter=',').T
x, y = WCS(header).all_world2pix(ra, dec, 0)
ny, nx = pixels.shape
inside = (x > 20) & (x < nx - 20) & (y > 20) & (y < ny - 20)
sky = float(np.median(pixels))
zeropoints = []
for i in np.flatnonzero(inside & (mag > 14) & (mag < 17)):
    near = (np.hypot(x - x[i], y - y[i]) < 20) & (mag < mag[i] + 5)
    if near.sum() > 1:
        continue
    x0, y0 = int(round(x[i])), int(round(y[i]))
    stamp = pixels[y0 - 12:y0 + 13, x0 - 12:x0 + 13].astype(float) - sky
    yy, xx = np.mgrid[y0 - 12:y0 + 13, x0 - 12:x0 + 13]
    flux = stamp[np.hypot(xx - x[i], yy - y[i]) < 7].sum()
    zeropoints.append(mag[i] + 2.5 * np.log10(flux))
print(json.dumps({'type': str(pixels.dtype), 'shape': pixels.shape, 'filter': header['FILTER'], 'stars': len(zeropoints),
                  'zeropoint': float(np.median(zeropoints)), 'scatter': float(np.std(zeropoints)), 'largest': int(pixels.max())}))
