/// Tells whether bytes are one JSON text, without building it.
///
/// The grammar is RFC 8259's, in UTF-8 that is checked: a truncated sequence, a surrogate or an overlong form makes the text
/// ill-formed. Beyond the grammar:
/// - A byte order mark at the start is skipped, as the RFC allows.
/// - More than 512 open arrays and objects make the text ill-formed; Foundation's parser, which the worker uses, draws the
///   same line.
/// - A lone surrogate written as an escape (`"\ud800"`) is well-formed, as the grammar has it; so are repeated names.
///
/// It doesn't recurse, and remembers nothing of what it reads but the brackets that are open.
package enum JSONWellFormedness {
    /// The deepest nesting that counts as well-formed.
    package static let maxDepth = 512

    package static func holds(for bytes: UnsafeRawBufferPointer) -> Bool {
        var scanner = JSONScanner(bytes: bytes)
        return scanner.isDocument()
    }

    package static func holds(for bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { holds(for: $0) }
    }
}
