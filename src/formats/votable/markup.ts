import type { SaxesParser } from 'saxes'
import { InputError, isBlissError } from '../../errors.js'
import { beyondLimit, LIMITS } from '../../limits.js'

/** What hears the elements of a document. Names are without their prefix (`vot:TABLE`). */
export interface MarkupListener {
  open(name: string, attributes: Readonly<Record<string, string>>, line: number): void
  text(text: string, line: number): void
  close(name: string, line: number): void
  /**
   * Whether text goes on as it comes, in pieces, up to the next tag: a stream of base64 is larger than a text may be.
   */
  readonly takesRawText: boolean
}

/** What is given to the parser at a time: between two of its events are at most a limit and this. */
const PIECE = 65_536

/**
 * Reads XML that comes in pieces with a strict parser that knows the five entities of XML and no others: no entity is
 * ever defined by a document, and no DTD is fetched. Markup and text are bounded, and so is their depth.
 */
export class Markup {
  private sinceEvent = 0
  private rawLines = 0
  private depth = 0
  private decoder: InstanceType<typeof TextDecoder> | undefined
  private tags = 0
  /** A tag whose end has not come. */
  private unfinished = ''

  private constructor(
    private readonly parser: SaxesParser,
    private readonly file: string,
    private readonly listener: MarkupListener,
  ) {
    const heard = () => void (this.sinceEvent = 0)
    const text = (piece: string) => (heard(), this.listener.text(piece, this.line))
    parser.on('text', text)
    parser.on('cdata', text)
    parser.on('comment', heard)
    parser.on('processinginstruction', heard)
    parser.on('doctype', (doctype) => {
      heard()
      if (!doctype.includes('[')) return
      const sentence = 'the document defines its own entities or elements (a DTD within it), which is never expanded'
      throw new InputError('bad-votable', sentence, this.place())
    })
    parser.on('opentag', ({ name, attributes }) => {
      heard()
      this.tags++
      if (++this.depth > LIMITS.xmlDepth)
        throw beyondLimit('xmlDepth', 'elements are nested too deep', this.place(), this.depth)
      this.listener.open(localName(name), attributes as Readonly<Record<string, string>>, this.line)
    })
    parser.on('closetag', ({ name }) => {
      heard()
      this.depth--
      this.listener.close(localName(name), this.line)
    })
  }

  /** The parser is loaded when the first XML is read. */
  static async open(file: string, listener: MarkupListener): Promise<Markup> {
    const { SaxesParser } = await import('saxes')
    return new Markup(new SaxesParser(), file, listener)
  }

  get line(): number {
    return this.parser.line + this.rawLines
  }

  place(): { readonly file: string; readonly line: number } {
    return { file: this.file, line: this.line }
  }

  write(bytes: Uint8Array): void {
    this.decoder ??= decoderOf(bytes, this.file)
    const text = this.unfinished + this.decoded(bytes)
    const tag = text.lastIndexOf('<')
    const end = tag >= 0 && !text.includes('>', tag) ? tag : text.length
    this.unfinished = text.slice(end)
    if (this.unfinished.length > LIMITS.lineBytes)
      throw beyondLimit('lineBytes', 'one tag is too long', this.place(), this.unfinished.length)
    this.take(text.slice(0, end))
  }

  /** Throws InputError if the document ends within an element. */
  close(): void {
    this.take(this.unfinished)
    this.parse(() => this.parser.close())
  }

  private decoded(bytes: Uint8Array): string {
    try {
      return this.decoder!.decode(bytes, { stream: true })
    } catch (cause) {
      const found = `bytes that are not ${this.decoder!.encoding}`
      throw new InputError('bad-votable', 'the text cannot be decoded', { ...this.place(), found }, { cause })
    }
  }

  private take(text: string): void {
    for (let at = 0; at < text.length;) {
      if (this.listener.takesRawText) {
        const tag = text.indexOf('<', at)
        const end = tag < 0 ? text.length : tag
        const raw = text.slice(at, end)
        this.listener.text(raw, this.line)
        for (let i = raw.indexOf('\n'); i >= 0; i = raw.indexOf('\n', i + 1)) this.rawLines++
        at = end
        if (tag < 0) return
      }
      const stream = text.indexOf('STREAM', at)
      at = this.parseTo(text, at, stream < 0 ? text.length : stream)
      // The tag that may begin a stream ends here, or at a later '>': a value of an attribute may hold one.
      for (const before = this.tags; at < text.length && this.tags === before;)
        at = this.parseTo(text, at, text.indexOf('>', at) + 1 || text.length)
    }
  }

  private parseTo(text: string, from: number, to: number): number {
    for (let at = from; at < to; at += PIECE) this.parseText(text.slice(at, Math.min(to, at + PIECE)))
    return to
  }

  private parseText(piece: string): void {
    this.sinceEvent += piece.length
    this.parse(() => this.parser.write(piece))
    if (this.sinceEvent > LIMITS.lineBytes + PIECE)
      throw beyondLimit('lineBytes', 'one tag, comment or text is too long', this.place(), this.sinceEvent)
  }

  private parse(action: () => void): void {
    try {
      action()
    } catch (cause) {
      if (isBlissError(cause)) throw cause
      const reason = (cause as Error).message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')
      const sentence = `the XML is damaged or cut short: ${reason}`
      throw new InputError('bad-votable', sentence, this.place(), { cause })
    }
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** By the encoding that the XML declaration names; UTF-8 by default. */
function decoderOf(bytes: Uint8Array, file: string): InstanceType<typeof TextDecoder> {
  const head = String.fromCharCode(...bytes.subarray(0, 256))
  const label = /^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label, { fatal: true })
  } catch (cause) {
    throw new InputError('bad-votable', 'the encoding of the XML is not known', { file, found: label }, { cause })
  }
}
