/** The name of a way in or out of a node: `in`, `out`, `err`, `overflow`, `ws01`. */
export type Port = string

/** Something at a port: for events the port they leave or enter by, for insights the port they return through. */
export type At<T> = readonly [port: Port, it: T]
