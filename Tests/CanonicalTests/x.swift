// CanonicalTests
