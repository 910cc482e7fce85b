import { flag, path, size } from './options/kinds.js'

const group = 'Catalogues behind a URL:'

/** How catalogues behind a URL are read; of the commands that read catalogues. */
export const REMOTE_OPTIONS = {
  cache: path('directory of the cache; default $BLISS_CACHE, else bliss-calib in $XDG_CACHE_HOME or ~/.cache', {
    group,
  }),
  'cache-size': size('size of the cache, such as 500M; default $BLISS_CACHE_SIZE, else 1G; 0 for none', { group }),
  offline: flag('never use the network, only the cache', { group }),
}
