import type { Column, LineSelection, RecordColumns } from './sql/record-columns.ts'
import type { TimeName } from './sql/time-names.ts'

/*
 * What a log format is: how bytes become records, and what a record says. Each format has one file and one line in
 * registry.ts; all of them are pure. A record that cannot be parsed is kept whole and says why; none is dropped.
 */

/** How a kept record is written: its bytes, one readable line, or one JSON object. */
export const outputs = ['raw', 'text', 'json'] as const
export type Output = (typeof outputs)[number]

export type FieldValue = string | number | boolean | null | readonly FieldValue[] | Fields
/** Named values of a record, as JSON holds them. */
export interface Fields {
  readonly [name: string]: FieldValue
}

export interface LogRecord {
  /** The record's bytes: a line without its `\n`, a document, the message of a CloudWatch event. Valid during the call. */
  readonly raw: Buffer
  /** The record's own time, in ms since 1970 UTC; undefined when it says none. */
  readonly timeMs: number | undefined
  /** What was read; fields beyond the known ones stand in `extra` (text formats) or under their own names (JSON). */
  readonly fields: Fields
  /** Why the record, or a part of it, could not be parsed. Holds none of its bytes. */
  readonly parseError?: string
}

export type TakeRecord = (record: LogRecord) => void

/** Reads the frames (lines without `\n`, or documents) of one object, in their order. */
export interface RecordParser {
  /** Gives the records of a frame: mostly one, none for what is no record, several for an envelope. */
  parse(frame: Buffer, take: TakeRecord): void
  /** Whether a line is a header; if so, it was taken in and is no record. */
  takeHeader?(line: Buffer): boolean
  /** Takes in the last header among the whole lines `block[from, to)`, whose records were not parsed. */
  takeLastHeader?(block: Buffer, from: number, to: number): void
  /** Takes the fields before the list of an envelope, as a document: the frames that follow are its elements. */
  takeHead?(head: Buffer | undefined): void
}

/** Reads times that can be those of a record. */
export interface TimeReader {
  /** The first one under the names; the default is the usual ones. */
  ofFields(fields: Fields, names?: readonly TimeName[]): number | undefined
  /** The time that a text begins with. */
  ofText(text: string): number | undefined
}

export interface ParseLimits {
  /** A longer line or document is not parsed but kept as it is: what JSON builds can be 45 times its bytes. */
  readonly maxParsedBytes: number
  /** What reads the times of the records. */
  readonly times: TimeReader
}

export interface Format {
  /** As the configuration has it. */
  readonly name: string
  /** Frames end at `\n`, or are JSON documents with or without something between them. */
  readonly framing: 'lines' | 'documents'
  /** Frames are JSON: an identifier may be hidden by escapes. */
  readonly isJson: boolean
  /** Records are JSON objects with just the fields that were read: the forwarder sends their bytes as they are. */
  readonly isDocument?: boolean
  readonly defaultOutput: Output
  readonly columns: readonly Column[]
  /** The fields that name the device, the most telling first. Without them it is the word around an identifier. */
  readonly deviceKeys?: readonly string[]
  /** For documents `{"<key>": [ … ]}` whose elements are the frames. */
  readonly wrapperKey?: string
  /** The same for documents that are too long to be parsed; their parser has `takeHead`. */
  readonly envelopeKey?: string
  createParser(limits: ParseLimits): RecordParser
  /** The columns of the Athena view of a table's records. Without it there is none: a line is no record, or all of it. */
  view?(lines: LineSelection): RecordColumns
  /**
   * For frames that hold several records: what identifiers are looked for in beside the record's own bytes. Without it,
   * they are looked for in the frame, and the record is the frame.
   */
  searchedBeside?(record: LogRecord): readonly string[]
  /** The record as one readable line, without escapes for line ends; `key=value` without it. */
  describe?(record: LogRecord): string
}
