export { BlissError, CommandError, DataError, InputError, isBlissError } from './errors.js'
