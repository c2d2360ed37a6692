import Testing

@Suite("Public declarations are found, and their documentation")
struct PublicDeclarationScannerTests {
    private func undocumented(_ text: String) -> [String] {
        PublicDeclarationScanner.declarations(in: SourceText(text)).filter { !$0.isDocumented }
            .map { $0.name.isEmpty ? $0.keyword : $0.name }
    }

    private func count(_ text: String) -> Int {
        PublicDeclarationScanner.declarations(in: SourceText(text)).count
    }

    @Test(arguments: [
        "public struct A {}", "public final class A {}", "open class A {}", "public enum A {}", "public actor A {}",
        "public protocol A {}", "public func A() {}", "public static let A = 1", "static public var A: Int { 1 }",
        "public private(set) var A = 1", "public nonisolated(unsafe) let A = 1", "public typealias A = Int",
        "@inlinable public func A() {}", "@available(macOS 26, *) public func A() {}", "    public indirect enum A {}",
        "public mutating func A() {}", "public class func A() {}", "@discardableResult\npublic func A() {}",
        "// A word, but no documentation.\npublic func A() {}", "/// Detached.\n\npublic func A() {}",
    ])
    func aBareDeclarationIsReported(text: String) {
        #expect(undocumented(text) == ["A"])
    }

    @Test(arguments: [
        "/// What.\npublic struct A {}", "/// What.\n@inlinable\n@frozen\npublic struct A {}",
        "/** What. */\npublic struct A {}", "    /// What.\n    public init() {}",
    ])
    func aDocumentedOneIsNot(text: String) {
        #expect(count(text) == 1)
        #expect(undocumented(text).isEmpty)
    }

    @Test(arguments: [
        "public import Canonical", "struct A { let b = 1 }", "package func a() {}", "let text = \"public func a()\"",
        "// public func a()", "enum A {\n    case b\n}", "protocol A {\n    func b()\n}", "republic func a()",
        "public extension A {\n    private func b() {}\n}",
    ])
    func whatIsNotPublicIsNotLookedAt(text: String) {
        #expect(count(text) == 0)
    }

    @Test func membersWithoutAccessOfTheirOwnCount() {
        #expect(undocumented("/// E.\npublic enum E {\n    case a, b\n    /// C.\n    case c(Int)\n}") == ["a"])
        #expect(undocumented("/// P.\npublic protocol P {\n    func a()\n    var b: Int { get }\n}") == ["a", "b"])
        #expect(undocumented("public extension E {\n    static func a() {}\n    init(b: Int) {}\n}") == ["a", "init"])
        #expect(undocumented("/// E.\npublic enum E\nwhere\n    A: B\n{\n    case a\n}") == ["a"])
    }

    @Test func casesOfSwitchesAreNotDeclarations() {
        let text = """
            /// E.
            public enum E {
                /// A.
                case a
                /// F.
                public func f() {
                    switch self {
                    case .a: print("{")
                    }
                    let g = 1
                }
                case z
            }
            case outside
            """
        #expect(undocumented(text) == ["z"])
        #expect(count(text) == 4)
    }

    @Test func linesAreCountedFromOne() {
        let found = PublicDeclarationScanner.declarations(in: SourceText("\n/// A.\npublic func a() {}"))
        #expect(found == [.init(line: 3, keyword: "func", name: "a", isDocumented: true)])
    }
}
