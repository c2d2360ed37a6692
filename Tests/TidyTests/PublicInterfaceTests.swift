import Testing

@Suite("The public interface")
struct PublicInterfaceTests {
    @Test func everyPublicDeclarationIsDocumented() throws {
        var count = 0
        for file in try SourceFile.all(below: "Sources") {
            for declaration in PublicDeclarationScanner.declarations(in: file.source) {
                count += 1
                #expect(
                    declaration.isDocumented,
                    "\(file.path):\(declaration.line): \(declaration.keyword) \(declaration.name) has no documentation"
                )
            }
        }
        #expect(count > 100, "the scan found too few declarations to mean anything")
    }

    /// Swift resolves `Journal.Record` to a member of a type `Journal` when there is one, and then nothing can
    /// name the module's other types any more.
    @Test func noPublicTypeBearsItsModulesName() throws {
        for file in try SourceFile.all(below: "Sources") {
            for declaration in PublicDeclarationScanner.declarations(in: file.source) {
                let isType = ["struct", "class", "enum", "protocol", "actor", "typealias"].contains(declaration.keyword)
                #expect(
                    !(isType && declaration.name == file.module),
                    "\(file.path):\(declaration.line): a public type may not bear its module's name"
                )
            }
        }
    }
}
