import Canonical

let document = try JSONDocument(parsing: Array(#"{"b": 1.0, "a": "é"}"#.utf8))
print("Canonical:", String(decoding: document.canonicalBytes(.jcs), as: UTF8.self), document.digest(.jcs))
