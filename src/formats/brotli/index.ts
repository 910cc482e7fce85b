export { brotliIntegers } from './integers.js'
export { brotliPlanes } from './planes.js'
export { isJoinable, joinedStreams } from './stream.js'
