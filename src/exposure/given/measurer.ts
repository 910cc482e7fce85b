/** The keyword by which a catalogue says which program measured its objects, in its first header. */
export const MEASURER_KEYWORD = 'MEASURER'
/** What it says of this program's own engine. */
export const OWN_ENGINE = 'bliss-calib'
