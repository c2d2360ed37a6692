/// Parses many texts one after the other, keeping its working memory between them.
///
/// A document that was let go gives the memory of its index back to the next one; one that is kept keeps its own.
package struct JSONDocumentParser: ~Copyable {
    private var scanner: JSONScanner

    /// Makes a parser for one set of options.
    package init(options: JSONOptions = JSONOptions()) { scanner = JSONScanner(options: options) }

    /// Parses `bytes` strictly, as ``JSONDocument/init(parsing:options:)`` does.
    ///
    /// - Throws: ``JSONError`` with the first place that is wrong.
    package mutating func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONDocument {
        try scanner.scan(bytes.span)
        return JSONDocument(scanned: bytes, tape: scanner.tape, integers: scanner.options.integers)
    }
}
