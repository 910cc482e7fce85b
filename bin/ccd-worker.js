import { runBundle } from './bundle.js'

runBundle('ccd-worker')
