import { bundleScript, runBundle } from './bundle.js'

runBundle(bundleScript('ccd-worker'), 'ccd-worker')
