import Testing

@Suite("Links in documentation")
struct DocumentationLinkTests {
    @Test func everyOneNamesWhatIsDeclared() throws {
        let files = try SourceFile.all(below: "Sources")
        let declared = files.reduce(into: Set(files.map(\.module))) { names, file in
            names.formUnion(DocumentationLinks.declared(in: file.source))
        }
        var count = 0
        for file in files {
            for link in DocumentationLinks.links(in: file.source) {
                count += 1
                for name in DocumentationLinks.names(of: link.text) where !declared.contains(name) {
                    Issue.record("\(file.path):\(link.line): ``\(link.text)``: nothing is called \(name)")
                }
            }
        }
        #expect(count > 300, "the scan found too few links to mean anything")
    }

    @Test(arguments: [
        ("struct A {}", "A"), ("final class A: B {}", "A"), ("class func a() {}", "a()"), ("let a = 1", "a"),
        ("public private(set) var a: Int { 1 }", "a"), ("enum E { case a }", "a"), ("case a, b", "b"),
        ("case `in`", "`in`"),
        ("case a(Int, at: Int)", "a(_:at:)"), ("func a(b: Int, _ c: Int, d e: Int) {}", "a(b:_:d:)"),
        ("func a<B: C>(\n    _ b: [B: C] = [:],\n    c: (B, C) -> D\n)", "a(_:c:)"), ("init?(a: Int)", "init(a:)"),
        ("    public init(a: borrowing Span<UInt8>)", "init(a:)"), ("func a(_ b: C<D, E>, f: G)", "a(_:f:)"),
        ("func a(b: (C) -> D<E, F>, g: H)", "a(b:g:)"), ("func a(@B c: D)", "a(c:)"),
    ])
    func declarationsAreRead(_ code: String, _ name: String) {
        #expect(DocumentationLinks.declared(in: SourceText(code)).contains(name))
    }

    @Test(arguments: [
        "self.init(a: 1)", "a(b: 1)", "// func a(b: Int)", "\"let a\"", "func b()", "func a(b: Int, c: Int)",
    ])
    func whatIsNoneIsNot(_ code: String) {
        #expect(DocumentationLinks.declared(in: SourceText(code)).isDisjoint(with: ["a", "a(b:)", "init(a:)"]))
    }

    @Test func linksAreFoundInCommentsAlone() {
        let source = SourceText("/// A ``B/c(_:)-(D)`` and ``e``, not `f`.\nlet g = \"``h``\"\n/// ```\n    // ``i``")
        let links = DocumentationLinks.links(in: source)
        #expect(links.map(\.text) == ["B/c(_:)-(D)", "e", "i"])
        #expect(links.map(\.line) == [1, 1, 4])
        #expect(DocumentationLinks.names(of: links[0].text) == ["B", "c(_:)"])
    }
}
