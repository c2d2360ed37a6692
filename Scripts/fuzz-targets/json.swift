import Canonical

/// What must hold for any bytes at all, run by libFuzzer through `Scripts/fuzz json`.
///
/// Parsing never crashes. What parses has a canonical form in every form, which is recognised as canonical, parses
/// again and is its own canonical form; and only the canonical bytes are recognised as such. The value tree gives the
/// same bytes as the parsed text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    for form in CanonicalForm.allCases { check(input, form) }
    return 0
}

private func check(_ input: [UInt8], _ form: CanonicalForm) {
    let isCanonical = form.isCanonical(input)
    guard let document = try? JSONDocument(parsing: input, options: form.parsingOptions) else {
        require(!isCanonical, "bytes that do not parse are taken for canonical", form)
        return
    }
    let canonical = document.canonicalBytes(form)
    require(isCanonical == (canonical == input), "isCanonical and the canonical bytes disagree", form)
    require(form.isCanonical(canonical), "the canonical bytes are not recognised", form)
    guard let again = try? JSONDocument(parsing: canonical, options: form.parsingOptions) else {
        require(false, "the canonical bytes do not parse", form)
        return
    }
    require(again.canonicalBytes(form) == canonical, "the canonical bytes of canonical bytes differ", form)
    require((try? document.value.canonicalBytes(form)) == canonical, "the value tree gives other bytes", form)
    require(document.digest(form).matches(Digest(hashing: canonical)), "the digest is not that of the bytes", form)
}

/// Stops the program, which libFuzzer takes for a finding and keeps the input.
private func require(_ condition: Bool, _ property: String, _ form: CanonicalForm) {
    if !condition { fatalError("\(form): \(property)") }
}
