import Canonical
import Testing

/// Calls in an impossible order would write something that is not JSON: they stop the program.
@Suite struct WriterMisuseTests {
    @Test func aValueInAnObjectNeedsItsKey() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs)
            writer.beginObject()
            writer.value(1)
        }
    }

    @Test func aKeyNeedsItsObject() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs)
            writer.beginArray()
            writer.key("a")
        }
    }

    @Test func aKeyNeedsItsValue() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .declared)
            writer.beginObject()
            writer.key("a")
            writer.endObject()
        }
    }

    @Test func twoKeysInARow() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .declared)
            writer.beginObject()
            writer.key("a")
            writer.key("b")
        }
    }

    @Test func anObjectIsNotEndedAsAnArray() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs)
            writer.beginObject()
            writer.endArray()
        }
    }

    @Test func whatWasBegunIsEnded() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs)
            writer.beginArray()
            _ = try writer.finish()
        }
    }

    @Test func thereIsExactlyOneValue() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs)
            writer.value(1)
            writer.value(2)
        }
        await #expect(processExitsWith: .failure) {
            let writer = CanonicalWriter(form: .jcs)
            _ = try writer.finish()
        }
        await #expect(processExitsWith: .failure) {
            let writer = CanonicalWriter(form: .jcs, hashing: .sha256)
            _ = try writer.finishDigest()
        }
    }

    @Test func aHashingWriterHasNoBytesAndTheOtherNoDigest() async {
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs, hashing: .sha256)
            writer.null()
            _ = try writer.finish()
        }
        await #expect(processExitsWith: .failure) {
            var writer = CanonicalWriter(form: .jcs)
            writer.null()
            _ = try writer.finishDigest()
        }
    }
}
