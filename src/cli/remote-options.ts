/** How catalogues behind a URL are read; of every command. */
export const REMOTE_OPTIONS = {
  cache: {
    type: 'string',
    global: true,
    group: 'Catalogues behind a URL:',
    describe: 'directory of the cache; default $BLISS_CACHE, else bliss-calib in $XDG_CACHE_HOME or ~/.cache',
  },
  'cache-size': {
    type: 'string',
    global: true,
    group: 'Catalogues behind a URL:',
    describe: 'room for the cache, such as 500M; default 1G, 0 for none',
  },
  offline: {
    type: 'boolean',
    global: true,
    group: 'Catalogues behind a URL:',
    describe: 'never use the network: the cache alone',
  },
} as const
